"""One judging of hand-written claims, through the job the night runs."""

import csv
import shutil
from datetime import date
from os import environ

import pyarrow as pa
import pytest

from core.run import Run
from core.schema import LANDING
from core.settings import CONF, load_settings
from pipelines.jobs import check
from pipelines.jobs.scope import JUDGED
from pipelines.warehouse import empty
from rules_kb.knowledge import load
from rules_kb.library import read_library


@pytest.fixture
def region(tmp_path, monkeypatch):
    """Knowledge rows by table (column → value), and a name → the region that has them."""
    conf = tmp_path / "conf"
    shutil.copytree(CONF, conf)
    monkeypatch.setenv("FUNDGUARD_CONF", str(conf))

    def make(name="990101", **tables):
        folder = conf / "regions" / name / "knowledge"
        folder.mkdir(parents=True)
        (folder.parent / "region.yaml").write_text("rules:\n  active: all\n", encoding="utf-8")
        for table, rows in tables.items():
            names = load(table).columns
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, names)
                writer.writeheader()
                for row in rows:
                    plain = {
                        "region": name,
                        "source": "示例",
                        "verify_status": "demo",
                        "begndate": "2026-01-01",
                    }
                    writer.writerow({column: (plain | row).get(column, "") for column in names})
        return name

    return make


@pytest.fixture
def judge(duckdb_engine):
    """claims, days → hits of all active rules on those days (or the job's other table);
    `only` these rules, by id or code (default: all days of 2025 and 2026).

    On the embedded engine: rule examples and the whole night prove that Spark gives the same rows.
    """
    engine = duckdb_engine

    def run(claims, *, days=None, region="demo", table="hit", only=()):
        claims.register(engine)
        if days is None:
            span = [date(2025, 1, 1).toordinal() + n for n in range(730)]
            all_days = [date.fromordinal(n) for n in span]
            days = [f"{k}={d}" for k in ("setl_date", "open", "event_date") for d in all_days]
        engine.register("judged_day", arrow=pa.table({"judged_day": pa.array(days, pa.string())}))
        for name in JUDGED:
            of_days = (
                f"SELECT t.* FROM {name} AS t LEFT SEMI JOIN judged_day AS j ON j.judged_day = t.unit_day"
            )
            engine.register(f"{name}_judged", sql=of_days, keep=True)
        engine.register("fee_list_d_far", arrow=empty(LANDING["fee_list_d"]))
        environment = {name: value for name, value in environ.items() if name == "FUNDGUARD_CONF"}
        others = [
            rule.id for rule in read_library().rules.values() if only and not {rule.id, rule.code} & set(only)
        ]
        settings = load_settings(
            region=region, overrides={"rules": {"retired": others}}, environment=environment
        )
        run = Run(run_id="t", as_of=date(2026, 12, 31), settings=settings, judged=tuple(days))
        result = check.transform(engine, run)
        return engine.run(f"SELECT * FROM {result[table]}").to_pylist()

    return run
