"""The gate: verdicts, waivers, the page; and the same verdicts on rows as on profiles."""

import pyarrow as pa
import pytest

from core.errors import Refused, UsageError
from core.schema import LANDING
from core.settings import GateSettings
from pipelines.gate import suite, waive
from pipelines.gate.expectations import judge_profile, judge_rows
from tests.factories import city, land
from tests.ingest.night import Night


@pytest.fixture
def stopped(tmp_path, duckdb_engine):
    night = Night(tmp_path, duckdb_engine)
    tables = city()
    for row in tables["setl_d"][:6]:
        row["medfee_sumamt"] = "?"
    folder = land(tmp_path / "in", tables)
    with pytest.raises(Refused, match="setl_d: gate stops the night: refused rows"):
        night.take_in(folder)
    return night, folder


def test_a_stop_leaves_page_and_quarantine(stopped):
    night, _ = stopped
    page = (night.home / "docs" / "gate-run1.html").read_text()
    assert "setl_d.refused_rows" in page
    assert "http" not in page, "the page loads nothing from the net"
    assert len(night.quarantined("setl_d")) == 6
    assert not (night.home / "warehouse").exists()


def test_a_waiver_needs_two_people_and_a_reason(stopped):
    night, _ = stopped
    given = {
        "run_id": "run1",
        "check": "setl_d.refused_rows",
        "reason": "r",
        "by": "张",
        "second": "李",
        "at": "",
    }
    for wrong, said in (
        ({"second": "张"}, "must be another person"),
        ({"reason": " "}, "--reason is empty"),
        ({"check": "setl_d.nothing"}, r"check \[setl_d.nothing\] is unknown"),
        ({"run_id": "run9"}, r"run \[run9\] has no gate results"),
    ):
        with pytest.raises(UsageError, match=said):
            waive(night.home, **(given | wrong))


def test_a_waived_stop_passes_for_these_files_only(stopped, tmp_path):
    night, folder = stopped
    waive(night.home, run_id="run1", check="setl_d.refused_rows", reason="已核", by="张", second="李", at="t")
    report = night.take_in(folder)
    assert [one["check"] for one in report.waived] == ["setl_d.refused_rows"]
    assert len(night.quarantined("setl_d")) == 6, "the same file adds nothing"
    other = city()
    for row in other["setl_d"][:9]:
        row["medfee_sumamt"] = "?"
    with pytest.raises(Refused):
        night.take_in(land(tmp_path / "other", other))


def test_a_threshold_of_conf_can_stop(tmp_path, duckdb_engine):
    limits = {"setl_d": {"insutype.in_set": {"max_share": 0.0, "severity": "stop"}}}
    night = Night(tmp_path, duckdb_engine, gate={"thresholds": limits})
    tables = city()
    tables["setl_d"][0]["insutype"] = "777"
    with pytest.raises(Refused, match=r"setl_d: gate stops the night: insutype.in set \[3.3%\] above 0%"):
        night.take_in(land(tmp_path / "in", tables))


def test_unknown_check_in_conf():
    settings = GateSettings(thresholds={"setl_d": {"colour.in_set": {"max_share": 0}}})
    with pytest.raises(UsageError, match=r"unknown check \[colour.in_set\]"):
        suite(LANDING["setl_d"], ("setl_id",), settings)


@pytest.mark.spark
def test_rows_and_profile_agree(spark_engine):
    table = LANDING["setl_d"]
    columns = ("setl_id", "insutype", "med_type", "refd_setl_flag")
    rows = {
        "setl_id": ["1", "2", None, "4"] * 5,
        "insutype": ["310", "999", None, "390"] * 5,
        "med_type": ["11"] * 20,
        "refd_setl_flag": ["0"] * 19 + ["x"],
        "refused_reason": [None] * 18 + ["cast", "missing"],
    }
    spark_engine.register(
        "gate_batch", arrow=pa.table({k: pa.array(v, pa.string()) for k, v in rows.items()})
    )
    checks = suite(table, columns, GateSettings())
    on_profile = judge_profile(spark_engine, {"setl_d": "gate_batch"}, {"setl_d": checks}, {"setl_d": 0.0})
    on_rows = judge_rows(spark_engine.frame("gate_batch"), checks, 0.0)
    assert on_rows == on_profile["setl_d"]
    assert {check.name: one["success"] for check, one in zip(checks, on_rows, strict=True)}[
        "setl_d.insutype.in_set"
    ] is False
