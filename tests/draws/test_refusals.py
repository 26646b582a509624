"""Bad workbooks and steps out of order: one line, with place, value and the way out."""

import json

import pytest
from openpyxl import Workbook

from fundguard.casework.draws.transcript import dumps
from tests.draws.conftest import run, table


def refused(result, *words, code=1):
    assert result[0] == code, result
    for word in words:
        assert word in result[2], result[2]


def test_missing_certificate(ceremony):
    ceremony.inspectors[2][3] = ""
    refused(ceremony.plan(), "inspectors.csv!D4", "执法证号", "无")


def test_duplicate_ids(ceremony):
    ceremony.objects[3][0] = "H001"
    refused(ceremony.plan(), "objects.csv!A5", "duplicate id [H001]", "objects.csv!A2")


def test_duplicate_inspectors_and_certificates(ceremony):
    ceremony.inspectors[1][0] = "P1"
    refused(ceremony.plan(), "inspectors.csv!A3", "[P1]")
    ceremony.inspectors[1][0], ceremony.inspectors[1][3] = "P2", "ZF1"
    refused(ceremony.plan(), "inspectors.csv!D3", "certificate twice")


@pytest.mark.parametrize("ratio", ["1.5", "101%", "0", "-0.1"])
def test_ratio_outside_its_range(ceremony, ratio):
    refused(ceremony.plan(ratios=(f"甲={ratio}", "乙=0.1")), f"[{ratio}]", "--ratio 甲=")


@pytest.mark.parametrize("ratio", ["甲=abc", "甲", "=0.1", "甲=nan"])
def test_ratio_that_is_none(ceremony, ratio):
    refused(ceremony.plan(ratios=(ratio, "乙=0.1")), code=2)


def test_stratum_unknown_or_without_ratio(ceremony):
    refused(ceremony.plan(ratios=("甲=0.1", "乙=0.1", "丙=0.1")), "[丙]", "甲")
    refused(ceremony.plan(ratios=("甲=0.1",)), "objects.csv!C3", "[乙]", "--ratio 乙=")


def test_everybody_in_conflict(ceremony):
    for row in ceremony.inspectors:
        row[4] = "H007"
    refused(ceremony.plan(), "[H007]", "0 人")


def test_nobody_certified_left(ceremony):
    for row in ceremony.inspectors:
        row[3] = "无"
    refused(ceremony.plan(), "持证 0")


def test_good_standing_exempts_nobody(ceremony):
    ceremony.objects[0][3] = "信用良好免检"
    refused(ceremony.plan(), "objects.csv!D2", "[信用良好免检]")


def test_citizen_numbers_are_no_staff_numbers_and_are_not_repeated(ceremony):
    number = "11010519491231002X"
    ceremony.inspectors[0][0] = number
    result = ceremony.plan()
    refused(result, "inspectors.csv!A2")
    assert number not in result[2]


def test_general_items_keep_their_limit(ceremony):
    refused(ceremony.plan("--limit", "10%", ratios=("甲=0.5", "乙=0.1")), "above the limit")
    assert ceremony.plan("--limit", "10%", "--class", "重点", ratios=("甲=0.5", "乙=0.1"))[0] == 0


def test_an_excel_error_names_sheet_and_cell(ceremony):
    book = Workbook()
    sheet = book.active
    sheet.title = "检查对象名录库"
    for row in (["对象编号", "名称", "层别"], ["H1", "一院", "甲"], ["H1", "二院", "甲"]):
        sheet.append(row)
    book.save(ceremony.folder / "o.xlsx")
    table(ceremony.folder / "i.csv", ["id", "name", "org", "cert"], ceremony.inspectors[0:0])
    result = run(
        "plan",
        "--item",
        "x",
        "--basis",
        "y",
        "--objects",
        ceremony.folder / "o.xlsx",
        "--inspectors",
        ceremony.folder / "i.csv",
        "--ratio",
        "甲=1",
        "--out",
        ceremony.transcript,
    )
    refused(result, "no rows")
    ceremony.plan()
    result = run(
        "plan",
        "--item",
        "x",
        "--basis",
        "y",
        "--objects",
        ceremony.folder / "o.xlsx",
        "--inspectors",
        ceremony.folder / "inspectors.csv",
        "--ratio",
        "甲=1",
        "--out",
        ceremony.transcript,
    )
    refused(result, "o.xlsx 检查对象名录库!A3", "[H1]")


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b""])
def test_a_file_that_is_no_workbook(ceremony, content):
    ceremony.plan()
    (ceremony.folder / "o.xlsx").write_bytes(content)
    result = run(
        "plan",
        "--item",
        "x",
        "--basis",
        "y",
        "--objects",
        ceremony.folder / "o.xlsx",
        "--inspectors",
        ceremony.folder / "inspectors.csv",
        "--ratio",
        "甲=1",
        "--out",
        ceremony.transcript,
    )
    refused(result, "o.xlsx")


@pytest.mark.parametrize(
    "beacon",
    [
        "drand:1000",
        "drand:quicknet/5",
        "lottery:双色球2020001",
        "lottery:大乐透26001",
        "dice:2026-06-30",
        "nist:2026-06-30T10:00",
        "nist:1500000000000",
        "index:上证20260630",
    ],
)
def test_beacon_of_the_past(ceremony, beacon):
    ceremony.plan()
    refused(ceremony.commit(beacon=beacon), "past", f"[{beacon}")


