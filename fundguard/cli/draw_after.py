"""`draw` after the draw: papers, publication, export, import, estimate."""

import datetime as dt
import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer
from openpyxl import Workbook

from core.errors import Refused, UsageError
from fundguard.casework.draws import estimate as estimates
from fundguard.casework.draws.imported import imported
from fundguard.casework.draws.outcomes import read_results
from fundguard.casework.draws.papers import chart_list, write_papers
from fundguard.casework.draws.publish import HEAD, csv_text, public_rows, publish
from fundguard.casework.draws.review import read_readings
from fundguard.casework.draws.transcript import load, save, state
from fundguard.casework.draws.workbooks import write_sheet
from fundguard.casework.draws.workdays import calendar
from fundguard.cli.draw_common import Day, Out, Transcript, command, moment, notice

Results = Annotated[
    Path | None, typer.Option("--results", help="检查结果 csv/xlsx：对象编号、结果代码… results")
]


def register(app: typer.Typer) -> None:
    """Put these commands on the `draw` app."""
    command(app, "papers")(papers)
    command(app, "publish")(publish_command)
    command(app, "export")(export)
    command(app, "import")(import_command)
    command(app, "estimate")(estimate)


def _results(body: dict[str, Any], path: Path | None) -> list[dict[str, Any]]:
    """Results file against what was drawn; empty without a file."""
    if path is None:
        return []
    if state(body) == "imported":
        objects = {row["id"]: row for row in body["rows"]}
        return read_results(path, set(objects), objects)
    objects = {row["id"]: row for row in body["frame"]["objects"]}
    return read_results(path, {row["id"] for row in body.get("selection", [])}, objects)


def papers(
    transcript: Transcript,
    out: Out,
    agency: Annotated[str, typer.Option(help="实施机关 agency that signs")] = "",
    charts: Annotated[Path | None, typer.Option(help="病历号对照 csv/xlsx: id, chart")] = None,
    role: Annotated[str, typer.Option(help="病历号全显的角色 auditor, investigator, supervisor")] = "",
) -> tuple[Any, str]:
    """打印文书：通知书、事项清单、记录表；病历调阅清单 Papers to print."""
    body = load(transcript)
    if charts:
        out.mkdir(parents=True, exist_ok=True)
        path = out / "病历调阅清单.xlsx"
        count = chart_list(body, charts, role, path)
        return {"files": [str(path)], "rows": count}, f"{path}（{count} 份 charts）"
    made = [str(path) for path in write_papers(body, out, agency)]
    return {"files": made}, f"{out}: {len(made)} 份 files"


def publish_command(
    transcript: Transcript,
    out: Out,
    results: Results = None,
    done: Annotated[str, typer.Option(help="检查任务完成日 day the task was done")] = "",
    correction: Annotated[str, typer.Option(help="更正原因 why published rows change")] = "",
    holidays: Annotated[Path | None, typer.Option(help="节假日表 csv from,to,kind")] = None,
    date: Day = "",
) -> tuple[Any, str]:
    """公示：网页、CSV、JSON Publish page, CSV and JSON."""
    body = load(transcript)
    days = calendar()
    if holidays:
        if not holidays.is_file():
            raise UsageError(f"--holidays: 没有这个文件 no such file [{holidays}]；检查路径")
        days |= calendar(holidays.read_text("utf-8-sig"))
    found = _results(body, results)
    if found and not done:
        done = max((row["inspected_on"] for row in found), default="")
    finished: dt.date | None = moment(done).date() if done else None
    notices = publish(body, found, out, finished, moment(date).date(), days, correction)
    for text in notices:
        notice(text)
    files = sorted(str(path) for path in out.iterdir() if path.is_file())
    return {"files": files, "notices": notices}, "\n".join(files)


