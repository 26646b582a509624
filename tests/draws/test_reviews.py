"""Prescription review, record campaigns, blind re-review: the same ceremony, readers for inspectors."""

import json

import pytest
from openpyxl import load_workbook

from fundguard.casework.draws.review import agreement, interval
from tests.draws.conftest import ok, run, table


def ceremony_of(tmp_path, verifier, kind, rows, *more):
    records = table(tmp_path / "records.csv", ["id", "name", "stratum", "handled_by"], rows)
    reviewers = table(
        tmp_path / "reviewers.csv", ["id", "name", "org", "cert"],
        [[f"R{n}", f"审读{n}", "甲院" if n == 0 else "中心", "无"] for n in range(5)],
    )  # fmt: skip
    draw = tmp_path / "R.json"
    ok("review", "plan", "--kind", kind, "--records", records, "--reviewers", reviewers, "--out", draw,
       "--date", "2026-07-01", *more)  # fmt: skip
    ok("commit", draw, "--beacon", "dice:2026-07-02", "--date", "2026-07-01")
    ok("reveal", draw, "--value", "1234567890" * 2, "--date", "2026-07-02")
    verifier.verify(draw.read_bytes())
    return draw, json.loads(draw.read_bytes())["body"]


def test_prescriptions_keep_the_floors_of_the_rule(tmp_path, verifier):
    rows = [[f"X{n:04d}", "乙院", "门急诊" if n < 1500 else "病房", f"R{n % 5}"] for n in range(1550)]
    draw, body = ceremony_of(tmp_path, verifier, "prescriptions", rows)
    assert {row["stratum"]: row["size"] for row in body["tickets"]} == {"门急诊": 100, "病房": 30}
    handled = {row[0]: row[3] for row in rows}
    assert all(handled[row["object"]] not in row["team"] for row in body["assignment"])
    ok("review", "sheets", draw, "--out", tmp_path / "sheets")
    sheets = sorted((tmp_path / "sheets").iterdir())
    lines = [
        row for path in sheets for row in load_workbook(path)["审读表"].iter_rows(min_row=2, values_only=True)
    ]
    assert len(lines) == 130
    assert all("审读" not in str(row) for row in lines)


def test_a_campaign_with_double_reading_yield_and_stop(tmp_path, verifier):
    rows = [[f"X{n:04d}", "甲院" if n % 7 == 0 else "乙院", "住院", ""] for n in range(400)]
    draw, body = ceremony_of(tmp_path, verifier, "records", rows, "--ratio", "住院=25%", "--double", "20%")
    twice = [row for row in body["assignment"] if len(row["team"]) == 2]
    assert (len(body["assignment"]), len(twice)) == (100, 20)
    own = {row[0] for row in rows if row[1] == "甲院"}
    assert not any("R0" in row["team"] for row in body["assignment"] if row["object"] in own)
    readings = table(
        tmp_path / "read.csv", ["id", "reviewer", "finding", "amount", "prescriber"],
        [[row["object"], reader, "0" if n % 25 else "1", "" if n % 25 else "50", f"D{n % 2}"]
         for n, row in enumerate(body["assignment"]) for reader in row["team"]],
    )  # fmt: skip
    data = json.loads(ok("review", "yield", draw, "--readings", readings, "--json"))
    assert data["strata"][0]["found"] == 4
    assert data["strata"][0]["low"] < 0.04 < data["strata"][0]["high"]
    assert data["agreement"]["share"] == 1.0
    verdict = json.loads(ok("review", "stop", draw, "--readings", readings, "--rate", "20%", "--json"))
    assert verdict["decision"] == "low"
    found = json.loads(ok("estimate", draw, "--readings", readings, "--json"))
    assert found["point"] == "800.00"
    assert found["verified"] == "200.00"
    charts = table(
        tmp_path / "charts.csv", ["setl_id", "medrcdno"], [[row[0], f"ZY{row[0]}"] for row in rows]
    )
    ok("papers", draw, "--charts", charts, "--out", tmp_path / "c")
    cells = [
        c
        for row in load_workbook(tmp_path / "c" / "病历调阅清单.xlsx").active.iter_rows(values_only=True)
        for c in row
    ]
    assert not any(str(c).startswith("ZYX") for c in cells)
    ok("papers", draw, "--charts", charts, "--role", "auditor", "--out", tmp_path / "c")
    cells = [
        c
        for row in load_workbook(tmp_path / "c" / "病历调阅清单.xlsx").active.iter_rows(values_only=True)
        for c in row
    ]
    assert sum(str(c).startswith("ZYX") for c in cells) == 100


def test_closed_leads_are_read_again_blind_by_somebody_else(tmp_path, verifier):
    rows = [[f"L{n:03d}", "乙院", "已结", f"R{n % 5}"] for n in range(60)]
    draw, body = ceremony_of(tmp_path, verifier, "leads", rows, "--ratio", "已结=0.2")
    handled = {row[0]: row[3] for row in rows}
    assert all(handled[row["object"]] not in row["team"] for row in body["assignment"])
    ok("publish", draw, "--out", tmp_path / "p", "--date", "2026-07-03")
    assert not (tmp_path / "p" / "transcript.json").exists()
    assert "L0" not in "".join(path.read_text("utf-8") for path in (tmp_path / "p").iterdir())


def test_readings_that_were_not_assigned_are_refused(tmp_path, verifier):
    rows = [[f"L{n:03d}", "乙院", "已结", ""] for n in range(30)]
    draw, body = ceremony_of(tmp_path, verifier, "leads", rows, "--ratio", "已结=0.2")
    drawn = body["assignment"][0]
    other = next(f"R{n}" for n in range(5) if f"R{n}" not in drawn["team"])
    bad = table(tmp_path / "bad.csv", ["id", "reviewer", "finding"], [[drawn["object"], other, "0"]])
    code, _, error = run("review", "yield", draw, "--readings", bad)
    assert code == 1
    assert "bad.csv!A2" in error


def test_agreement_and_interval():
    assert agreement([]) == {"kappa": None, "read_twice": 0, "share": None}
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert agreement(pairs) == {"kappa": 0.4, "read_twice": 50, "share": 0.7}
    assert interval(0, 20) == (0.0, pytest.approx(0.1684, abs=1e-4))
    assert interval(10, 10)[1] == 1.0
