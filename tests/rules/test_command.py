"""`fundguard rules` as somebody types it, and the back-test behind it."""

import json
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from core.settings import RulesSettings
from fundguard.cli import main
from pipelines.backtest import Trial, backtest, fill, overlaps, plot
from pipelines.warehouse import Warehouse
from rules_kb.compiler import Pack
from rules_kb.library import read_library
from tests.claims import Claims, line
from tests.report.world import write_rows


def test_list_as_json(capsys):
    assert main(["rules", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 112
    wanted = {"code", "official", "class", "grain", "stages", "status", "needs", "evaluable_on", "no_points"}
    assert all(wanted <= set(row) for row in rows)
    assert sum(row["evaluable_on"] == "extension" for row in rows) == 7
    (part,) = [row for row in rows if row["in_part"]]
    assert (part["code"], part["in_part"][0].split(" without")[0]) == (
        "MGT-DAT-006",
        "in part: operation_diagnosis_allowed",
    )


def test_show_and_a_name_that_is_none(capsys):
    assert main(["rules", "show", "POL-SVC-018"]) == 0
    assert "service_period_cap" in capsys.readouterr().out
    assert main(["rules", "show", "nothing"]) == 2
    assert "[nothing]" in capsys.readouterr().err


def test_one_rule_tests_itself(capsys):
    assert main(["rules", "test", "group_coded_high", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failed"] == []


def test_two_names_are_needed(tmp_path, capsys):
    arguments = [
        "rules",
        "activate",
        "drug_sex_limit",
        "--by",
        "甲",
        "--second",
        "甲",
        "--home",
        str(tmp_path),
    ]
    assert main(arguments) == 2
    assert "two different names" in capsys.readouterr().err


def test_catalogue_is_one_offline_page(tmp_path):
    target = tmp_path / "catalogue.html"
    assert main(["rules", "catalogue", "--out", str(target)]) == 0
    text = target.read_text(encoding="utf-8")
    assert text.count("<details") > 112
    assert "http" not in text.split("<script>")[1]
    assert "src=" not in text


@pytest.fixture
def history(duckdb_engine):
    claims = Claims()
    claims.institution("H1")
    for psn_no, back in (("A", "2026-03-09"), ("B", "2026-03-13"), ("C", "2026-03-25")):
        claims.person(psn_no)
        for begin, end in (("2026-03-01", "2026-03-05"), (back, "2026-03-30")):
            visit = {"dscg_maindiag_code": "J18.900", "dscg_way": "1"}
            claims.settle(
                psn_no, "H1", end, [line("XA01", amount="100")], med_type="21", begin=begin, mdtrt=visit
            )
    claims.register(duckdb_engine)
    days = [f"setl_date={date(2026, 3, day)}" for day in range(1, 32)]
    duckdb_engine.register("judged_day", arrow=pa.table({"judged_day": days}))
    return duckdb_engine


def test_backtest_of_thresholds(history):
    rule = read_library().rules["split_admission"]
    trials = {f"gap_days={days}": {"gap_days": days} for days in (5, 30)}
    present, tight, wide = backtest(history, rule, Pack((), RulesSettings(active="all")), trials)
    assert (present.hits, present.persons, present.vola_amt) == (2, 2, Decimal("200.00"))
    assert (tight.hits, tight.new, tight.lost) == (1, 0, 1)
    assert (wide.hits, wide.new, wide.lost) == (3, 1, 0)
    assert (wide.leads, wide.days) == (1, 0.5)
    assert plot([present, wide], "x").startswith("<svg")


def test_overlap_counts_lines_two_rules_share(tmp_path, engine):
    def hit(rule_code, bkkp_sn, vola_amt, shadow=False):
        row = {"rule_code": rule_code, "setl_id": "S1", "bkkp_sn": bkkp_sn, "shadow": shadow}
        return row | {"hit_id": rule_code + bkkp_sn, "vola_amt": Decimal(vola_amt)}

    hits = [
        hit("A", "L1", 30),
        hit("A", "L2", 10),
        hit("B", "L1", 20),
        hit("B", "L3", 5),
        hit("C", "L1", 9, True),
    ]
    write_rows(tmp_path, "hit", "run_date=2026-06-30", hits)
    (row,) = overlaps(engine, Warehouse(tmp_path), date(2026, 6, 30))
    assert (row["rule_code"], row["other_code"], row["shared"], row["jaccard"]) == ("A", "B", 1, 0.333)
    assert row["shared_amt"] == Decimal("20.00")
    assert overlaps(engine, Warehouse(tmp_path), date(2026, 6, 29)) == []


def test_the_best_threshold_fills_the_days():
    def trial(label, days, money):
        return Trial(label, 1, 0, 0, 1, 1, 1, Decimal(money), Decimal(money), days)

    rows = [trial("narrow", 50, 10), trial("fits", 219, 40), trial("too wide", 300, 90)]
    assert fill(rows, 220).setting == "fits"
    assert fill(rows, 10) is None
