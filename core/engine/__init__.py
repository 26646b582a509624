"""Engines: DuckDB embedded, Spark at scale, behind one small protocol. Nothing above knows which."""

from core.engine.base import Engine, KeyFunction
from core.engine.open import open_engine

__all__ = ["Engine", "KeyFunction", "open_engine"]
