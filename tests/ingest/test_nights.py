"""Nights one after another: waiting rows, late and corrected records, refunds, kills, repeats."""

import pytest

from pipelines.ingest import delivered, promote
from tests.factories import city, land, line, settlement
from tests.ingest.night import Night

DAYS = ("setl_date=2026-06-01", "setl_date=2026-06-02", "setl_date=2026-06-03")


@pytest.fixture
def night(tmp_path, duckdb_engine):
    return Night(tmp_path, duckdb_engine)


def test_first_night_returns_every_day_and_the_second_none(night, tmp_path):
    folder = land(tmp_path / "in", city())
    assert night.take_in(folder).judged == DAYS
    before = night.digests()
    again = night.take_in(folder)
    assert again.judged == ()
    assert again.tables == {}
    assert night.digests() == before
    assert "psn_type" not in delivered(night.home)["setl_d"]
    assert "cash_payamt" in delivered(night.home)["setl_d"]


def test_later_days_wait_and_end_the_same(night, tmp_path, duckdb_engine):
    tables = city(per_day=30)
    tables["setl_d"][75]["medfee_sumamt"] = "x"
    folder = land(tmp_path / "in", tables)
    seen = [night.take_in(folder, f"2026-06-0{day}").judged for day in (1, 2, 3)]
    assert seen == [(DAYS[0],), (DAYS[1],), (DAYS[2],)]
    assert len(night.quarantined("setl_d")) == 1
    at_once = Night(tmp_path / "other", duckdb_engine)
    at_once.take_in(folder)
    assert at_once.digests() == night.digests()


def test_same_rows_in_another_file_change_nothing(night, tmp_path):
    night.take_in(land(tmp_path / "a", city()))
    before = night.digests()
    report = night.take_in(land(tmp_path / "b", city(), "text"))
    assert report.judged == ()
    assert report.tables["setl_d"].unchanged == report.tables["setl_d"].accepted == 30
    assert night.digests() == before


def test_typed_and_text_and_csv_give_the_same(tmp_path, duckdb_engine):
    found = []
    for kind in ("csv", "csv.gz", "text", "parquet"):
        night = Night(tmp_path / kind, duckdb_engine)
        night.take_in(land(tmp_path / f"in-{kind}", city(), kind))
        found.append(night.digests())
    assert found[1:] == found[:-1]


def test_correction_void_and_late_record_restate_their_days(night, tmp_path):
    tables = city()
    night.take_in(land(tmp_path / "a", tables))
    corrected = tables["setl_d"][0] | {"dise_no": "M9", "updt_time": "2026-06-20 00:00:00"}
    void = tables["setl_d"][11] | {"vali_flag": "0", "updt_time": "2026-06-20 00:00:00"}
    late = settlement(500, "2026-05-30")
    later = {**tables, "setl_d": [corrected, void, late], "fee_list_d": []}
    report = night.take_in(land(tmp_path / "b", later))
    assert report.judged == ("setl_date=2026-05-30", *DAYS[:2])
    assert report.tables["setl_d"].replaced == 2
    rows = {row["setl_id"]: row for row in night.rows("setl_d")}
    assert (rows["S1"]["dise_no"], rows["S12"]["vali_flag"], len(rows)) == ("M9", "0", 31)


def test_a_settlement_that_moves_takes_its_lines_along(night, tmp_path):
    tables = city()
    night.take_in(land(tmp_path / "a", tables))
    moved = tables["setl_d"][0] | {"setl_time": "2026-06-03 11:00:00", "updt_time": "2026-06-20 00:00:00"}
    report = night.take_in(land(tmp_path / "b", {**tables, "setl_d": [moved], "fee_list_d": []}))
    assert report.judged == (DAYS[0], DAYS[2])
    assert {row["unit_day"] for row in night.rows("fee_list_d") if row["setl_id"] == "S1"} == {DAYS[2]}
    assert [row["dq_flags"] for row in night.rows("setl_d") if row["setl_id"] == "S1"] == [[]]


def test_open_lines_move_to_their_settlement(night, tmp_path):
    tables = city()
    open_lines = [line(900, None, "2026-06-01"), line(901, None, "2026-06-02")]
    first = {**tables, "fee_list_d": tables["fee_list_d"] + open_lines}
    report = night.take_in(land(tmp_path / "a", first))
    assert report.judged == ("open=2026-06-01", "open=2026-06-02", *DAYS)
    settled = [row | {"setl_id": "S600", "updt_time": "2026-06-05 00:00:00"} for row in open_lines]
    second = {**tables, "setl_d": [settlement(600, "2026-06-05")], "fee_list_d": settled}
    report = night.take_in(land(tmp_path / "b", second))
    assert report.judged == ("open=2026-06-01", "open=2026-06-02", "setl_date=2026-06-05")
    assert [row["unit_day"] for row in night.rows("fee_list_d") if row["setl_id"] == "S600"] == [
        "setl_date=2026-06-05"
    ] * 2
    assert list((night.home / "warehouse/fee_list_d/open=2026-06-01").glob("*.parquet")), "one file, no rows"


def test_lines_of_a_refused_header_move_when_it_is_mended(night, tmp_path):
    tables = city(per_day=30)
    bad = {**tables, "setl_d": [tables["setl_d"][0] | {"psn_pay": "?"}, *tables["setl_d"][1:]]}
    night.take_in(land(tmp_path / "a", bad))
    flagged = [row for row in night.rows("fee_list_d") if row["dq_flags"]]
    assert [row["dq_flags"] for row in flagged] == [["header_refused"]] * 2
    report = night.take_in(
        land(tmp_path / "b", {**tables, "setl_d": [tables["setl_d"][0]], "fee_list_d": []})
    )
    assert report.judged == (DAYS[0],)
    assert [row for row in night.rows("fee_list_d") if row["dq_flags"]] == []


