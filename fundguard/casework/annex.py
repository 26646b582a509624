"""The annex of a lead: its rows with the numbers needed to pull charts, for a role that may see them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.engine import Engine
from fundguard.casework.citation import basis_words
from fundguard.casework.discretion import CAUTION, HEADING, discretion
from fundguard.casework.export import evidence_title, night_of, one_lead, register_cases, register_hits
from fundguard.casework.opening import Opening
from fundguard.casework.schemes import scheme
from fundguard.casework.sheets import MONEY, NUMBER, Field, Sheet, checked_target, write_whole, write_workbook
from fundguard.casework.words import PARTIES, quantity, words_of, yuan
from pipelines.warehouse import Warehouse

SUFFIXES = ("xlsx", "docx")
ROWS = 5_000
"""Rows of one annex at most; it says how many it leaves out."""

FIELDS = [
    Field("序号", 6, "0"), Field("服务日期", 11), Field("机构", 26), Field("病历号", 22), Field("住院/门诊号", 22),
    Field("科室", 14), Field("床位", 8), Field("费用项目", 30), Field("国家编码", 26), Field("医院项目编码", 20),
    Field("医院项目名称", 26), Field("数量", 8, NUMBER), Field("金额", 12, MONEY), Field("疑点金额", 12, MONEY),
    Field("计入本线索", 12, MONEY), Field("规则、团伙或情形", 24), Field("理由", 50, wrap=True), Field("结算ID", 22),
    Field("记账流水号", 22),
]  # fmt: skip


@dataclass(frozen=True)
class Annex:
    """What an annex prints: the lead, its rows as this role sees them, and what was left out."""

    lead: Mapping[str, Any]
    day: date
    rows: Sequence[Sequence[Any]]
    left_out: int
    opening: Opening
    region: str


def annex(
    engine: Engine,
    warehouse: Warehouse,
    lead_id: str,
    as_of: date | None,
    out: Path,
    opening: Opening,
    region: str = "*",
) -> Annex:
    """Write the annex of a lead as FILE.xlsx or .docx. The opening is logged before the file appears.

    UsageError (exit 2): unknown suffix, lead, day or role, empty purpose.
    """
    suffix = checked_target(out, SUFFIXES)
    day = night_of(warehouse, as_of)
    lead = one_lead(engine, warehouse, day, lead_id)
    found, total = _rows(engine, warehouse, day)
    made = Annex(lead, day, list(_shown(found, opening)), total - len(found), opening, region)
    opening.log(out, len(made.rows))
    if suffix == "xlsx":
        write_workbook(out, _sheets(made))
    else:
        write_whole(out, lambda path: _write_document(path, made))
    out.chmod(0o600)
    return made


def _rows(engine: Engine, warehouse: Warehouse, day: date) -> tuple[list[dict[str, Any]], int]:
    """Evidence rows of the wanted lead with their visit and fee line. Needs `wanted_lead`."""
    warehouse.register(engine, "lead_evidence", since=day, until=day)
    engine.register(
        "lead_evidence",
        sql="SELECT e.* FROM lead_evidence AS e LEFT SEMI JOIN wanted_lead AS w ON w.id = e.lead_id "
        "WHERE e.setl_id IS NOT NULL OR e.kind = 'hit'",
        keep=True,
    )
    register_hits(engine, warehouse, day)
    register_cases(engine, warehouse, day)
    for table in ("setl_d", "fee_list_d", "mdtrt_d", "fixmedins_b"):
        warehouse.register(engine, table, until=day)
    engine.register(
        "annex_row",
        sql="SELECT e.kind, e.ref_id, COALESCE(e.setl_id, h.setl_id) AS setl_id, "
        "COALESCE(e.bkkp_sn, h.bkkp_sn) AS bkkp_sn, h.mdtrt_id, e.amount_counted, h.rule_id, h.rule_code, "
        "COALESCE(h.service_date, c.day) AS service_date, COALESCE(h.vola_amt, c.amount) AS vola_amt, h.reason_zh, h.basis, "
        "g.ring_kind FROM lead_evidence AS e LEFT JOIN cited_hit AS h ON h.hit_id = e.ref_id "
        "LEFT JOIN cited_case AS c ON c.kind = e.kind AND c.ref_id = e.ref_id AND c.setl_id = e.setl_id "
        "LEFT JOIN cited_ring AS g ON g.ring_id = e.ref_id AND e.kind = 'ring'",
        keep=True,
    )
    rows = engine.run(
        "SELECT r.*, f.hilist_code, f.hilist_name, f.medins_list_codg, f.medins_list_name, f.cnt, "
        "f.det_item_fee_sumamt, f.fee_ocur_time, s.setl_time, s.fixmedins_code, m.medrcdno, m.ipt_otp_no, "
        "m.adm_dept_name, m.adm_bed, b.fixmedins_name FROM annex_row AS r "
        "LEFT JOIN (SELECT f.* FROM fee_list_d AS f LEFT SEMI JOIN annex_row AS a ON a.bkkp_sn = f.bkkp_sn) AS f "
        "ON f.bkkp_sn = r.bkkp_sn "
        "LEFT JOIN (SELECT s.* FROM setl_d AS s LEFT SEMI JOIN annex_row AS a ON a.setl_id = s.setl_id) AS s "
        "ON s.setl_id = r.setl_id "
        "LEFT JOIN mdtrt_d AS m ON m.mdtrt_id = COALESCE(r.mdtrt_id, f.mdtrt_id, s.mdtrt_id) "
        "LEFT JOIN (SELECT fixmedins_code, MIN(fixmedins_name) AS fixmedins_name FROM fixmedins_b "
        "GROUP BY fixmedins_code) AS b ON b.fixmedins_code = COALESCE(s.fixmedins_code, f.fixmedins_code, "
        f"m.fixmedins_code) ORDER BY r.amount_counted DESC, r.kind, r.ref_id, r.setl_id, r.bkkp_sn LIMIT {ROWS}"
    ).to_pylist()
    return rows, engine.count("annex_row")


def _shown(rows: Sequence[Mapping[str, Any]], opening: Opening) -> Iterator[list[Any]]:
    charts = opening.identities("medrcdno", (row["medrcdno"] for row in rows))
    numbers = opening.identities("ipt_otp_no", (row["ipt_otp_no"] for row in rows))
    items = opening.plain("medins_list_codg", (row["medins_list_codg"] for row in rows))
    for nth, row in enumerate(rows, start=1):
        yield [
            nth, row["service_date"] or _day(row["fee_ocur_time"]) or _day(row["setl_time"]),
            row["fixmedins_name"] or row["fixmedins_code"], charts.get(row["medrcdno"], ""),
            numbers.get(row["ipt_otp_no"], ""), row["adm_dept_name"], row["adm_bed"], row["hilist_name"],
            row["hilist_code"], items.get(row["medins_list_codg"], ""), row["medins_list_name"], row["cnt"],
            row["det_item_fee_sumamt"], row["vola_amt"], row["amount_counted"],
            evidence_title(row), row["reason_zh"], row["setl_id"], row["bkkp_sn"],
        ]  # fmt: skip


def _day(time: datetime | None) -> date | None:
    return time.date() if time else None


def _head(made: Annex) -> list[tuple[str, str]]:
    """What stands above the table, in words."""
    lead, opening = made.lead, made.opening
    subject = lead["party_name"] or f"{words_of(PARTIES, lead['party_type']).zh} {lead['party_id'][:16]}"
    seen = "原始号" if opening.may_see else "哈希值：本角色不可见原始号"
    head = [
        ("线索", str(lead["lead_id"])),
        ("对象", f"{subject}（{words_of(PARTIES, lead['party_type']).zh}）"),
        ("情形", scheme(str(lead["scheme"])).title.zh),
        ("期间", f"{lead['period_from']} 至 {lead['period_to']}"),
        ("涉险金额", f"{yuan(lead['amount_at_risk'])} 元"),
        ("可能依据", "；".join(clause.zh for clause in basis_words(lead["candidate_basis"])) or "待人工核定"),
        ("开启", f"{opening.at} {opening.by}（{opening.role}），用途：{opening.purpose}"),
        ("病历号、项目编码", seen),
        ("行数", f"{len(made.rows)}" + (f"，另有 {made.left_out} 行未列" if made.left_out else "")),
    ]
    hints = discretion(lead["candidate_basis"], made.region, lead["period_to"])
    if hints:
        head.append((HEADING.zh, "\n".join([*(hint.zh for hint in hints), CAUTION.zh])))
    if opening.unknown:
        head.append(("保管库", f"{opening.unknown} 个号码在保管库中没有原号，按哈希值列出"))
    return [*head, ("说明", "本附表为核查线索，不是认定结论；含个人信息，按需知悉，用毕销毁。")]


def _sheets(made: Annex) -> list[Sheet]:
    return [
        Sheet("附表", FIELDS, made.rows, frozen=2),
        Sheet("封面", [Field("项", 18), Field("内容", 90, wrap=True)], _head(made)),
    ]


_DOCUMENT = (0, 1, 2, 3, 4, 7, 9, 12, 14, 15)
"""Columns of the printed annex: what fits A4 across; the workbook holds all."""


def _write_document(path: Path, made: Annex) -> None:
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Noto Sans CJK SC", Pt(9)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    document.add_heading("线索附表", level=1)
    for name, text in _head(made):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        paragraph.add_run(f"{name}：").bold = True
        paragraph.add_run(_printable(text))
    table = document.add_table(rows=1, cols=len(_DOCUMENT))
    table.style = "Light Grid Accent 1"
    for cell, index in zip(table.rows[0].cells, _DOCUMENT, strict=True):
        cell.text = FIELDS[index].heading
    _repeat_head(table.rows[0])
    for row in made.rows:
        cells = table.add_row().cells
        for cell, index in zip(cells, _DOCUMENT, strict=True):
            cell.text = _printable(_text(row[index]))
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(7.5)
    section.footer.paragraphs[0].text = f"{made.lead['lead_id']}  {made.opening.at}  {made.opening.role}"
    document.save(str(path))


def _repeat_head(row: Any) -> None:
    """The head of the table again on every page."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return quantity(value) if isinstance(value, Decimal) else str(value)


def _printable(text: str) -> str:
    return "".join(character for character in text if character in "\n\t" or ord(character) >= 32)
