"""A night of one day is judged right whatever lies behind it: history landed in earlier nights, long windows,
old days restated; and March judged again as of March says what it said then. Amounts are worked out by hand.
"""

from datetime import date, datetime
from decimal import Decimal
from os import environ

import pyarrow.parquet as pq

import features
from core.schema import TABLES
from core.settings import load_settings
from pipelines.jobs.scope import FAR
from pipelines.ledger import latest_runs
from pipelines.night import Night, run_night
from pipelines.warehouse import Warehouse
from rules_kb.library import read_library
from tests.claims import Claims, line

TRAINING, CAPPED = "009901000000001", "009901000000002"
SECOND_LINE = "XM01AXA267A001010101522"  # 艾拉莫德片, second line only since 2026-04-21
FIRST_LINE = "XM01AEB000A001010100001"  # another drug of its class
DROPPED = "ZA09HAC0101020404762"  # second level and above until the revision of 2026-01-28 dropped it
ADDED = "ZA09AAC0505010103776"  # the revision added it
WOMEN_ONLY = "ZD03AAA0043010100166"
COURSE = {
    "hilist_code": TRAINING, "course_count": "1", "course_unit": "year", "course_days": "365", "rule_code": "POL-SVC-010",
    "count_mode": "span_from_first", "course_scope": "first_use", "limit_text": "支付不超过一年", "point_id": "p1",
    "batch": "8", "source_row": "1", "begndate": "2025-01-01",
}  # fmt: skip
CAP = {"hilist_code": CAPPED, "period": "year", "cap_amount": "1000", "begndate": "2025-01-01"}
USES = ("2025-06-10", "2025-08-05", "2025-10-01", "2025-11-25", "2026-01-20", "2026-03-15", "2026-05-10")
WINDOWS = ("service_course_limit", "service_reimbursement_cap", "second_line_drug_first")


def claims():
    """Persons and places, the same in every delivery."""
    made = Claims()
    for name in ("long", "capped", "tried", "untried", "restated"):
        made.person(name)
    for code in ("H1", "H2"):
        made.institution(code)
    return made


def history(made):
    """A year of claims behind the night of 2026-06-30."""
    for day in USES:
        made.settle("long", "H1", day, [line(TRAINING, amount="100")])
    made.settle("capped", "H1", "2025-11-20", [line(CAPPED, amount="500")])
    made.settle("capped", "H1", "2026-01-15", [line(CAPPED, amount="400")])
    made.settle("capped", "H2", "2026-02-20", [line(CAPPED, amount="400")])
    made.settle("tried", "H2", "2025-09-03", [line(FIRST_LINE)])
    made.settle("restated", "H1", "2026-01-10", [line(CAPPED, amount="700")])
    made.settle("restated", "H1", "2026-02-25", [line(CAPPED, amount="500", bkkp_sn="old")], setl_id="S-old")


def tonight(made):
    """The claims of 2026-06-30."""
    made.count = 100
    made.settle("long", "H1", "2026-06-30", [line(TRAINING, amount="100", bkkp_sn="year")])
    made.settle("capped", "H2", "2026-06-30", [line(CAPPED, amount="300", bkkp_sn="cap")])
    made.settle("tried", "H1", "2026-06-30", [line(SECOND_LINE, bkkp_sn="tried")])
    made.settle("untried", "H1", "2026-06-30", [line(SECOND_LINE, bkkp_sn="untried")])


def check(home, landing, day, region, only, *, baseline=False, force=False):
    """One night of ingest and check by these rules."""
    others = [rule for rule in read_library().rules if rule not in only]
    environment = {name: value for name, value in environ.items() if name == "FUNDGUARD_CONF"}
    settings = load_settings(
        region=region, overrides={"privacy": "plain", "rules": {"retired": others}}, environment=environment
    )
    run_night(
        Night(home=home, settings=settings, as_of=date.fromisoformat(day), landing=landing, only=("check",),
              baseline=baseline, force=force)
    )  # fmt: skip


def hits(home, day):
    """Rows that the night of a day wrote."""
    files = Warehouse(home).files(TABLES["hit"], since=date.fromisoformat(day), until=date.fromisoformat(day))
    return [row for file in files for row in pq.read_table(file, partitioning=None).to_pylist()]


def told(rows):
    return {(row["rule_id"], row["bkkp_sn"]): row["vola_amt"] for row in rows}