def test_late_lines_reach_an_earlier_settlement(night, tmp_path):
    tables = city()
    lines = tables["fee_list_d"]
    night.take_in(land(tmp_path / "a", {**tables, "fee_list_d": lines[1:]}))
    assert {row["setl_id"] for row in night.rows("setl_d") if "A10" in row["dq_flags"]} == {"S1"}
    late = {**tables, "setl_d": [settlement(700, "2026-06-04")], "fee_list_d": lines[:1]}
    report = night.take_in(land(tmp_path / "b", late))
    assert report.judged == (DAYS[0], "setl_date=2026-06-04")
    assert report.tables["fee_list_d"].refused == {}
    assert [row["setl_id"] for row in night.rows("setl_d") if "A10" in row["dq_flags"]] == []


def test_refunds_are_paired_and_restate_the_original(night, tmp_path):
    tables = city()
    night.take_in(land(tmp_path / "a", tables))
    back = {
        "refd_setl_flag": "1",
        "hifp_pay": "-80.00",
        "fund_pay_sumamt": "-80.00",
        "psn_pay": "-20.00",
        "cash_payamt": "-20.00",
    }
    full = settlement(801, "2026-06-10", "-100.00", init_setl_id="S1", **back)
    part = settlement(802, "2026-06-10", "-30.00", init_setl_id="S12", refd_setl_flag="1")
    lost = settlement(803, "2026-06-10", "-10.00", init_setl_id="S9999", refd_setl_flag="1")
    report = night.take_in(land(tmp_path / "b", {**tables, "setl_d": [full, part, lost], "fee_list_d": []}))
    assert report.judged == (*DAYS[:2], "setl_date=2026-06-10")
    ledger = {row["refund_id"]: (row["state"], row["days_apart"]) for row in night.rows("refund")}
    assert ledger == {"S801": ("full", 9), "S802": ("partial", 8), "S803": ("unmatched", None)}
    assert {row["setl_id"]: row["dq_flags"] for row in night.rows("setl_d")}["S801"] == []
    original = settlement(9999, "2026-06-11", "10.00")
    night.take_in(land(tmp_path / "c", {**tables, "setl_d": [original], "fee_list_d": []}))
    assert {row["refund_id"]: row["state"] for row in night.rows("refund")}["S803"] == "full"


@pytest.mark.parametrize(
    "point",
    [
        "door",
        "quarantine",
        "gate",
        "stage-fee_list_d",
        "staged",
        "promote-0",
        "promote-2",
        "promote-ledger",
        "promote-end",
    ],
)
def test_killed_anywhere_it_ends_the_same(tmp_path, duckdb_engine, point):
    tables = city()
    tables["setl_d"][0]["medfee_sumamt"] = "x"
    folder = land(tmp_path / "in", tables)
    whole = Night(tmp_path / "whole", duckdb_engine)
    report = whole.take_in(folder, run_id="night")
    night = Night(tmp_path / "killed", duckdb_engine)
    promote.FAULT_POINTS.append(point)
    with pytest.raises(promote.Killed):
        night.take_in(folder, run_id="night")
    again = night.take_in(folder, run_id="night")
    assert again.judged == report.judged == DAYS
    assert night.digests() == whole.digests()
    assert len(night.quarantined("setl_d")) == 1


def test_another_run_after_a_kill_judges_what_was_promoted(night, tmp_path):
    folder = land(tmp_path / "in", city())
    promote.FAULT_POINTS.append("promote-2")
    with pytest.raises(promote.Killed):
        night.take_in(folder)
    assert night.take_in(folder).judged == DAYS
    assert night.take_in(folder).judged == ()


def test_gb18030_by_mapping_equals_utf8(tmp_path, duckdb_engine, monkeypatch):
    conf = tmp_path / "conf"
    (conf / "sources").mkdir(parents=True)
    (conf / "sources" / "old.yaml").write_text(
        "name: old\nencoding: gb18030\naliases: {inscp_scp_amt: inscp_amt}\n"
    )
    monkeypatch.setenv("FUNDGUARD_CONF", str(conf))
    tables = city()
    for row in tables["setl_d"]:
        row["inscp_scp_amt"] = row.pop("inscp_amt")
    night = Night(tmp_path / "gb", duckdb_engine)
    night.take_in(land(tmp_path / "in", tables, encoding="gb18030"), source="old")
    plain = Night(tmp_path / "utf", duckdb_engine)
    plain.take_in(land(tmp_path / "in2", city()))
    assert night.digests() == plain.digests()


def test_identities_become_tokens(tmp_path, duckdb_engine):
    night = Night(tmp_path, duckdb_engine, privacy="hashed")
    night.take_in(land(tmp_path / "in", city()))
    persons = {row["psn_no"] for row in night.rows("psn_info_b")}
    assert persons == {row["psn_no"] for row in night.rows("setl_d")}
    assert all(len(token) == 32 for token in persons)
    assert (night.home / "vault" / "key").stat().st_mode & 0o777 == 0o600
    again = night.take_in(land(tmp_path / "in2", city(), "text"))
    assert again.judged == ()
