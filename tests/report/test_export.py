"""Exports: the ranked list in three forms, the annex by role; nothing executed, nothing half written."""

import csv
import json
from datetime import date
from decimal import Decimal

import pytest
from docx import Document
from openpyxl import load_workbook

from core.errors import UsageError
from core.privacy import load_keys
from core.schema import TABLES
from fundguard.casework.annex import FIELDS, annex
from fundguard.casework.export import export_leads
from fundguard.casework.opening import Opening
from pipelines.warehouse import Warehouse
from tests.report.world import AS_OF, BEFORE, write_rows

LEAD = "LD00000000"


def _opening(home, role="investigator", **changes):
    given = {
        "lead_id": LEAD,
        "role": role,
        "purpose": "核对病历",
        "by": "li",
        "at": "2026-07-01T09:00:00+08:00",
        "privacy": "plain",
    }
    return Opening(home=home, **(given | changes))


def _today(world):
    order = {"investigate": 1, "recover": 2, "explore": 3}
    return sorted(world.rows[("lead", f"run_date={AS_OF}")], key=lambda r: (order[r["queue"]], r["rank"]))


def test_csv_has_national_names_and_a_bom(world, duckdb_engine, tmp_path):
    out = tmp_path / "leads.csv"
    assert export_leads(duckdb_engine, Warehouse(world.home), None, out) == len(_today(world))
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == TABLES["lead"].names
    assert [row["lead_id"] for row in rows] == [row["lead_id"] for row in _today(world)]
    assert [Decimal(row["amount_at_risk"]) for row in rows] == [
        row["amount_at_risk"] for row in _today(world)
    ]


def test_json_is_the_same_list(world, duckdb_engine, tmp_path):
    out = tmp_path / "leads.json"
    export_leads(duckdb_engine, Warehouse(world.home), AS_OF, out)
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert [row["lead_id"] for row in rows] == [row["lead_id"] for row in _today(world)]
    assert rows[0]["reasons"][0]["zh"].endswith("次结算")
    assert rows[0]["period_to"] == str(AS_OF)


