"""An ordinary month, nothing planted: what each rule may say about it, and why (tests/baseline/budgets.csv)."""

import csv
from datetime import date
from math import sqrt
from pathlib import Path

import pyarrow.parquet as pq

from core.settings import load_settings
from fundguard.synthetic.simulate import simulate
from pipelines.night import Night, run_night

BUDGETS = Path(__file__).parents[1] / "baseline" / "budgets.csv"
LAST_DAY = date(2026, 6, 30)


def test_an_ordinary_month_stays_within_budget(tmp_path):
    """6,000 insured, 30 days, seed 201: two of its institutions map a code wrongly."""
    settlements = simulate(tmp_path, 6000, 30, 201, LAST_DAY, schemes=[]).settlements
    settings = load_settings(overrides={"privacy": "plain"}, environment={})
    run_night(
        Night(home=tmp_path / "home", settings=settings, as_of=LAST_DAY, landing=tmp_path, only=("check",))
    )
    files = sorted((tmp_path / "home" / "warehouse" / "hit").rglob("*.parquet"))
    hits = pq.read_table(files, columns=["rule_code"])["rule_code"].value_counts().to_pylist()
    with BUDGETS.open(encoding="utf-8", newline="") as file:
        budget = {row["rule_code"]: float(row["hits_per_10000_settlements"]) for row in csv.DictReader(file)}
    over = {}
    for row in hits:
        expected = budget.get(row["values"], 0) * settlements / 10_000
        # A rule may exceed its mean by chance: three standard deviations of a count.
        if row["counts"] > expected + 3 * sqrt(expected):
            over[row["values"]] = (row["counts"], expected)
    assert over == {}
    assert sum(row["counts"] for row in hits) > 0
