"""Turn the published batches 1–17 and the revision of January 2026 into our tables.

One row per code, in force from its batch's date to the day before the revision that replaces or
drops it. Runs once when a batch is published; the tables in the repository are its result.
"""

import csv
import gzip
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from core.errors import Refused, UsageError
from rules_kb.importer import limits
from rules_kb.knowledge.header import read_header
from rules_kb.knowledge.table import FOLDER

BATCH_DATE = {
    1: date(2025, 5, 23), 2: date(2025, 7, 22), 3: date(2025, 7, 30), 4: date(2025, 8, 8),
    5: date(2025, 8, 14), 6: date(2025, 8, 26), 7: date(2025, 12, 12), 8: date(2026, 1, 6),
    9: date(2026, 4, 21), 10: date(2026, 4, 28), 11: date(2026, 5, 11), 12: date(2026, 5, 23),
    13: date(2026, 6, 1), 14: date(2026, 6, 9), 15: date(2026, 6, 16), 16: date(2026, 6, 22),
    17: date(2026, 6, 29),
}  # fmt: skip
REVISION = "rev-2026-01"
REVISION_DATE = date(2026, 1, 28)
# The revision restates these sheets only up to this row (the drugs of the drug list); what follows
# was published once and not again, so silence about it ends nothing.
RESTATED_TO_ROW = {"药品区分性别使用": 156, "药品儿童专用": 97}
GZ_OVER = 1_000_000
ANY, SINGLE = "中药饮片单复方均不予支付", "中药饮片单方使用不予支付"

# published rule name → our table, our rule code
RULES: dict[str, tuple[str, str]] = {
    "药品区分性别使用": ("drug_sex_limit", "CLN-MED-004"),
    "医疗服务项目区分性别使用": ("service_sex_limit", "CLN-SVC-004"),
    "药品儿童专用": ("drug_age_limit", "CLN-MED-002"),
    "药品限儿童使用": ("drug_age_limit", "POL-MED-007"),
    "医疗服务项目儿童专用": ("service_age_limit", "CLN-SVC-003"),
    "医疗服务项目限年龄": ("service_age_limit", "POL-SVC-016"),
    "手术项目未按规定折价收费": ("surgery_discount_group", "POL-SVC-002"),
    "药品限工伤保险": ("drug_insurance_limit", "POL-MED-001"),
    "药品限生育保险": ("drug_insurance_limit", "POL-MED-002"),
    "药品限就医方式": ("drug_setting_limit", "POL-MED-013"),
    "药品限医疗机构级别": ("drug_level_limit", "POL-MED-012"),
    "药品限支付疗程": ("drug_course_limit", "POL-MED-010"),
    "医疗服务项目重复收费": ("service_repeat_charge", "POL-SVC-012"),
    "医疗服务项目限定频次": ("service_day_cap", "POL-SVC-014"),
    "医疗服务项目限支付疗程": ("service_course_limit", "POL-SVC-010"),
    "医疗服务项目周期超频次": ("service_period_cap", "POL-SVC-018"),
    "药品限二线使用": ("drug_second_line", "POL-MED-005"),
    "超互联网医院药品支付范围": ("drug_internet_exclusion", "MGT-MED-005"),
    SINGLE: ("tcm_piece_limit", "POL-MED-004"),
    ANY: ("tcm_piece_limit", "POL-MED-003"),
    "药品限适应症": ("drug_indication_text", "POL-MED-008"),
}
# Exceptions of the official remark column that a sheet copy lost (2025 edition).
EXCEPTIONS = {("service_sex_limit", "003111000180000"): "儿童除外"}
UNREAD_COLUMNS = ("table", "batch", "source_row", "item", "codes", "what", "text")

Row = dict[str, Any]
Point = dict[str, Any]


@dataclass
class ImportReport:
    """What an import read and wrote.

    ``rows``: rows per table; ``codes``: code-level points per batch; ``points``: sheet rows per
    (rule, batch); ``unread``: every text of which a dimension was not parsed, with the reason;
    ``dropped``: codes the revision ended without a successor, per rule.
    """

    rows: dict[str, int] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)
    points: Counter[tuple[str, str]] = field(default_factory=Counter)
    unread: list[Row] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


