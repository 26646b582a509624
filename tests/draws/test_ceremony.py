"""From empty workbooks to a published page, as an auditor would."""

import hashlib
import json
import subprocess
import sys

import pytest
from docx import Document
from openpyxl import load_workbook

from tests.draws.conftest import EXAMPLE, VERIFIER, ok, run, table


def verify(path, *more):
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(path), *more], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip()


def body_of(path):
    return json.loads(path.read_bytes())["body"]


def test_the_whole_ceremony_from_empty_workbooks(tmp_path):
    ok("templates", "--out", tmp_path / "forms")
    book = load_workbook(tmp_path / "forms" / "双随机抽查工作簿.xlsx")
    rows = {
        "抽查事项清单": [
            ["基金使用检查", "条例第二十三条", "一般", "专家", "定点机构", "核收费；核病历", "30%"]
        ],
        "检查对象名录库": [
            [
                f"H{n:03d}",
                f"第{n}医院",
                "高" if n % 3 else "低",
                None,
                f"9133010000000{n:03d}0A"[:18].ljust(18, "0"),
            ]
            for n in range(1, 31)
        ],
        "执法检查人员名录库": [
            [
                f"J{n}",
                f"检查员{n}",
                "市局",
                f"ZF{n}",
                f"H{n:03d}",
                "财务",
                None,
                None,
                "是" if n == 3 else None,
            ]
            for n in range(1, 7)
        ],
        "专家库": [
            ["E1", "市一院", "H001", None, None, None, None, "专家甲"],
            ["E2", "市二院", *[None] * 5, "专家乙"],
        ],
        "年度计划": [[2026, "基金使用检查", "高", "20%", 2], [2026, "基金使用检查", "低", 0.1, 1]],
    }
    for sheet, lines in rows.items():
        for number, line in enumerate(lines, start=2):
            for column, value in enumerate(line, start=1):
                book[sheet].cell(number, column, value)
    book.save(tmp_path / "book.xlsx")
    draw = tmp_path / "D.json"
    ok("plan", "--in", tmp_path / "book.xlsx", "--out", draw, "--date", "2026-06-01", "--sm3")
    assert verify(draw) == (1, "does not hold 不成立: commit: 尚未承诺 nothing committed yet")
    ok("nonce", "--out", tmp_path / "observer.txt")
    digest = hashlib.sha256((tmp_path / "observer.txt").read_text().strip().encode()).hexdigest()
    said = ok("commit", draw, "--beacon", "dice:2026-06-05", "--commitment", digest, "--date", "2026-06-01")
    commitment = json.loads(draw.read_bytes())["body"]["commit_sha256"]
    assert commitment in said
    ok(
        "reveal",
        draw,
        "--value",
        "12345 67890 12345 67890",
        "--nonce",
        tmp_path / "observer.txt",
        "--date",
        "2026-06-05",
    )
    assert verify(draw) == (0, "verified")
    assert verify(draw, "--commitment", commitment) == (0, "verified")
    assert verify(draw, "--commitment", "0" * 64)[0] == 1
    body = body_of(draw)
    assert all(len(row["team"]) == 2 and len(row["experts"]) == 1 for row in body["assignment"])
    assert not any("J3" in row["team"] for row in body["assignment"])
    assert ok("show", draw, "--json").strip()[-67:-1].startswith('"')  # the digest stands last

    first = body["selection"][0]["id"]
    ok("replace", draw, "--object", first, "--reason", "closed", "--date", "2026-06-10")
    ok("extend", draw, "--stratum", "低", "--by", "1", "--reason", "扩查", "--date", "2026-06-11")
    assert verify(draw) == (0, "verified")
    ok("papers", draw, "--out", tmp_path / "papers", "--agency", "某市医保局")
    papers = sorted((tmp_path / "papers").glob("*.docx"))
    body = body_of(draw)
    assert len(papers) == len(body["selection"]) - 1
    paper = Document(str(papers[0]))
    text = "\n".join(line.text for line in paper.paragraphs)
    for words in (
        "检查通知书",
        "检查事项清单",
        "检查记录表",
        "检查人员1",
        "检查人员2",
        "见证人",
        "负责人",
        "ZF",
    ):
        assert words in text
    whole = text + "".join(cell.text for t in paper.tables for row in t.rows for cell in row.cells)
    assert "风险" not in whole
    assert "层" not in whole
    assert paper.sections[0].page_width.cm == pytest.approx(21, abs=0.1)
    results = load_workbook(tmp_path / "papers" / "检查任务表.xlsx")
    for row in results["检查结果"].iter_rows(min_row=2):
        row[1].value, row[2].value, row[3].value = "02", "2026-06-20", 100
    results.save(tmp_path / "results.xlsx")
    ok(
        "publish",
        draw,
        "--results",
        tmp_path / "results.xlsx",
        "--out",
        tmp_path / "public",
        "--date",
        "2026-06-30",
    )
    assert verify(tmp_path / "public" / "transcript.json") == (0, "verified")
    published = "".join(p.read_text("utf-8") for p in (tmp_path / "public").iterdir())
    assert "检查员" not in published
    assert "专家甲" not in published
    assert "ZF" not in published
    csv_text = (tmp_path / "public" / "results.csv").read_text("utf-8-sig")
    assert csv_text.startswith("uscc,")
    assert json.loads((tmp_path / "public" / "results.json").read_text())["due_on"] == "2026-07-17"