def test_workbook_for_people(world, duckdb_engine, tmp_path):
    out = tmp_path / "leads.xlsx"
    export_leads(duckdb_engine, Warehouse(world.home), None, out)
    book = load_workbook(out)
    assert book.sheetnames == ["线索", "证据", "说明"]
    sheet = book["线索"]
    assert [cell.value for cell in sheet[1]][:4] == ["队列", "名次", "对象名称", "情形"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref.startswith("A1:")
    money = sheet["I2"]
    assert money.number_format == "#,##0.00"
    assert Decimal(str(money.value)) == _today(world)[0]["amount_at_risk"]
    assert sheet.column_dimensions["O"].width == 60
    evidence = list(book["证据"].iter_rows(min_row=2, values_only=True))
    assert len(evidence) == len(world.rows[("lead_evidence", f"run_date={AS_OF}")])
    counted = sum((Decimal(str(row[13])) for row in evidence), Decimal(0))
    assert counted == sum((row["amount_at_risk"] for row in _today(world)), Decimal(0))
    about = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert "POL-SVC-012 v1" in about["规则版本"]
    assert about["线索截至"] == str(AS_OF)


def test_a_case_and_a_ring_are_told_in_the_workbook(world, duckdb_engine, tmp_path):
    out = tmp_path / "leads.xlsx"
    export_leads(duckdb_engine, Warehouse(world.home), None, out)
    rows = list(load_workbook(out)["证据"].iter_rows(values_only=True))
    at = {heading: nth for nth, heading in enumerate(rows[0])}
    told = {row[at["规则、团伙或情形"]]: row for row in rows[1:] if row[at["证据类型"]] != "规则命中"}
    assert set(told) == {"短住院且多项迹象并存", "反复同时段到同一机构"}
    case = told["短住院且多项迹象并存"]
    assert case[at["服务日期"]] is not None
    assert Decimal(str(case[at["疑点金额"]])) == Decimal("812.40")


def test_formulas_are_text(built, duckdb_engine, tmp_path):
    texts = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
    rows = [dict(_today(built)[0], rank=n, lead_id=f"LD{n}", party_name=text) for n, text in enumerate(texts)]
    write_rows(built.home, "lead", f"run_date={AS_OF}", rows)
    export_leads(duckdb_engine, Warehouse(built.home), None, tmp_path / "leads.csv")
    with (tmp_path / "leads.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["party_name"] for row in csv.DictReader(file)] == [f"'{text}" for text in texts]
    export_leads(duckdb_engine, Warehouse(built.home), None, tmp_path / "leads.xlsx")
    cells = [row[2] for row in load_workbook(tmp_path / "leads.xlsx")["线索"].iter_rows(min_row=2)]
    assert len(cells) == len(texts)
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)


def test_negative_money_stays_a_number(built, duckdb_engine, tmp_path):
    row = dict(_today(built)[0], amount_at_risk=Decimal("-5.50"))
    write_rows(built.home, "lead", f"run_date={AS_OF}", [row])
    export_leads(duckdb_engine, Warehouse(built.home), None, tmp_path / "leads.csv")
    with (tmp_path / "leads.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["amount_at_risk"] == "-5.50"


def test_an_earlier_night_is_exported_as_it_was(world, duckdb_engine, tmp_path):
    out = tmp_path / "leads.json"
    export_leads(duckdb_engine, Warehouse(world.home), BEFORE, out)
    assert "LD99999999" in {row["lead_id"] for row in json.loads(out.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    "name, day, bad",
    [("leads.pdf", None, r"\[\.pdf\]"), ("leads", None, r"\[leads\]"), ("no/leads.csv", None, "no such folder"), ("leads.csv", date(2020, 1, 1), r"\[2020-01-01\]")],
)  # fmt: skip
def test_errors_are_one_line_and_leave_nothing(world, duckdb_engine, tmp_path, name, day, bad):
    with pytest.raises(UsageError, match=bad) as error:
        export_leads(duckdb_engine, Warehouse(world.home), day, tmp_path / name)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_home_without_leads_says_so(tmp_path, duckdb_engine):
    with pytest.raises(UsageError, match="run `fundguard nightly` first"):
        export_leads(duckdb_engine, Warehouse(tmp_path), None, tmp_path / "leads.csv")


def test_a_broken_write_leaves_the_old_file(world, duckdb_engine, tmp_path, monkeypatch):
    out = tmp_path / "leads.json"
    out.write_text("old", encoding="utf-8")
    monkeypatch.setattr("fundguard.casework.export.json.dumps", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export_leads(duckdb_engine, Warehouse(world.home), None, out)
    assert out.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["leads.json"]


def _column(out, heading):
    sheet = load_workbook(out)["附表"]
    at = [field.heading for field in FIELDS].index(heading)
    return [row[at] for row in sheet.iter_rows(min_row=2, values_only=True)]


def _originals(world):
    """(chart number, item code) of the lead's lines, from the rows themselves."""
    wanted = {
        r["bkkp_sn"]: r
        for r in world.rows[("lead_evidence", f"run_date={AS_OF}")]
        if r["lead_id"] == LEAD and r["bkkp_sn"]
    }
    lines = [
        r for (t, _), rows in world.rows.items() if t == "fee_list_d" for r in rows if r["bkkp_sn"] in wanted
    ]
    visits = {r["mdtrt_id"]: r for (t, _), rows in world.rows.items() if t == "mdtrt_d" for r in rows}
    return {visits[line["mdtrt_id"]]["medrcdno"] for line in lines}, {
        line["medins_list_codg"] for line in lines
    }


@pytest.mark.parametrize("role", ["investigator", "supervisor"])
def test_annex_prints_originals_for_those_who_may_see(world, duckdb_engine, tmp_path, role):
    out = tmp_path / "annex.xlsx"
    annex(duckdb_engine, Warehouse(world.home), LEAD, None, out, _opening(world.home, role))
    charts, items = _originals(world)
    assert set(_column(out, "病历号")) == charts
    # The row of a case is a settlement: it has no item.
    assert set(_column(out, "医院项目编码")) - {None} == items
    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("role", ["auditor", "rule_editor", "operator"])
def test_annex_prints_hashes_for_the_others(world, duckdb_engine, tmp_path, role):
    out = tmp_path / "annex.xlsx"
    annex(duckdb_engine, Warehouse(world.home), LEAD, None, out, _opening(world.home, role))
    charts, items = _originals(world)
    keys = load_keys(world.home)
    assert set(_column(out, "病历号")) == {f"#{keys.token_of(chart)[:16]}" for chart in charts}
    assert set(_column(out, "医院项目编码")) - {None} == {f"#{keys.token_of(item)[:16]}" for item in items}


def test_annex_opens_the_vault_in_a_hashed_home(built, duckdb_engine, tmp_path):
    plain = {}
    for (table, part), rows in built.rows.items():
        if table == "mdtrt_d":
            tokens = [
                dict(r, medrcdno=f"{n:032x}{r['medrcdno']}"[-32:], ipt_otp_no=None)
                for n, r in enumerate(rows)
            ]
            plain |= {t["medrcdno"]: r["medrcdno"] for t, r in zip(tokens, rows, strict=True)}
            write_rows(built.home, table, part, tokens)
    asked = []

    def reveal(kind, tokens):
        asked.append((kind, list(tokens)))
        return {token: plain[token] for token in asked[-1][1]}

    out = tmp_path / "annex.xlsx"
    annex(
        duckdb_engine,
        Warehouse(built.home),
        LEAD,
        None,
        out,
        _opening(built.home, privacy="hashed", reveal=reveal),
    )
    assert set(_column(out, "病历号")) == _originals(built)[0]
    assert [kind for kind, _ in asked] == ["medrcdno"]
    annex(
        duckdb_engine,
        Warehouse(built.home),
        LEAD,
        None,
        out,
        _opening(built.home, "auditor", privacy="hashed", reveal=reveal),
    )
    assert len(asked) == 1
    assert all(value.startswith("#") for value in _column(out, "病历号"))


def test_what_the_vault_does_not_know_is_said(world, duckdb_engine, tmp_path):
    opening = _opening(world.home, privacy="hashed", reveal=lambda kind, tokens: {})
    out = tmp_path / "annex.xlsx"
    annex(duckdb_engine, Warehouse(world.home), LEAD, None, out, opening)
    cover = {row[0]: row[1] for row in load_workbook(out)["封面"].iter_rows(values_only=True)}
    assert "没有原号" in cover["保管库"]


def test_each_opening_is_logged_without_identities(built, duckdb_engine, tmp_path):
    for role in ("investigator", "auditor"):
        annex(
            duckdb_engine,
            Warehouse(built.home),
            LEAD,
            None,
            tmp_path / "annex.docx",
            _opening(built.home, role),
        )
    text = (built.home / "casework" / "openings.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["role"] for line in lines] == ["investigator", "auditor"]
    assert lines[0]["purpose"] == "核对病历"
    assert lines[0]["opened"]["medrcdno"] == len(_originals(built)[0])
    assert lines[1]["opened"] == {}
    charts, items = _originals(built)
    assert not any(value in text for value in (*charts, *items, *built.persons))


def test_document_for_the_file(world, duckdb_engine, tmp_path):
    out = tmp_path / "annex.docx"
    made = annex(duckdb_engine, Warehouse(world.home), LEAD, None, out, _opening(world.home))
    document = Document(str(out))
    table = document.tables[0]
    assert len(table.rows) == len(made.rows) + 1
    assert {row.cells[3].text for row in table.rows[1:]} == _originals(world)[0]
    assert "用途：核对病历" in "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_the_cover_hints_at_the_bands_of_the_region_and_picks_none(world, duckdb_engine, tmp_path):
    covers = []
    for region in ("demo", "990199"):
        out = tmp_path / f"{region}.xlsx"
        annex(duckdb_engine, Warehouse(world.home), LEAD, None, out, _opening(world.home), region)
        cover = load_workbook(out)["封面"]
        covers.append({row[0]: row[1] for row in cover.iter_rows(values_only=True)})
    said = covers[0]["裁量基准（参考）"]
    for word in ("第38条", "1至1.3倍", "1.7至2倍", "示例〔2021〕3号", "文件待核", "由办案机关"):
        assert word in said, word
    assert "裁量基准（参考）" not in covers[1]


@pytest.mark.parametrize(
    "changes, bad",
    [({"role": "boss"}, r"\[boss\]"), ({"purpose": "  "}, "--purpose"), ({"privacy": "hashed"}, "vault")],
)
def test_no_opening_without_role_purpose_and_vault(world, duckdb_engine, tmp_path, changes, bad):
    with pytest.raises(UsageError, match=bad):
        annex(
            duckdb_engine,
            Warehouse(world.home),
            LEAD,
            None,
            tmp_path / "a.xlsx",
            _opening(world.home, **changes),
        )
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_lead_is_named(world, duckdb_engine, tmp_path):
    with pytest.raises(UsageError, match=r"\[x' OR '1'='1\]"):
        annex(
            duckdb_engine,
            Warehouse(world.home),
            "x' OR '1'='1",
            None,
            tmp_path / "a.xlsx",
            _opening(world.home),
        )


@pytest.mark.spark
def test_spark_exports_the_same(world, duckdb_engine, spark_engine, tmp_path):
    for name, engine in (("duckdb", duckdb_engine), ("spark", spark_engine)):
        export_leads(engine, Warehouse(world.home), None, tmp_path / f"{name}.csv")
        annex(engine, Warehouse(world.home), LEAD, None, tmp_path / f"{name}.xlsx", _opening(world.home))
    assert (tmp_path / "duckdb.csv").read_bytes() == (tmp_path / "spark.csv").read_bytes()
    assert _column(tmp_path / "duckdb.xlsx", "病历号") == _column(tmp_path / "spark.xlsx", "病历号")
