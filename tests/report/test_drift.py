"""Drift and the false share of the list: indices by hand, on the engine, and in the report."""

import json
import math
from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from fundguard.report import add_drift, daily_text, drift, write_report
from fundguard.report.tables import Tables
from pipelines.warehouse import Warehouse
from tests.report.world import AS_OF, RUN_ID, write_rows


def test_the_index_by_hand_and_without_what_chance_gives():
    now, before = {"a": 5000, "b": 5000}, {"a": 9000, "b": 1000}
    by_hand = (0.5 - 0.9) * math.log(0.5 / 0.9) + (0.5 - 0.1) * math.log(0.5 / 0.1)
    assert drift.psi(now, before) == pytest.approx(by_hand - 2 / 10_000)
    assert drift.psi(now, now) == 0
    assert drift.psi({}, now) is None


def test_few_parties_do_not_cry_drift():
    assert drift.verdict(drift.psi({0: 30, 1: 4, 2: 3}, {0: 31, 1: 2, 2: 4})) == "pass"


@pytest.mark.parametrize(("value", "said"), [(0.05, "pass"), (0.1, "warn"), (0.24, "warn"), (0.25, "stop")])
def test_when_to_warn_and_when_to_stop(value, said):
    assert drift.verdict(value) == said


def lines(day, item, count, amount):
    at = datetime.combine(day, datetime.min.time())
    return [
        {
            "bkkp_sn": f"{item}{day}{n}", "psn_no": "N", "fixmedins_code": "A", "fee_ocur_time": at, "hilist_code": item,
            "med_type": "11", "list_type": "101", "med_chrgitm_type": "09", "cnt": Decimal(1), "pric": Decimal(amount),
            "det_item_fee_sumamt": Decimal(amount), "fulamt_ownpay_amt": Decimal(0), "overlmt_selfpay": Decimal(0),
            "preselfpay_amt": Decimal(0), "inscp_amt": Decimal(amount), "chrgitm_lv": "01",
        }
        for n in range(count)
    ]  # fmt: skip


def test_amounts_and_codes_that_are_new_this_week(tmp_path, duckdb_engine):
    for back in range(28):
        day = AS_OF - timedelta(days=back)
        made = (
            lines(day, "X1", 20, "50")
            if back >= 7
            else [*lines(day, "X1", 5, "50"), *lines(day, "X9", 15, "2000")]
        )
        write_rows(tmp_path, "fee_list_d", f"setl_date={day}", made)
    found = drift.measure(_tables(tmp_path, duckdb_engine))
    assert found["new_codes"] == {"share": 0.75, "codes": 1}
    assert found["psi"]["line_amount"] > drift.STOP
    assert found["psi"]["charge_type"] == 0
    assert found["state"] == "stop"


def _tables(home, engine):
    tables = Tables(engine, Warehouse(home), AS_OF)
    for name in ("hit", "lead"):
        tables.result(name)
    engine.register("lead_now", sql="SELECT * FROM lead")
    return tables


def test_a_night_says_so_in_manifest_daily_and_page(built, duckdb_engine):
    added = add_drift(built.home, RUN_ID, duckdb_engine)
    kept = json.loads((built.home / "runs" / RUN_ID / "manifest.json").read_text("utf-8"))
    assert kept["drift"] == json.loads(json.dumps(added["drift"]))
    assert kept["drift"]["churn"]["before"]
    assert 0 <= kept["drift"]["churn"]["jaccard"] <= 1
    assert kept["drift"]["alerts"]["institution"]["share"] <= 1
    text = daily_text(built.home, RUN_ID, duckdb_engine)
    assert "漂移 drift" in text
    assert "仅供参考" in text
    assert len(text.splitlines()) <= 40
    page = write_report(built.home, RUN_ID, duckdb_engine).read_text("utf-8")
    assert "90 % confidence; indicative" in page
    assert "PSI" in page


def test_with_outcomes_the_false_share_is_measured(built, duckdb_engine):
    files = sorted((built.home / "warehouse" / "lead").glob("run_date=*/*.parquet"))
    first = pd.concat([pd.read_parquet(file, columns=["lead_id", "queue", "rank"]) for file in files])
    first = first[(first["queue"] == "investigate") & (first["rank"] <= 20)]["lead_id"].unique()
    folder = built.home / "warehouse" / "outcome"
    folder.mkdir()
    decided = [n >= 2 for n in range(len(first))]
    rows = {"lead_id": first, "confirmed": decided, "drawn": False, "propensity": 1.0}
    # Leads that never stood among the first twenty say nothing about them.
    strange = {"lead_id": ["X"] * 50, "confirmed": [False] * 50, "drawn": True, "propensity": 0.1}
    pd.concat([pd.DataFrame(rows), pd.DataFrame(strange)]).to_parquet(folder / "o.parquet")
    bound = add_drift(built.home, RUN_ID, duckdb_engine)["false_bound"]
    assert (bound["reviewed"], bound["refuted"]) == (len(first), 2)
    assert bound["measured"] == (len(first) >= 30)


def test_a_home_without_history_has_nothing_to_compare(tmp_path, duckdb_engine):
    found = drift.measure(_tables(tmp_path, duckdb_engine))
    assert found["psi"] == {}
    assert found["churn"] == {"jaccard": None, "before": None}
    assert found["new_codes"]["share"] is None
