"""一公开: one page, one CSV, one JSON, to be put on any web server or disc within 20 working days.

Institutions stand with full name and uscc, people never. A correction is a new dated entry: what
was published stays. Records (prescriptions, charts, leads) are published as statistics only, with
small cells suppressed.
"""

import csv
import datetime as dt
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from core.errors import Refused, UsageError
from fundguard.casework.draws.beacon import KINDS, WHERE_TO_LOOK
from fundguard.casework.draws.canonical import fingerprint
from fundguard.casework.draws.outcomes import CODES
from fundguard.casework.draws.protocol import REPLACEMENTS, early
from fundguard.casework.draws.public import public_body
from fundguard.casework.draws.transcript import dumps, state
from fundguard.casework.draws.workdays import DISCLOSURE_DAYS, add_workdays, known_until

SMALLEST_CELL = 5
RECORDS_ONLY = "逐条记录不公开，只公布统计 records are published as statistics only"
HEAD = (
    "uscc", "fixmedins_code", "name", "item", "batch", "cause", "inspected_on", "result_code",
    "result", "verified_amount", "note", "entry",
)  # fmt: skip


def drawn_rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Public rows of the objects drawn: keyed by uscc, no people, no stratum, no risk class.

    Of an unannounced draw only the opened rows stand here.
    """
    if state(body) == "imported":
        return [
            {"batch": "", "cause": "imported", "id": r["id"], "name": r["name"], "uscc": r["uscc"]}
            for r in body["rows"]
        ]
    items = {row["id"]: row for row in body["frame"]["objects"]}
    replaced = {e["object"]: e for e in body.get("log", []) if e["kind"] == "replace"}
    shown = public_body(body)
    seen = {row["row"]["object"] for row in shown["opened"]} if "opened" in shown else set(items)
    return [
        {
            "batch": row["batch"],
            "cause": f"replaced:{replaced[row['id']]['reason']}" if row["id"] in replaced else row["cause"],
            "id": row["id"],
            "name": items[row["id"]]["name"],
            "uscc": items[row["id"]]["uscc"],
        }
        for row in body.get("selection", [])
        if row["id"] in seen
    ]


def public_rows(body: dict[str, Any], results: list[dict[str, Any]], entry: int) -> list[dict[str, Any]]:
    """Rows of the export: what was drawn, with its result where there is one."""
    found = {row["id"]: row for row in results}
    item = body["item"] if state(body) == "imported" else body["frame"]["item"]
    rows = []
    for row in drawn_rows(body):
        result = found.get(row["id"], {})
        rows.append(
            {
                "batch": row["batch"],
                "cause": row["cause"],
                "entry": entry,
                "fixmedins_code": row["id"],
                "inspected_on": result.get("inspected_on", ""),
                "item": item,
                "name": row["name"],
                "note": result.get("note", ""),
                "result": CODES[result["result"]] if result else "",
                "result_code": result.get("result", ""),
                "uscc": row["uscc"],
                "verified_amount": result.get("verified_amount", ""),
            }
        )
    return sorted(rows, key=lambda row: (row["uscc"] or "~", row["fixmedins_code"]))


def statistics(results: list[dict[str, Any]], suppress: bool) -> list[tuple[str, str]]:
    """(result, count). With `suppress`, cells under 5 become "<5", and when one cell alone is
    hidden the next smallest goes too, since the total would give it away."""
    counts = {code: sum(row["result"] == code for row in results) for code in CODES}
    present = sorted((count, code) for code, count in counts.items() if count)
    hidden = {code for count, code in present if count < SMALLEST_CELL} if suppress else set()
    if len(hidden) == 1 and len(present) > 1:
        hidden.add(next(code for _, code in present if code not in hidden))
    shown = [(CODES[code], "已隐去 suppressed" if code in hidden else str(counts[code]))
             for code in CODES if counts[code]]  # fmt: skip
    return [*shown, ("合计 total", str(len(results)))]


def safe(value: Any) -> str:
    """Cell of a CSV that no spreadsheet takes for a formula."""
    text = str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text


def csv_text(rows: list[dict[str, Any]]) -> str:
    """CSV with a byte-order mark (so that Excel reads the Chinese), RFC 4180 line ends."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    writer.writerows([safe(row[name]) for name in HEAD] for row in rows)
    return "\ufeff" + out.getvalue()