class Sheets:
    """The facts that only the sheets hold: sex, pair window, caps, service age word."""

    def __init__(self, folder: Path) -> None:
        self.drug_sex = {
            limits.normal(r[0]): {"男": "1", "女": "2"}[limits.normal(r[3])]
            for r in _sheet(folder, "药品规则库(限定性别对象)")
            if limits.normal(r[3]) in ("男", "女")
        }
        self.service_sex = {
            limits.normal(r[2]): {"男": "1", "女": "2"}[limits.normal(r[4])]
            for r in _sheet(folder, "项目规则库(限定性别对象)")
            if limits.normal(r[4]) in ("男", "女")
        }
        self.window = {
            (limits.normal(r[3]), limits.normal(r[5])): (
                limits.WINDOW[limits.normal(r[1])],
                limits.normal(r[2]),
                limits.normal(r[4]),
            )
            for r in _sheet(folder, "第七批")
            if isinstance(r[0], int)
        }
        self.day_cap = {
            limits.normal(r[4]): (int(str(r[2])), limits.normal(r[3]))
            for r in _sheet(folder, "第八批-1")
            if isinstance(r[0], int)
        }
        self.period_cap = {
            limits.normal(r[5]): (int(str(r[2])), int(str(r[3])))
            for r in _sheet(folder, "第八批-4")
            if isinstance(r[0], int)
        }


def import_published(points: Path, updates: Path, sheets: Path, out: Path) -> ImportReport:
    """Write every table of the published points into ``out`` and say what could not be read.

    ``points`` and ``updates`` are JSON (gz) lists of published rows, ``sheets`` the folder of the
    batch 1–8 workbooks. UsageError when a source is missing, Refused when a rule or batch is new.
    """
    for path in (points, updates, sheets):
        if not path.exists():
            raise UsageError(f"no such file or folder [{path}]; give the published batches")
    book = Sheets(sheets)
    report = ImportReport()
    first = [p for p in _read(points) if p["batch"] is not None]
    revised = _read(updates)
    published: list[Row] = []
    for point in first:
        _known(point)
        day = BATCH_DATE[int(point["batch"])]
        published += _rows(point, str(point["batch"]), day, book, report)
    ends = _revise(published, first, revised, book, report)
    written: dict[str, list[Row]] = {}
    for row in published + ends:
        written.setdefault(row.pop("_table"), []).append(row)
    for table, rows in sorted(written.items()):
        rows.sort(
            key=lambda r: (
                BATCH_DATE.get(_batch_number(r), REVISION_DATE),
                r["rule_code"],
                r["source_row"],
                r["hilist_code"],
            )
        )
        write_table(table, rows, out)
        report.rows[table] = len(rows)
    _write_unread(report, out)
    return report


def _batch_number(row: Row) -> int:
    return int(row["batch"]) if row["batch"].isdigit() else 0


def _read(path: Path) -> list[Point]:
    raw = path.read_bytes()
    content = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    if not isinstance(content, list):
        raise Refused(f"{path.name}: [{type(content).__name__}] is no list of points; give the points file")
    return content


def _sheet(folder: Path, name: str) -> Iterator[tuple[Any, ...]]:
    found = [p for p in sorted(folder.glob("*.xlsx")) if name in p.name.replace(" ", "")]
    if len(found) != 1:
        raise Refused(f"{folder.name}: [{len(found)}] workbooks named {name}; exactly one is needed")
    book = load_workbook(found[0], read_only=True, data_only=True)
    yield from book.worksheets[0].iter_rows(min_row=2, values_only=True)


def _known(point: Point) -> None:
    if point["rule_class"] not in RULES:
        raise Refused(f"batch {point['batch']}: rule [{point['rule_class']}] has no table; add it to RULES")
    if point["batch"] is not None and int(point["batch"]) not in BATCH_DATE:
        raise Refused(f"batch [{point['batch']}] has no date; add it to BATCH_DATE")


def _rows(point: Point, batch: str, day: date, book: Sheets, report: ImportReport) -> list[Row]:
    """One row per code of a published row; a row of two codes (a pair) is one row."""
    rule = point["rule_class"]
    table, rule_code = RULES[rule]
    name, text = limits.normal(point["item_name"]), limits.normal(point["constraint"])
    codes = [limits.normal(code) for code in point["med_codes"] or []]
    if not codes:
        _unread(report, table, batch, point, "note of the sheet, no code")
        return []
    values = _values(rule, codes, name, text, point, book)
    said = values.pop("_unread", None)
    if said:
        _unread(report, table, batch, point, said)
    if values.pop("_skip", False):
        return []
    number = int(point["source"]["row"])
    official = (
        f"国家医保局 {'2026年1月修订' if batch == REVISION else f'第{batch}批'} {day} {rule} 第{number}行"
    )
    pair = "main_code" in values
    rows = []
    for code in codes[1:] if pair else codes:
        report.codes[batch] += 1
        own = dict(values)
        if (table, code) in EXCEPTIONS:
            own["except_text"] = EXCEPTIONS[table, code]
        rows.append(
            {
                "_table": table,
                "hilist_code": code,
                "hilist_name": own.pop("hilist_name", name),
                **own,
                "limit_text": text,
                "rule_code": rule_code,
                "batch": batch,
                "source_row": number,
                "source": official,
                "verify_status": "secondary",
                "point_id": point_id(rule_code, code, batch, number),
                "begndate": day,
                "enddate": None,
            }
        )
    report.points[rule, batch] += 1
    return rows