@pytest.mark.parametrize(
    "beacon", ["moon:1", "drand:abc", "drand:other/5", "lottery:", "dice", "dice:2026-13-45"]
)
def test_beacon_that_is_none(ceremony, beacon):
    ceremony.plan()
    refused(ceremony.commit(beacon=beacon), code=2)


@pytest.mark.parametrize(
    ("beacon", "value"),
    [
        ("dice:掷骰", "1234567890123456789"),
        ("dice:掷骰", "12345 six"),
        ("lottery:x", "12345"),
        ("drand:99999999", "abc"),
        ("nist:2099-01-01", "ab" * 32),
    ],
)
def test_value_too_small_or_malformed(ceremony, beacon, value):
    ceremony.plan()
    assert ceremony.commit(beacon=beacon)[0] == 0
    refused(ceremony.reveal(value=value), f"[{value}]")


def test_steps_out_of_order(ceremony):
    ceremony.plan()
    refused(ceremony.reveal(), "[planned]", "draw commit")
    refused(run("replace", ceremony.transcript, "--object", "H001", "--reason", "closed"), "draw reveal")
    ceremony.commit()
    refused(ceremony.commit(), "[committed]", "--previous")
    refused(ceremony.plan(), "--previous")
    ceremony.reveal()
    refused(ceremony.reveal(), "[revealed]")


def test_wrong_nonce(ceremony):
    ceremony.plan()
    ceremony.commit()
    other = ceremony.folder / "other.txt"
    other.write_text("another-nonce-another-nonce")
    refused(
        ceremony.reveal("--nonce", ceremony.folder / "agency.txt", "--nonce", other),
        "wrong nonce",
        "observer",
    )
    (ceremony.folder / "observer.txt").write_text("changed since the commitment")
    refused(ceremony.reveal(), "wrong nonce", "observer")


def test_one_nonce_for_two_is_refused(ceremony):
    ceremony.plan()
    (ceremony.folder / "observer.txt").write_text((ceremony.folder / "agency.txt").read_text())
    refused(ceremony.commit(), "the same")


def test_frame_changed_after_commit(ceremony):
    ceremony.plan()
    ceremony.commit()
    path = ceremony.folder / "objects.csv"
    before = path.read_bytes()
    path.write_bytes(before.replace("第3医院".encode(), "第三医院".encode()))
    refused(ceremony.reveal(), "objects.csv", "frame changed after commit", "--frozen")
    path.write_bytes(before)
    kept = ceremony.transcript.read_bytes()
    ceremony.transcript.write_bytes(kept.replace("第3医院".encode(), "第4医院".encode()))
    refused(ceremony.reveal(), "digest does not hold")
    document = json.loads(kept)
    document["body"]["frame"]["objects"][0]["name"] = "换"
    ceremony.transcript.write_bytes(dumps(document["body"]))
    refused(ceremony.reveal(), "frame changed after commit")
    ceremony.transcript.write_bytes(kept)
    assert ceremony.reveal()[0] == 0


def test_results_that_do_not_belong(ceremony, tmp_path):
    ceremony.all()
    body = json.loads(ceremony.transcript.read_bytes())["body"]
    drawn = {row["id"] for row in body["selection"]}
    other = next(row["id"] for row in body["frame"]["objects"] if row["id"] not in drawn)
    one = sorted(drawn)[0]
    for row, word in (
        (["ZZZ", "01", "", ""], "not in the register"),
        ([other, "01", "", ""], "was not drawn"),
        ([one, "99", "", ""], "unknown code"),
        ([one, "02", "-5", ""], "amount"),
        ([one, "01", "5", ""], "nothing found yet"),
        ([one, "02", "5", "患者：张"], "personal data"),
    ):
        path = table(tmp_path / "r.csv", ["id", "result", "verified_amount", "note"], [row])
        refused(
            run("publish", ceremony.transcript, "--results", path, "--out", tmp_path / "p"), "r.csv!", word
        )


def test_wrong_usage(ceremony):
    refused(run("show", ceremony.folder / "none.json"), "no such file", code=2)
    refused(run("plan", "--item", "x", "--out", ceremony.transcript), "--basis", code=2)
    refused(ceremony.plan("--date", "yesterday"), "malformed date", code=2)
    ceremony.transcript.write_text("{}")
    refused(run("show", ceremony.transcript), "not a transcript")
    assert run("plan", "--no-such-option")[0] == 2


def test_unannounced_needs_a_nonce_nobody_guesses(ceremony):
    ceremony.plan("--unannounced")
    (ceremony.folder / "agency.txt").write_text("a-short-nonce-123")
    refused(ceremony.commit(), "32")


def test_a_stratum_can_run_out(ceremony):
    ceremony.all()
    refused(
        run("extend", ceremony.transcript, "--stratum", "甲", "--by", "99", "--reason", "r"), "only so many"
    )
    refused(run("extend", ceremony.transcript, "--stratum", "丁", "--by", "1", "--reason", "r"), "[丁]")
    refused(run("replace", ceremony.transcript, "--object", "H005", "--reason", "closed"), "[H005]")
    refused(run("replace", ceremony.transcript, "--object", "H005", "--reason", "bored"), "closed", code=2)