def publish(
    body: dict[str, Any],
    results: list[dict[str, Any]],
    folder: Path,
    done: dt.date | None,
    today: dt.date,
    days: dict[dt.date, bool],
    correction: str,
) -> list[str]:
    """Write index.html, results.csv, results.json and transcript.json; returns notices.

    A folder that already holds a publication of the same draw gets a further entry, which needs a
    reason when anything published before changes.
    """
    if state(body) not in ("revealed", "imported"):
        raise Refused(f"publish: 记录处于 transcript is [{state(body)}]；先 draw reveal reveal it first")
    record = state(body) == "revealed" and body["frame"]["object_kind"] == "record"
    key = fingerprint(body["frame"]) if state(body) == "revealed" else fingerprint(body)
    before = _earlier(folder, key)
    rows = [] if record else public_rows(body, results, len(before) + 1)
    counts = statistics(results, record)
    entry = _entry(before, rows, counts, today, correction)
    entries = [*before, entry] if entry else before
    due = add_workdays(done, DISCLOSURE_DAYS, days) if done else None
    document = {
        "draw": key,
        "due_on": due.isoformat() if due else "",
        "entries": entries,
        "mark": body.get("origin", ""),
        "published_on": entries[0]["on"],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    latest = [row for each in entries for row in each["rows"]]
    (folder / "results.csv").write_text(csv_text(latest), encoding="utf-8", newline="")
    shown = public_body(body)
    if not record:
        (folder / "transcript.json").write_bytes(dumps(shown))
    (folder / "index.html").write_text(_page(shown, body, document, record, counts), encoding="utf-8")
    return _notices(rows, due, done, today, days, bool(entry), record)


def _earlier(folder: Path, key: str) -> list[dict[str, Any]]:
    """Entries already published here; Refused when they belong to another draw."""
    path = folder / "results.json"
    if not path.is_file():
        return []
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        entries, owner = list(document["entries"]), document["draw"]
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{path.name}: 已公布的文件读不出 unreadable；恢复原件 restore it") from None
    if owner != key:
        raise Refused(f"--out: 此处已公布另一次抽查 another draw is published here [{folder}]；换文件夹")
    return entries


def _entry(
    before: list[dict[str, Any]],
    rows: list[dict[str, Any]],
    counts: list[tuple[str, str]],
    today: dt.date,
    correction: str,
) -> dict[str, Any] | None:
    """New entry with the rows that are new or changed, or None when nothing is."""
    latest = {row["fixmedins_code"]: row for entry in before for row in entry["rows"]}
    plain = [{k: v for k, v in row.items() if k != "entry"} for row in rows]
    was = {key: {k: v for k, v in row.items() if k != "entry"} for key, row in latest.items()}
    fresh = [row for row, text in zip(rows, plain, strict=True) if was.get(row["fixmedins_code"]) != text]
    same_counts = bool(before) and before[-1]["statistics"] == [list(pair) for pair in counts]
    if before and not fresh and same_counts:
        return None
    changed = [r for r in fresh if latest.get(r["fixmedins_code"], {}).get("result_code")]
    if (changed or (before and not rows)) and not correction:
        name = changed[0]["fixmedins_code"] if changed else "statistics"
        raise Refused(
            f"publish: 已公布的内容有变 published before and changed [{name}]；"
            "写明更正原因 --correction TEXT，作为新条目公布 it becomes a new dated entry"
        )
    if before and today.isoformat() < before[-1]["on"]:
        raise UsageError(f"--date: 早于上一条目 before the last entry [{today}]；更正日期")
    return {
        "kind": "correction" if correction else "update" if before else "first",
        "note": correction,
        "on": today.isoformat(),
        "rows": fresh,
        "statistics": [list(pair) for pair in counts],
    }


def _notices(
    rows: list[dict[str, Any]],
    due: dt.date | None,
    done: dt.date | None,
    today: dt.date,
    days: dict[dt.date, bool],
    changed: bool,
    record: bool,
) -> list[str]:
    """What the person who publishes should know."""
    notices = [] if changed else ["无变化，未增条目 nothing changed, no new entry"]
    if due and done and today > due:
        notices.append(f"逾期公布：应于 {due} 前 late: {DISCLOSURE_DAYS} working days after {done}")
    if due and due > known_until(days):
        notices.append(f"节假日表只到 {known_until(days)}，此后按周一至周五计 --holidays for later years")
    bare = sum(not row["uscc"] for row in rows)
    if bare and not record:
        notices.append(f"{bare} 个对象没有统一社会信用代码 objects without uscc；在名录补列 统一社会信用代码")
    return notices


def _facts(body: dict[str, Any], document: dict[str, Any]) -> list[tuple[str, str]]:
    """Lines above the tables."""
    due = ("公布期限 due", f"{document['due_on']}（完成后 20 个工作日 working days）")
    if state(body) == "imported":
        facts = [
            ("检查依据 legal basis", body["basis"]),
            ("抽取系统 drawn by", body["system"]),
            ("抽取日期 drawn on", body["drawn_on"]),
        ]
        return [*facts, due] if document["due_on"] else facts
    frame, record = body["frame"], body["commit"]
    team = frame["team"]
    replaced = [e for e in body["log"] if e["kind"] == "replace"]
    drawn = sum(1 for row in body["selection"] if row["cause"] == "draw")
    total = sum(row["units"] for row in body["tickets"])
    excluded = sum(1 for row in frame["objects"] if row["excluded"])
    facts = [
        ("检查依据 legal basis", frame["basis"]),
        ("轮次 round", f"{frame['round']} {frame['round_reason']}".strip()),
        ("名录 register", f"{total} 个，另排除 {excluded} 个 units, and excluded with a reason"),
        ("抽中 drawn", f"{drawn} 个；检查人员库 {len(frame['inspectors'])} 人，每组 {team['size']} 人"),
        ("承诺时间 committed", f"{record['committed_at']} · {body['commit_sha256']}"),
        (
            "公共数值 public value",
            f"{KINDS[record['beacon']['kind']].split(',')[0]} · {record['beacon']['id']}",
        ),
        ("揭示时间 revealed", body["reveal"]["revealed_at"]),
    ]
    if early(body):
        facts.append(
            ("注意 note", "录入早于公布时间，请到来源核对 typed in before it was due: check the source")
        )
    if replaced:
        text = "；".join(f"{e['object']}（{REPLACEMENTS[e['reason']]}）→ {e['added'][0]}" for e in replaced)
        facts.append(("替换 replacements", text))
    return [*facts, due] if document["due_on"] else facts


def _page(
    shown: dict[str, Any],
    body: dict[str, Any],
    document: dict[str, Any],
    record: bool,
    counts: list[tuple[str, str]],
) -> str:
    """The HTML page: tables, and the draw with the script that repeats it."""
    here = files(__package__)
    sealed = "opened" in shown
    facts = _facts(body, document)
    if sealed:
        facts = [row for row in facts if not row[0].startswith("替换")]
        text = f"封存 {len(shown['seals'])} 行，已开封 {len(shown['opened'])} 行 rows sealed / opened"
        facts.append(("飞行检查 unannounced", text))
    head = ["统一社会信用代码", "对象编号", "名称", "检查日期", "结果", "核实金额（元）", "说明"]
    keys = ("uscc", "fixmedins_code", "name", "inspected_on", "result", "verified_amount", "note")
    titles = {"first": "抽查结果 Results", "update": "增补 Further results", "correction": "更正 Correction"}
    entries = [
        {
            "head": head,
            "note": entry["note"],
            "on": entry["on"],
            "rows": [[row[key] for key in keys] for row in entry["rows"]],
            "title": titles[entry["kind"]],
        }
        for entry in document["entries"]
        if not record
    ]
    imported = state(body) == "imported"
    # "<" inside the JSON could close the script element; the escape reads back as the same text.
    data = "" if record or imported else dumps(shown).decode().replace("<", "\\u003c")
    commit = body.get("commit", {"beacon": {"kind": "", "id": ""}})
    template = Environment(autoescape=True).from_string((here / "page.html").read_text("utf-8"))
    return template.render(
        beacon=f"{commit['beacon']['kind']}:{commit['beacon']['id']}",
        entries=entries,
        facts=facts,
        mark=body.get("origin", "") or (RECORDS_ONLY if record else ""),
        script=Markup((here / "verify.js").read_text("utf-8")),
        source=WHERE_TO_LOOK.get(commit["beacon"]["kind"], ""),
        statistics=counts if len(counts) > 1 else [],
        statistics_note="少于 5 的格隐去 cells under 5 are suppressed" if record else "",
        title=body["item"] if imported else body["frame"]["item"],
        transcript=Markup(data),
        value=body.get("reveal", {}).get("value", ""),
    )
