"""Open the engine that was asked for; the other one is not even imported."""

from core.engine.base import Engine
from core.settings import Settings


def open_engine(settings: Settings) -> Engine:
    """The engine named in the settings (duckdb | spark); never changed silently."""
    if settings.engine == "spark":
        from core.engine.spark import SparkEngine

        return SparkEngine(settings.spark)
    from core.engine.duckdb import DuckdbEngine

    return DuckdbEngine(settings.duckdb)
