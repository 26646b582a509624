"""Bad input: the one line, the exit code, and nothing lost."""

import gzip

import pytest

from core.errors import Refused, UsageError
from tests.factories import city, land, line, settlement
from tests.ingest.night import Night


@pytest.fixture
def night(tmp_path, duckdb_engine):
    return Night(tmp_path, duckdb_engine)


def refused_line(night, landing, **options):
    with pytest.raises(Refused) as caught:
        night.take_in(landing, **options)
    assert caught.value.exit_code == 1
    assert "\n" not in str(caught.value)
    assert not (night.home / "warehouse").exists(), "nothing is promoted"
    return str(caught.value)


def test_no_such_folder(night, tmp_path):
    with pytest.raises(UsageError, match=r"no such folder \[.*nowhere\]: give the folder"):
        night.take_in(tmp_path / "nowhere")


def test_missing_required_column(night, tmp_path):
    tables = city()
    for row in tables["setl_d"]:
        del row["fund_pay_sumamt"]
    said = refused_line(night, land(tmp_path / "in", tables))
    assert said.startswith("setl_d: setl_d.csv: required column is missing [fund_pay_sumamt]: deliver it")


def test_missing_required_table(night, tmp_path):
    tables = city()
    del tables["fee_list_d"]
    assert "required table is missing [fee_list_d]" in refused_line(night, land(tmp_path / "in", tables))


def test_required_table_without_rows(night, tmp_path):
    said = refused_line(night, land(tmp_path / "in", city() | {"setl_d": []}))
    assert said.startswith("setl_d: setl_d.csv: required table has no rows [0]")


def test_header_only_fee_list_passes(night, tmp_path):
    report = night.take_in(land(tmp_path / "in", city() | {"fee_list_d": []}))
    assert report.tables["fee_list_d"].rows_in == 0
    assert night.rows("setl_d")[0]["dq_flags"] == [], "no lines delivered: A10 cannot break"


def test_unknown_column_and_table_are_named_and_ignored(night, tmp_path):
    tables = city()
    for row in tables["setl_d"]:
        row["what_is_this"] = "1"
    folder = land(tmp_path / "in", tables)
    (folder / "strange.csv").write_text("a\n1\n")
    report = night.take_in(folder)
    assert report.tables["setl_d"].unknown_columns == ("what_is_this",)
    assert report.unknown_tables == ("strange.csv",)
    assert report.tables["setl_d"].accepted == 30


def test_wrong_encoding(night, tmp_path):
    said = refused_line(night, land(tmp_path / "in", city(), encoding="gb18030"))
    assert "gate stops the night: refused rows [100.0%] above 5% (unreadable" in said
    assert night.quarantined("fee_list_d")[0]["value"].startswith("bytes ")


def test_torn_rows(night, tmp_path):
    folder = land(tmp_path / "in", city(days=4))
    lines = (folder / "fee_list_d.csv").read_text().splitlines()
    lines[3] = lines[3][:40]
    lines[7] = lines[7].replace("阿莫西林", '阿"莫西林')
    (folder / "fee_list_d.csv").write_text("\n".join(lines) + "\n")
    report = night.take_in(folder)
    assert report.tables["fee_list_d"].refused == {"unreadable": 2}
    rows = night.quarantined("fee_list_d")
    assert [(row["source_row"], row["raw"]) for row in rows] == [(3, lines[3]), (7, lines[7])]
    assert "fields instead of 23" in rows[0]["value"]
    assert rows[1]["value"] == "odd number of quotes"


@pytest.mark.parametrize("share, passes", [(3, True), (10, False)])
def test_bad_amounts(night, tmp_path, share, passes):
    tables = city(days=1, per_day=100)
    for row in tables["setl_d"][:share]:
        row["medfee_sumamt"] = "12,00"
    folder = land(tmp_path / "in", tables)
    if passes:
        report = night.take_in(folder)
        assert report.tables["setl_d"].refused == {"cast": share}
        flagged = [row for row in night.rows("fee_list_d") if "header_refused" in row["dq_flags"]]
        assert len(flagged) == 2 * share, "lines of refused headers stay in sight"
    else:
        said = refused_line(night, folder)
        assert said.startswith("setl_d: gate stops the night: refused rows [10.0%] above 5% (cast 10)")
    rows = night.quarantined("setl_d")
    assert len(rows) == share
    assert {(r["reason"], r["column"], r["value"]) for r in rows} == {("cast", "medfee_sumamt", "12,00")}