def test_the_example_is_what_its_recipe_gives(ceremony):
    """The example transcript stands beside this file; only the salts of the seals are random."""
    assert verify(EXAMPLE) == (0, "verified")
    document = json.loads(EXAMPLE.read_bytes())
    assert list(document)[-1] == "digest"
    rest = {"body": document["body"]}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == document["digest"]


def test_the_public_form_holds_no_names_and_still_verifies(ceremony, tmp_path):
    ceremony.all()
    ok("show", ceremony.transcript, "--public", "--out", tmp_path / "P.json")
    assert verify(tmp_path / "P.json") == (0, "verified")
    text = (tmp_path / "P.json").read_text("utf-8")
    assert "人员" not in text
    assert "ZF" not in text
    assert "人员" not in ok("show", ceremony.transcript, "--public")
    assert "人员1" in ceremony.transcript.read_text("utf-8")


def test_two_people_one_certified_and_nobody_in_conflict(ceremony):
    for row in ceremony.inspectors[:4]:
        row[4] = ";".join(item[0] for item in ceremony.objects)
    ceremony.all()
    body = body_of(ceremony.transcript)
    people = {row["id"]: row for row in body["frame"]["inspectors"]}
    for row in body["assignment"]:
        assert len(set(row["team"])) == 2
        assert any(people[key]["certified"] for key in row["team"])
        assert not any(row["object"] in people[key]["conflicts"] for key in row["team"])
    assert any(why == "conflict" for row in body["assignment"] for _, why in row["skipped"])
    sizes = {row["stratum"]: (row["units"], row["size"]) for row in body["tickets"]}
    assert sizes == {"甲": (11, 3), "乙": (12, 3)}


def test_employer_is_recused_and_load_rotation_and_county_hold(tmp_path):
    objects = table(
        tmp_path / "o.csv",
        ["id", "name", "stratum", "county"],
        [[f"H{n}", f"医院{n}", "全", "东" if n % 2 else "西"] for n in range(20)],
    )
    people = table(
        tmp_path / "i.csv",
        ["id", "name", "org", "cert", "county", "visited"],
        [
            [f"P{n}", f"人{n}", "医院3" if n == 1 else "局", f"C{n}", "东" if n % 2 else "西", "H4;H5"]
            if n < 4
            else [f"P{n}", f"人{n}", "局", f"C{n}", "东" if n % 2 else "西", ""]
            for n in range(12)
        ],
    )
    draw = tmp_path / "D.json"
    ok(
        "plan",
        "--item",
        "x",
        "--basis",
        "y",
        "--objects",
        objects,
        "--inspectors",
        people,
        "--ratio",
        "全=1",
        "--out",
        draw,
        "--cross-county",
        "--rotate",
        "--max-load",
        "4",
        "--batches",
        "4",
        "--date",
        "2026-07-01",
    )
    ok("commit", draw, "--beacon", "dice:2026-07-02", "--date", "2026-07-01")
    ok("reveal", draw, "--value", "1" * 20, "--date", "2026-07-02")
    assert verify(draw) == (0, "verified")
    body = body_of(draw)
    teams = {row["object"]: row["team"] for row in body["assignment"]}
    assert "P1" not in teams["H3"]
    assert not {"P0", "P1", "P2", "P3"} & set(teams["H4"] + teams["H5"])
    assert all(int(p[1:]) % 2 != int(o[1:]) % 2 for o, team in teams.items() for p in team)
    whys = {why for row in body["assignment"] for _, why in row["skipped"]}
    assert whys >= {"same_county", "load"}
    loads = [sum(p in team for team in teams.values()) for p in (f"P{n}" for n in range(12))]
    assert max(loads) <= 6
    assert sorted({row["batch"] for row in body["selection"]}) == [1, 2, 3, 4]


def test_a_second_draw_is_a_new_visible_round(ceremony):
    ceremony.all()
    code, _, error = ceremony.plan()
    assert code == 1
    assert "--previous" in error
    digest = json.loads(ceremony.transcript.read_bytes())["digest"]
    first = ceremony.transcript
    ceremony.transcript = ceremony.folder / "D2.json"
    assert ceremony.plan("--previous", first)[0] == 2
    assert ceremony.plan("--previous", first, "--round-reason", "名录有误")[0] == 0
    frame = body_of(ceremony.transcript)["frame"]
    assert (frame["round"], frame["previous"]) == (2, digest)