def point_id(rule_code: str, code: str, batch: str, row: int) -> str:
    """Stable id of a point: first 16 hex digits of SHA-256 over rule, code, batch and row."""
    return hashlib.sha256(f"{rule_code}|{code}|{batch}|{row}".encode()).hexdigest()[:16]


def _values(rule: str, codes: list[str], name: str, text: str, point: Point, book: Sheets) -> Row:
    """The typed columns of one published row; ``_unread``: what was not read; ``_skip``: no row."""
    table = RULES[rule][0]
    if table in ("drug_sex_limit", "service_sex_limit"):
        listed = book.service_sex.get(codes[0]) if table == "service_sex_limit" else book.drug_sex.get(name)
        gend = listed or limits.sex(text)
        if gend is None:
            return {"_unread": "sex", "_skip": True}
        return {"gend": gend, "gend_basis": "sheet" if listed else "text"}
    if table in ("drug_age_limit", "service_age_limit"):
        return _age_values(rule, text, point)
    if table == "drug_insurance_limit":
        injury = "工伤" in rule
        return {
            "insurance": "work_injury" if injury else "maternity",
            "insutype": None if injury else "510",
            "except_text": None if injury else "居民参保人生育相关费用可按规定支付(药品目录凡例)",
        }
    if table == "drug_setting_limit":
        allowed = limits.settings(text)
        if allowed is None:
            return {"_unread": "care setting", "_skip": True}
        flags = {s: int(s in allowed) for s in ("inpatient", "emergency", "outpatient")}
        return {"settings": "|".join(allowed), **flags, "_unread": _rest(text, ("住院", "急诊"))}
    if table == "drug_level_limit":
        level = limits.level(text)
        if level is None:
            return {"_unread": "facility level", "_skip": True}
        return {
            "level_min": level.rank,
            "specialist_level_min": level.specialist_rank,
            "specialty": level.specialty,
            "first_prescription_only": int(level.first_prescription),
            "level_expression": level.expression,
            "_unread": _rest(text, ("级及以上医疗机构",)),
        }
    if table in ("drug_course_limit", "service_course_limit"):
        return _course_values(table, text, point)
    if table == "service_repeat_charge":
        window, main, component = book.window[codes[0], codes[1]]
        return {
            "main_code": codes[0],
            "main_name": main,
            "hilist_name": component,
            "window": window,
        }
    if table == "service_day_cap":
        cap, unit = book.day_cap[codes[0]]
        return {
            "cap": cap,
            "cap_unit": {"日": "day", "天": "day", "小时": "hour"}[unit],
            "window": "day",
        }
    if table == "service_period_cap":
        cap, days = book.period_cap[codes[0]]
        return {"cap": cap, "period_days": days}
    if table == "surgery_discount_group":
        return {"surgery_group": text}
    if table == "tcm_piece_limit":
        return {"pay_mode": "any" if rule == ANY else "single"}
    if table == "drug_second_line":
        plain = "二线" in text
        return {
            "condition": "second_line" if plain else "prior_therapy",
            "_unread": None if text == "限二线用药。" else "indication or first-line therapy named in words",
        }
    if table == "drug_indication_text":
        return {"_unread": "indication in words, needs an expert value set"}
    return {}