def test_a_day_with_a_year_behind_it(tmp_path, region):
    home, place = tmp_path / "home", region(service_course_limit=[COURSE], reimbursement_cap=[CAP])
    before, now, again = claims(), claims(), claims()
    history(before)
    tonight(now)
    landing = before.land(tmp_path / "before")
    check(home, landing, "2026-02-28", place, WINDOWS, baseline=True)
    assert told(hits(home, "2026-02-28")) == {("service_reimbursement_cap", "old"): Decimal("200.00")}
    check(home, landing, "2026-06-29", place, WINDOWS, baseline=True)
    check(home, now.land(tmp_path / "now"), "2026-06-30", place, WINDOWS)
    found = hits(home, "2026-06-30")
    # 386 days of 365: the latest line's 100; 400 + 400 + 300 of 1,000 in the calendar year; no first line before.
    assert told(found) == {
        ("service_course_limit", "year"): Decimal("100.00"),
        ("service_reimbursement_cap", "cap"): Decimal("100.00"),
        ("second_line_drug_first", "untried"): Decimal("10.00"),
    }
    (course,) = (row for row in found if row["bkkp_sn"] == "year")
    assert len(course["related_sn"]) == len(USES)
    # An old day comes again, later by four months: its hit stands where the latest run that judged it wrote.
    again.settle(
        "restated", "H1", "2026-02-25", [line(CAPPED, amount="500", bkkp_sn="old")], setl_id="S-old",
        invono="corrected", updt_time=datetime.fromisoformat("2026-07-01 08:00:00"),
    )  # fmt: skip
    check(home, again.land(tmp_path / "again"), "2026-07-01", place, WINDOWS)
    assert latest_runs(home, date(2026, 7, 1))["setl_date=2026-02-25"] == "2026-07-01"
    assert told(hits(home, "2026-07-01")) == {("service_reimbursement_cap", "old"): Decimal("200.00")}
    # All of it judged in one night says the same of every line.
    whole = tmp_path / "whole"
    history(now)
    check(whole, now.land(tmp_path / "all"), "2026-06-30", place, WINDOWS)
    assert told(hits(whole, "2026-06-30")) == told(found) | told(hits(home, "2026-07-01"))


def test_no_grain_looks_further_than_is_read():
    assert max(feature.far.get("days", 0) for feature in features.features().values()) <= FAR


RULES = ("drug_level_limit", "drug_sex_limit", "service_over_price_cap")


def test_march_again_as_of_march(tmp_path, region):
    home, made, later = tmp_path / "home", claims(), claims()
    made.institution("C1", hosp_lv="08")
    later.institution("C1", hosp_lv="08")
    price = {"hilist_code": TRAINING, "hilist_name": "训练", "list_type": "201", "begndate": date(2025, 1, 1)}
    made.rows["hilist_b"].append({**price, "pric_uplmt_amt": Decimal(10)})
    later.rows["hilist_b"] += [
        {**price, "pric_uplmt_amt": Decimal(10)},
        {**price, "begndate": date(2026, 5, 1), "pric_uplmt_amt": Decimal(8)},
    ]
    for day in ("2026-01-27", "2026-01-28"):
        made.settle(
            "long", "C1", day, [line(DROPPED, bkkp_sn=f"dropped {day}"), line(ADDED, bkkp_sn=f"added {day}")]
        )
    made.settle(
        "long", "H1", "2026-03-10", [line(TRAINING, amount="12", bkkp_sn="dear"), line(TRAINING, amount="9")]
    )
    given_back = made.settle("long", "H1", "2026-03-12", [line(WOMEN_ONLY, bkkp_sn="given back")])
    landing = made.land(tmp_path / "march")
    check(home, landing, "2026-03-31", region(), RULES)
    march = hits(home, "2026-03-31")
    assert set(told(march)) == {
        ("drug_level_limit", "dropped 2026-01-27"),
        ("drug_level_limit", "added 2026-01-28"),
        ("service_over_price_cap", "dear"),
        ("drug_sex_limit", "given back"),
    }
    # June: a refund of March's settlement, a lower price since May, and knowledge that begins in May.
    later.count = 100
    refund = line(WOMEN_ONLY, amount="-10", cnt="-1", init_feedetl_sn="given back")
    later.settle("long", "H1", "2026-06-10", [refund], refd_setl_flag="1", init_setl_id=given_back)
    later.settle("long", "H1", "2026-06-10", [line(TRAINING, amount="9", bkkp_sn="dear in June")])
    window = {
        "window_id": "w1", "rule_code": "CLN-MED-004", "window_kind": "epidemic", "hilist_prefix": "Z", "med_type": "11",
        "doc_no": "疫情〔2026〕1号", "begndate": "2026-05-01", "enddate": "2026-07-31",
    }  # fmt: skip
    grown = region("990102", policy_window=[window])
    check(home, later.land(tmp_path / "june"), "2026-06-30", grown, RULES)
    assert set(told(hits(home, "2026-06-30"))) == {("service_over_price_cap", "dear in June")}
    check(home, landing, "2026-03-31", grown, RULES, force=True)
    assert without_version(hits(home, "2026-03-31")) == without_version(march)
    assert {row["kb_ver"] for row in hits(home, "2026-03-31")} != {row["kb_ver"] for row in march}
    assert set(told(hits(home, "2026-06-30"))) == {("service_over_price_cap", "dear in June")}


def without_version(rows):
    """All columns but the version of the library, in the order of the hits."""
    return sorted(({**row, "kb_ver": ""} for row in rows), key=lambda row: row["hit_id"])