def test_unannounced_rows_are_opened_after_each_visit(ceremony, tmp_path):
    ceremony.all("--unannounced")
    public = tmp_path / "P.json"
    drawn = [row["id"] for row in body_of(ceremony.transcript)["selection"]]
    ok("show", ceremony.transcript, "--public", "--out", public)
    shown = body_of(public)
    assert "reveal" not in shown
    assert "selection" not in shown
    assert verify(public)[0] == 1
    ok("open", ceremony.transcript, "--object", drawn[0], "--date", "2026-08-01")
    ok("show", ceremony.transcript, "--public", "--out", public)
    assert verify(public)[1].endswith("opened rows that hold: 1")
    assert [row["row"]["object"] for row in body_of(public)["opened"]] == [drawn[0]]
    ok("publish", ceremony.transcript, "--out", tmp_path / "public", "--date", "2026-08-02")
    assert drawn[1] not in (tmp_path / "public" / "results.csv").read_text("utf-8")
    for key in drawn[1:]:
        ok("open", ceremony.transcript, "--object", key, "--date", "2026-08-02")
    ok("show", ceremony.transcript, "--public", "--out", public)
    assert verify(public) == (0, "verified")


def test_corrections_are_new_dated_entries(ceremony, tmp_path):
    ceremony.all()
    drawn = [row["id"] for row in body_of(ceremony.transcript)["selection"]]

    def publish(code, *more):
        results = table(tmp_path / "r.csv", ["id", "result"], [[drawn[0], code]])
        return run(
            "publish",
            ceremony.transcript,
            "--results",
            results,
            "--out",
            tmp_path / "p",
            "--date",
            "2026-08-03",
            "--done",
            "2026-08-03",
            *more,
        )

    assert publish("02")[0] == 0
    assert "nothing changed" in publish("02")[2]
    code, _, error = publish("01")
    assert code == 1
    assert "--correction" in error
    assert publish("01", "--correction", "复核后更正")[0] == 0
    entries = json.loads((tmp_path / "p" / "results.json").read_text())["entries"]
    assert [entry["kind"] for entry in entries] == ["first", "correction"]
    assert entries[0]["rows"] != entries[1]["rows"]
    page = (tmp_path / "p" / "index.html").read_text("utf-8")
    assert "复核后更正" in page
    assert "已责令改正" in page


def test_a_draw_made_elsewhere_is_marked(tmp_path):
    drawn = table(tmp_path / "x.csv", ["id", "name", "uscc"], [["H1", "第一医院", "913301000000001234"]])
    ok("import", drawn, "--item", "某事项", "--out", tmp_path / "X.json", "--date", "2026-07-01")
    assert verify(tmp_path / "X.json") == (
        1,
        "does not hold 不成立: origin: 非本系统抽取，不可复算 drawn elsewhere",
    )
    assert "不可复算" in ok("show", tmp_path / "X.json")
    ok("publish", tmp_path / "X.json", "--out", tmp_path / "p", "--date", "2026-07-01")
    assert "非本系统抽取，不可复算" in (tmp_path / "p" / "index.html").read_text("utf-8")
    code, _, error = run("estimate", tmp_path / "X.json")
    assert code == 1
    assert "chosen, not drawn" in error


def test_value_from_the_files_of_drand_and_nist(ceremony):
    ceremony.plan()
    ceremony.commit(beacon="drand:quicknet/90000000")
    value = ceremony.folder / "value.json"
    value.write_text(json.dumps({"round": 90000001, "randomness": "ab" * 32}))
    options = ("reveal", ceremony.transcript, "--value-file", value, "--date", "2035-01-01")
    assert "another round" in run(*options)[2]
    value.write_text(json.dumps({"round": 90000000, "randomness": "AB" * 32}))
    assert run(*options)[0] == 0
    assert body_of(ceremony.transcript)["reveal"]["value"] == "ab" * 32


def test_sealed_strata_and_common_options(ceremony):
    assert (
        ceremony.plan("--seal-strata", "--home", "x", "--region", "oz", "--engine", "duckdb", "--json")[0]
        == 0
    )
    assert ceremony.commit()[0] == 0
    assert ceremony.reveal()[0] == 0
    assert verify(ceremony.transcript) == (0, "verified")
    ok("extend", ceremony.transcript, "--stratum", "甲", "--by", "1", "--reason", "扩查")
    public = json.loads(ok("show", ceremony.transcript, "--public", "--json"))
    assert {row["stratum"] for row in public["body"]["frame"]["objects"]} == {"S1", "S2"}
    assert "甲" not in json.dumps(public, ensure_ascii=False)
