"""Papers for the visit: 检查通知书, 检查事项清单, 检查记录表 per object; list of charts to bring.

A4, with signature lines for two officers, the party and a witness. No paper shows stratum, score or
risk: who inspects the random slice must not know what a model thinks.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl import Workbook

from core.errors import Refused
from fundguard.casework.draws.columns import Column
from fundguard.casework.draws.outcomes import CODES
from fundguard.casework.draws.protocol import visited
from fundguard.casework.draws.public import certificates_of, names_of
from fundguard.casework.draws.transcript import need
from fundguard.casework.draws.workbooks import read_table, write_sheet

CHARTS = (
    Column("id", "记录编号", True, "与抽样名录一致 as in the frame", also=("setl_id",)),
    Column("chart", "病历号", True, "原始病案号 chart number", also=("medrcdno",)),
    Column("fixmedins_code", "定点编码", False, "机构编码"),
)
CHART_ROLES = ("auditor", "investigator", "supervisor")
DEFAULT_CONTENT = (
    "基金使用的合规性",
    "收费与医保结算的一致性",
    "药品耗材进销存",
    "病历与费用的一致性",
    "实名就医与处方管理",
)


def _paper() -> Paper:
    """Empty A4 document in a Chinese serif face."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.2)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(12)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    return paper


def _title(paper: Paper, text: str) -> None:
    """Centred title."""
    line = paper.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(text)
    run.bold, run.font.size = True, Pt(18)


