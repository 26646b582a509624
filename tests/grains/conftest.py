"""Small input tables in, a grain's candidates out."""

from datetime import date, timedelta

import pyarrow as pa
import pytest

import features
from core.settings import RulesSettings
from rules_kb.compiler import Pack, register_points
from rules_kb.library import read_library

LIBRARY = read_library()
DAYS = [date(2025, 1, 1) + timedelta(days=n) for n in range(730)]


@pytest.fixture
def candidates(duckdb_engine, tmp_path):
    """claims, grain → its rows; `points` adds rows (table → CSV text without header) as a region would."""

    def run(claims, grain, *, days=None, points=None, engine=duckdb_engine):
        for table, text in (points or {}).items():
            head = (LIBRARY.folder.parent / "knowledge" / f"{table}.csv").read_text().splitlines()[0]
            (tmp_path / f"{table}.csv").write_text(f"{head}\n{text}\n", encoding="utf-8")
        claims.register(engine)
        names = days or [f"{kind}={day}" for kind in ("setl_date", "open", "event_date") for day in DAYS]
        engine.register("judged_day", arrow=pa.table({"judged_day": pa.array(names, pa.string())}))
        settings = RulesSettings(active="all")
        rules = tuple(pair for pair in LIBRARY.judging(settings) if pair[0].grain == grain)
        register_points(engine, Pack(rules, settings, regional=tmp_path), grain)
        features.register(engine, grain)
        return engine.run(f"SELECT * FROM {grain}").to_pylist()

    return run