def _age_values(rule: str, text: str, point: Point) -> Row:
    kind = {
        "药品儿童专用": "children_only",
        "医疗服务项目儿童专用": "children_only",
        "药品限儿童使用": "children_payable",
    }
    # The text of a paediatric product is its label: numbers in it are no payment limit.
    label = rule == "药品儿童专用"
    found = None if label else limits.age(text)
    group = limits.age_group(text) or "child"
    if label:
        group = "child"
    unread = "age in the label text" if label and any(u in text for u in ("岁", "月龄")) else None
    if rule == "药品限儿童使用":
        unread = _rest(text, ()) if text not in ("限儿童。",) else None
        if found and "以下" in text:
            unread = "upper age worded 以下, read as inclusive; indication in words"
    if group == "newborn" and found is None:
        found = limits.Age(0, 28, "day")
    return {
        "limit_kind": kind.get(rule, "working_age"),
        "age_group": group,
        "age_min": found.low if found else None,
        "age_max": found.high if found else None,
        "age_unit": found.unit if found else None,
        "age_spread": int(bool(found and found.spread)),
        "person_basis": "patient" if "就诊人" in (point["detect_logic"] or "") else "insured",
        "_unread": unread,
    }


def _course_values(table: str, text: str, point: Point) -> Row:
    course = limits.course(text, point["detect_logic"] or "")
    if course is None:
        return {"_unread": "course", "_skip": True}
    days = {"day": course.count, "month": None, "year": 365 * course.count}[course.unit]
    if days is None:
        days = 365 * course.count // 12
    own: Row = {
        "course_count": course.count,
        "course_unit": course.unit,
        "course_days": days,
        "count_mode": course.mode,
        "course_scope": course.scope,
    }
    if table == "drug_course_limit":
        own["start_within_hours"] = limits.start_within_hours(text)
        own["_unread"] = _rest(text, ("支付不超过",))
    else:
        own["interval_days"] = limits.interval_days(text)
    return own


def _rest(text: str, parsed: tuple[str, ...]) -> str | None:
    """Say that more stands in the text than the typed columns hold; None for a bare limit."""
    bare = ("限二级及以上医疗机构", "限急诊或住院患者")
    stripped = text.rstrip("。")
    if stripped in bare or (parsed and stripped.startswith(parsed[0]) and len(stripped) < 12):
        return None
    return "further condition in words beside the parsed limit"


def _unread(report: ImportReport, table: str, batch: str, point: Point, what: str) -> None:
    report.unread.append(
        {
            "table": table,
            "batch": batch,
            "source_row": point["source"]["row"],
            "item": limits.normal(point["item_name"]),
            "codes": len(point["med_codes"] or []),
            "what": what,
            "text": limits.normal(point["constraint"]) or limits.normal(point["item_name"]),
        }
    )


def _revise(
    rows: list[Row], first: list[Point], revised: list[Point], book: Sheets, report: ImportReport
) -> list[Row]:
    """The revision's rows; ends the rows they replace and the rows they dropped, in place."""
    last_day = REVISION_DATE - timedelta(days=1)
    restated = {point["rule_class"] for point in revised}
    fresh: list[Row] = []
    for point in revised:
        _known(point)
        fresh += _rows(point, REVISION, REVISION_DATE, book, report)
    rule_of = {code: rule for rule, (_, code) in RULES.items()}
    older = {(r["rule_code"], r["hilist_code"]): r for r in rows if rule_of[r["rule_code"]] in restated}
    for row in fresh:
        old = older.pop((row["rule_code"], row["hilist_code"]), None)
        if old is not None:
            row["supersedes"] = old["point_id"]
            old["enddate"] = last_day
    for (rule_code, _), old in older.items():
        rule = rule_of[rule_code]
        if old["source_row"] <= RESTATED_TO_ROW.get(rule, old["source_row"]):
            old["enddate"] = last_day
            report.dropped[rule] += 1
    return fresh


def write_table(table: str, rows: list[Row], out: Path) -> Path:
    """Write rows as CSV in the header's column order, gz above 1 MB; both deterministic. Gives the path."""
    header = read_header(FOLDER / f"{table}.yaml")
    names = header.schema.names
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        if odd := sorted(set(row) - set(names)):
            raise Refused(f"{table}: column [{odd[0]}] is not in {table}.yaml; declare it there")
        writer.writerow(["" if row.get(n) is None else row[n] for n in names])
    raw = text.getvalue().encode()
    out.mkdir(parents=True, exist_ok=True)
    plain, packed = out / f"{table}.csv", out / f"{table}.csv.gz"
    if len(raw) > GZ_OVER:
        plain.unlink(missing_ok=True)
        packed.write_bytes(gzip.compress(raw, 9, mtime=0))
        return packed
    packed.unlink(missing_ok=True)
    plain.write_bytes(raw)
    return plain


def _write_unread(report: ImportReport, out: Path) -> None:
    folder = out / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "unread_texts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, UNREAD_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(report.unread)