def test_repeated_rows(night, tmp_path):
    tables = city()
    tables["setl_d"].append(dict(tables["setl_d"][0]))
    report = night.take_in(land(tmp_path / "in", tables))
    assert report.tables["setl_d"].refused == {"duplicate": 1}
    assert night.quarantined("setl_d")[0]["source_row"] == 31


def test_two_versions_of_a_key(night, tmp_path):
    tables = city()
    tables["setl_d"].append(tables["setl_d"][0] | {"dise_no": "M1", "updt_time": "2026-06-02 00:00:00"})
    for row in tables["setl_d"][:-1]:
        row["dise_no"] = ""
    report = night.take_in(land(tmp_path / "in", tables))
    assert report.tables["setl_d"].refused == {"superseded": 1}
    assert [row["dise_no"] for row in night.rows("setl_d") if row["setl_id"] == "S1"] == ["M1"]
    assert night.quarantined("setl_d")[0]["source_row"] == 1


def test_orphan_lines(night, tmp_path):
    tables = city()
    tables["fee_list_d"].append(line(900, 77, "2026-06-01"))
    report = night.take_in(land(tmp_path / "in", tables))
    assert report.tables["fee_list_d"].refused == {"orphan": 1}
    (row,) = night.quarantined("fee_list_d")
    assert (row["column"], row["value"]) == ("setl_id", "S77")


def test_missing_value(night, tmp_path):
    tables = city(per_day=20)
    tables["fee_list_d"][4]["hilist_code"] = " "
    report = night.take_in(land(tmp_path / "in", tables))
    assert report.tables["fee_list_d"].refused == {"missing": 1}
    assert night.quarantined("fee_list_d")[0]["column"] == "hilist_code"


def test_broken_identities_are_accepted_and_flagged(night, tmp_path):
    tables = city()
    broken = {
        "S1": {"inscp_amt": "90.00"}, "S2": {"psn_pay": "30.00", "cash_payamt": "30.00"},
        "S3": {"cash_payamt": "25.00"}, "S4": {"hifp_pay": "70.00"},
    }  # fmt: skip
    for row in tables["setl_d"]:
        row.update(broken.get(row["setl_id"], {}))
    tables["fee_list_d"][8]["pric"] = "11"
    tables["fee_list_d"][10]["preselfpay_amt"] = "1.00"
    tables["setl_d"].append(settlement(99, "2026-06-01", "-500.00", refd_setl_flag="1", init_setl_id="S9"))
    report = night.take_in(land(tmp_path / "in", tables))
    flags = {row["setl_id"]: set(row["dq_flags"]) for row in night.rows("setl_d") if row["dq_flags"]}
    assert flags["S1"] == {"A1", "A10"}
    assert (flags["S2"], flags["S3"], flags["S4"]) == ({"A2"}, {"A3"}, {"A4"})
    assert flags["S6"] == {"A10"}
    assert flags["S99"] == {"A11"}
    lines = {row["bkkp_sn"]: row["dq_flags"] for row in night.rows("fee_list_d") if row["dq_flags"]}
    assert lines == {"L9": ["A6"], "L11": ["A7"]}
    assert report.tables["setl_d"].refused == {}


def test_truncated_parquet(night, tmp_path):
    folder = land(tmp_path / "in", city(), "parquet")
    whole = (folder / "setl_d.parquet").read_bytes()
    (folder / "setl_d.parquet").write_bytes(whole[: len(whole) // 2])
    said = refused_line(night, folder)
    assert said.startswith("setl_d.parquet: the Parquet file is truncated or broken [")


def test_broken_gzip(night, tmp_path):
    folder = land(tmp_path / "in", city(), "csv.gz")
    whole = (folder / "setl_d.csv.gz").read_bytes()
    (folder / "setl_d.csv.gz").write_bytes(whole[:-20])
    assert "setl_d.csv.gz: the compressed file is broken or cut off" in refused_line(night, folder)
    assert gzip.decompress(whole)


def test_unknown_source(night, tmp_path):
    with pytest.raises(UsageError, match=r"source \[nobody\] is unknown: use one of"):
        night.take_in(land(tmp_path / "in", city()), source="nobody")
