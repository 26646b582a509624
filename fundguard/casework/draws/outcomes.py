"""Results of inspections by code, read from the results workbook against what was drawn."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from core.errors import Refused
from fundguard.casework.draws.columns import RESULTS
from fundguard.casework.draws.frame import IDENTITY
from fundguard.casework.draws.workbooks import Row, read_table

CODES = {
    "01": "未发现问题 nothing found",
    "02": "发现问题，已责令改正 found, told to correct",
    "03": "发现问题，已追回基金 found, money recovered",
    "04": "发现问题，待后续处理 found, follow-up pending",
    "05": "移交行政处罚或其他部门 handed on for penalty",
    "06": "不配合检查 did not co-operate",
    "07": "通过登记住所无法联系 not found at its address",
    "08": "未开展本次抽查涉及的业务 does no such business",
}


def money(text: str, place: str) -> Decimal:
    """Amount in yuan, two places, not negative; empty is 0.00."""
    try:
        amount = Decimal(text.replace(",", "") or "0")
        if not amount.is_finite() or amount < 0 or amount != round(amount, 2):
            raise InvalidOperation
    except InvalidOperation:
        raise Refused(f"{place}: 金额写错 amount [{text}]；写元、两位小数，不为负 like 1234.50") from None
    return round(amount, 2)


def read_results(path: Path, drawn: set[str], objects: dict[str, dict[str, Any]]) -> list[dict]:
    """Rows id, result, inspected_on, verified_amount (text), note: one per drawn object at most."""
    table = read_table(path, "检查结果", RESULTS)
    rows: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for row in table.rows:
        key = row.get("id")
        if key not in objects:
            raise Refused(f"{row.at('id')}: 名录中无此对象 not in the register [{key}]；更正编号")
        if key not in drawn:
            raise Refused(
                f"{row.at('id')}: 未被抽中 was not drawn [{key}]；"
                "点名检查另行公布，不与随机抽查混计 keep chosen objects apart from the random ones"
            )
        if key in seen:
            raise Refused(f"{row.at('id')}: 结果重复 result twice [{key}]；与 {seen[key]} 只留一行")
        seen[key] = row.at("id")
        amount = money(row.get("verified_amount"), row.at("verified_amount"))
        if amount and _code(row) == "01":
            raise Refused(
                f"{row.at('verified_amount')}: 未发现问题却有金额 nothing found yet an amount "
                f"[{amount}]；更正其一"
            )
        rows.append(
            {
                "id": key,
                "inspected_on": _day(row),
                "note": _note(row),
                "result": _code(row),
                "verified_amount": str(amount),
            }
        )
    return sorted(rows, key=lambda item: item["id"])


def _code(row: Row) -> str:
    """Two-digit result code."""
    code = row.get("result").split(" ")[0].zfill(2)
    if code not in CODES:
        raise Refused(f"{row.at('result')}: 未知结果代码 unknown code [{code}]；取 {', '.join(CODES)}")
    return code


def _day(row: Row) -> str:
    """ISO date or empty."""
    text = row.get("inspected_on")
    try:
        return dt.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise Refused(f"{row.at('inspected_on')}: 日期写错 date [{text}]；写成 2026-07-01") from None


def _note(row: Row) -> str:
    """Public remark without identity or telephone numbers."""
    note = row.get("note")
    if IDENTITY.search(note) or re.search(r"(姓名|身份证|患者|参保人)[:：]", note):
        raise Refused(f"{row.at('note')}: 公开说明含个人信息 personal data [隐去]；删去后再公布 remove it")
    return note