def export(transcript: Transcript, out: Out, results: Results = None) -> tuple[Any, str]:
    """按统一社会信用代码导出 Export keyed by uscc: csv, xlsx or json."""
    body = load(transcript)
    if state(body) == "revealed" and body["frame"]["object_kind"] == "record":
        raise Refused("export: 逐条记录不对外导出 records are not exported [record]；用 draw review sheets")
    rows = public_rows(body, _results(body, results), 1)
    if out.suffix == ".json":
        out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    elif out.suffix == ".csv":
        out.write_text(csv_text(rows), encoding="utf-8", newline="")
    elif out.suffix == ".xlsx":
        book = Workbook()
        book.remove(book.worksheets[0])
        write_sheet(book.create_sheet("抽查结果"), HEAD, [[row[k] for k in HEAD] for row in rows])
        book.save(out)
    else:
        raise UsageError(f"--out: 只写 csv、xlsx、json [{out.name}]；改后缀 change the suffix")
    return {"out": str(out), "rows": len(rows)}, f"{out}: {len(rows)} 行 rows"


def import_command(
    drawn: Annotated[Path, typer.Argument(metavar="F", help="他处抽取的名单 csv/xlsx")],
    out: Out,
    item: Annotated[str, typer.Option(help="抽查事项 what is inspected")],
    basis: Annotated[str, typer.Option(help="检查依据 legal basis")] = "",
    system: Annotated[str, typer.Option(help="在哪个系统抽取 drawn by which system")] = "",
    drawn_on: Annotated[str, typer.Option(help="抽取日期 day of the draw")] = "",
    date: Day = "",
) -> tuple[Any, str]:
    """收入他处的抽查结果，标明不可复算 Take in a draw made elsewhere, marked as such."""
    if out.exists():
        raise Refused(f"--out: 文件已存在 exists already [{out}]；换一个名字 choose another name")
    day = moment(date).date().isoformat()
    on = moment(drawn_on).date().isoformat() if drawn_on else ""
    body = imported(drawn, item, basis, system, on, day)
    digest = save(body, out)
    data = {"digest": digest, "origin": body["origin"], "rows": len(body["rows"])}
    return data, f"{out}: {len(body['rows'])} 个对象 objects\n{body['origin']}"


def estimate(
    transcript: Transcript,
    results: Results = None,
    readings: Annotated[list[Path] | None, typer.Option(help="审读表（记录抽样）reading lists")] = None,
    confidence: Annotated[str, typer.Option(help="单侧置信水平 one-sided confidence")] = "0.90",
    sample: Annotated[str, typer.Option(help="random 或 purposive（点名选取）")] = "random",
) -> tuple[Any, str]:
    """由样本推算总额的单侧下限 Lower bound of the whole from a random sample."""
    body = load(transcript)
    if sample != "random":
        raise Refused(f"estimate: {estimates.PURPOSIVE} [{sample}]；只报核实金额 report verified only")
    amounts: dict[str, Decimal] = {}
    if readings and state(body) == "revealed":
        first = {row["object"]: row["team"][0] for row in body["assignment"]}
        for each in read_readings(body, readings):
            if each.reviewer == first[each.id]:
                amounts[each.id] = each.amount
    elif state(body) == "revealed":
        amounts = {row["id"]: Decimal(row["verified_amount"]) for row in _results(body, results)}
    try:
        level = Decimal(confidence)
    except InvalidOperation:
        raise UsageError(f"--confidence: 不是数 no number [{confidence}]；如 0.90") from None
    found = estimates.estimate(estimates.strata_of(body, amounts), level)
    data = {
        "confidence": str(found.confidence), "degrees_of_freedom": found.degrees,
        "lower_bound": str(found.lower), "point": str(found.point),
        "standard_error": str(found.standard_error), "verified": str(found.verified),
    }  # fmt: skip
    return data, (
        f"核实 verified: {found.verified} 元\n推算 point: {found.point} 元（标准误 {found.standard_error}）\n"
        f"单侧 {found.confidence} 下限 lower bound: {found.lower} 元\n"
        "推算只用于线索定级与是否扩查；退款、处罚以核实行为准 for sizing only; refunds rest on verified rows"
    )