def _table(paper: Paper, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    """Ruled table; widths in centimetres."""
    table = paper.add_table(rows=0, cols=len(widths))
    table.style = "Table Grid"
    for row in rows:
        for cell, text, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.text, cell.width = text, Cm(width)


def _signatures(paper: Paper, officers: Sequence[str]) -> None:
    """Signature lines: two officers or more, the party, a witness."""
    paper.add_paragraph()
    for number, officer in enumerate([*officers, ""][: max(2, len(officers))], start=1):
        paper.add_paragraph(
            f"检查人员{number}：{officer or '＿＿＿＿＿＿'}（签名）＿＿＿＿＿＿＿＿  日期＿＿＿＿＿＿"
        )
    paper.add_paragraph("被检查单位负责人（签名、盖章）＿＿＿＿＿＿＿＿  日期＿＿＿＿＿＿")
    paper.add_paragraph("见证人（签名）＿＿＿＿＿＿＿＿  日期＿＿＿＿＿＿")


def object_papers(body: dict[str, Any], row: dict[str, Any], agency: str, number: int, path: Path) -> None:
    """One document with the three papers of one drawn object, each on its own page."""
    frame = body["frame"]
    item = next(each for each in frame["objects"] if each["id"] == row["object"])
    names, certificates = names_of(body), certificates_of(body)
    officers = [names.get(key, key) for key in row["team"]]
    people = [
        f"{names.get(key, key)}（执法证号 {certificates.get(key) or '辅助人员'}）" for key in row["team"]
    ]
    people += [f"{names.get(key, key)}（专家）" for key in row["experts"]]
    period = " 至 ".join(day for day in frame["period"] if day) or "＿＿＿＿年＿＿月＿＿日"
    mark = f"抽查记录 {body['commit_sha256'][:12]} 第 {number} 号"
    paper = _paper()
    paper.sections[0].footer.paragraphs[0].text = mark

    _title(paper, "医疗保障基金使用检查通知书")
    paper.add_paragraph(f"{item['name']}（{item['uscc'] or item['id']}）：")
    paper.add_paragraph(
        f"依据{frame['basis']}，经“双随机”抽取，决定对你单位开展“{frame['item']}”检查。"
        f"检查时间：{period}。检查人员：{'；'.join(people)}。请予配合，并如实提供有关资料。"
        "检查人员与你单位有利害关系的，你单位有权申请回避。"
    )
    paper.add_paragraph(f"{agency or '＿＿＿＿＿＿＿＿（盖章）'}").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _signatures(paper, officers)
    paper.add_page_break()

    _title(paper, "检查事项清单")
    content = frame["content"] or DEFAULT_CONTENT
    lines = [[str(place), text, "□ 是  □ 否", ""] for place, text in enumerate(content, start=1)]
    _table(paper, [["序号", "检查内容", "已查", "备注"], *lines], (1.4, 8.2, 3.0, 3.2))
    _signatures(paper, officers)
    paper.add_page_break()

    _title(paper, "检查记录表")
    codes = "  ".join(f"□ {code} {text.split(' ')[0]}" for code, text in CODES.items())
    _table(
        paper,
        [
            ["单位名称", item["name"]],
            ["统一社会信用代码 / 定点编码", f"{item['uscc'] or '—'} / {item['id']}"],
            ["检查事项", frame["item"]],
            ["检查时间、地点", "\n"],
            ["检查情况", "\n\n\n\n\n\n\n\n"],
            ["结果代码", codes],
            ["核实违规金额（元）", ""],
            ["单位陈述申辩", "\n\n\n"],
        ],
        (4.6, 11.2),
    )
    _signatures(paper, officers)
    paper.save(str(path))


def write_papers(body: dict[str, Any], folder: Path, agency: str) -> list[Path]:
    """Papers of every drawn object not replaced or visited, and a table of all teams."""
    need(body, "revealed", what="papers", way_out="先 draw reveal reveal it first")
    folder.mkdir(parents=True, exist_ok=True)
    made, done = [], visited(body)
    for number, row in enumerate(body["assignment"], start=1):
        if row["object"] in done:
            continue
        plain = re.sub(r"[^\w.-]", "_", row["object"])
        made.append(folder / f"{number:04d}-{plain}-检查文书.docx")
        object_papers(body, row, agency, number, made[-1])
    made.append(folder / "检查任务表.xlsx")
    _task_sheet(body, made[-1])
    return made


def _task_sheet(body: dict[str, Any], path: Path) -> None:
    """Workbook: one row per object with its team, and a second sheet to fill in the results."""
    names = names_of(body)
    items = {row["id"]: row for row in body["frame"]["objects"]}
    batches = {row["id"]: row["batch"] for row in body["selection"]}
    book = Workbook()
    book.remove(book.worksheets[0])
    tasks = book.create_sheet("检查任务")
    write_sheet(
        tasks,
        ["序号", "批次", "对象编号", "名称", "检查人员", "专家", "回避等跳过人数"],
        [
            [
                number,
                batches[row["object"]],
                row["object"],
                items[row["object"]]["name"],
                "、".join(names.get(key, key) for key in row["team"]),
                "、".join(names.get(key, key) for key in row["experts"]),
                len(row["skipped"]),
            ]
            for number, row in enumerate(body["assignment"], start=1)
        ],
    )
    results = book.create_sheet("检查结果")
    write_sheet(
        results,
        ["对象编号*", "结果代码*", "检查日期", "核实违规金额", "公开说明"],
        [[row["object"], "", "", "", ""] for row in body["assignment"]],
    )
    codes = book.create_sheet("结果代码表")
    write_sheet(codes, ["代码", "含义"], [[code, text] for code, text in CODES.items()])
    book.save(path)


def chart_list(body: dict[str, Any], charts: Path, role: str, path: Path) -> int:
    """List of the sampled records to bring; chart numbers whole only for a role that may see them."""
    need(body, "revealed", what="papers --charts", way_out="先 draw reveal reveal it first")
    table = read_table(charts, "病历号", CHARTS)
    known = {row.get("id"): row for row in table.rows}
    missing = [row["id"] for row in body["selection"] if row["id"] not in known]
    if missing:
        raise Refused(f"{table.place}: 缺病历号 charts missing {len(missing)}, first [{missing[0]}]；补列")
    whole = role in CHART_ROLES
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("病历调阅清单")
    rows = [
        [
            number,
            drawn["id"],
            known[drawn["id"]].get("chart") if whole else _masked(known[drawn["id"]].get("chart")),
            known[drawn["id"]].get("fixmedins_code"),
            "",
        ]
        for number, drawn in enumerate(body["selection"], start=1)
    ]
    write_sheet(sheet, ["序号", "记录编号", "病历号", "定点编码", "已调取（签名）"], rows)
    sheet.cell(len(rows) + 3, 1, "检查人员1＿＿＿＿  检查人员2＿＿＿＿  被检查单位＿＿＿＿  见证人＿＿＿＿")
    book.save(path)
    return len(rows)


def _masked(chart: str) -> str:
    """Last two characters of a chart number."""
    return "*" * max(len(chart) - 2, 2) + chart[-2:] if len(chart) > 4 else "****"
