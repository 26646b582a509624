"""One judging of hand-written claims, through the job the night runs."""

from datetime import date

import pyarrow as pa
import pytest

from core.run import Run
from core.settings import load_settings
from pipelines.jobs import check


@pytest.fixture
def judge(duckdb_engine):
    """claims, days → hits of all active rules on those days (default: all days of 2025 and 2026).

    On the embedded engine: rule examples and the whole night prove that Spark gives the same rows.
    """
    engine = duckdb_engine

    def run(claims, *, days=None):
        claims.register(engine)
        if days is None:
            span = [date(2025, 1, 1).toordinal() + n for n in range(730)]
            all_days = [date.fromordinal(n) for n in span]
            days = [f"{k}={d}" for k in ("setl_date", "open", "event_date") for d in all_days]
        engine.register("judged_day", arrow=pa.table({"judged_day": pa.array(days, pa.string())}))
        settings = load_settings(environment={})
        result = check.transform(engine, Run(run_id="t", as_of=date(2026, 12, 31), settings=settings))
        return engine.run(f"SELECT * FROM {result['hit']}").to_pylist()

    return run
