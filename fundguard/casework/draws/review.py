"""The same sampler for reviews: prescriptions (处方点评), medical records, closed leads read again.

A review is a draw of records with reviewers in the place of inspectors: one reader each, a share
read twice, nobody reads what is their own or what they closed. Readers get their own list; no list
says which records are read twice, or what was decided before.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from scipy.stats import beta

from core.errors import Refused, UsageError
from fundguard.casework.draws.columns import Column
from fundguard.casework.draws.frame import Stratum
from fundguard.casework.draws.outcomes import money
from fundguard.casework.draws.transcript import need
from fundguard.casework.draws.workbooks import read_table, write_sheet

# 医院处方点评管理规范: outpatient ≥ 1 ‰ and ≥ 100 a month; wards ≥ 1 % of discharges and ≥ 30.
PRESCRIPTIONS = {"门急诊": ("0.001", 100), "病房": ("0.01", 30)}
KINDS = {
    "prescriptions": "处方点评 prescription review",
    "records": "病历审读 medical-record review",
    "leads": "已结线索盲复核 blind re-review of closed leads",
}
FINDINGS = {
    "0": "合理 sound",
    "1": "不规范 irregular",
    "2": "不适宜 unsuitable",
    "3": "超常 abnormal",
}
READINGS = (
    Column("id", "记录编号", True, "与审读表一致 as in the list"),
    Column("reviewer", "审读人编号", True, "staff number"),
    Column("finding", "结论", True, "0 合理 / 无问题，1 不规范，2 不适宜，3 超常"),
    Column("amount", "核实金额", False, "元 yuan"),
    Column("prescriber", "处方医师编号", False, "staff number"),
)
UNREASONABLE_LIMIT = 10


@dataclass(frozen=True)
class Reading:
    """One record read by one reviewer: finding 0–3, amount in yuan, prescriber's number or empty."""

    id: str
    reviewer: str
    finding: str
    amount: Decimal
    prescriber: str


def review_strata(kind: str, ratios: list[Stratum], strata: Sequence[str]) -> list[Stratum]:
    """Ratios of a review: those given, else for prescriptions the floors of the rule.

    A given ratio of a prescription stratum is kept at least at the rule's floor.
    """
    if kind not in KINDS:
        raise UsageError(f"--kind: 未知 unknown [{kind}]；取 {', '.join(KINDS)}")
    given = {row.stratum: row for row in ratios}
    if kind != "prescriptions":
        if not ratios:
            raise UsageError("--ratio: 须给比例 no ratio []；如 --ratio 住院=10% --minimum 住院=30")
        return ratios
    rows = []
    for name in dict.fromkeys([*given, *strata]):
        floor = PRESCRIPTIONS.get(name)
        if floor is None:
            if name not in given:
                raise Refused(
                    f"层 stratum [{name}]: 处方点评层别取 {'、'.join(PRESCRIPTIONS)}；改名或加 --ratio"
                )
            rows.append(given[name])
            continue
        asked = given.get(name, Stratum(name, floor[0], floor[1], "处方点评"))
        rows.append(Stratum(name, asked.ratio, max(asked.minimum, floor[1]), asked.place))
    return rows


def write_sheets(body: dict[str, Any], folder: Path) -> list[Path]:
    """One workbook per reviewer, their records in an order that tells nothing."""
    need(body, "revealed", what="review sheets", way_out="先 draw reveal reveal it first")
    folder.mkdir(parents=True, exist_ok=True)
    names = {row["id"]: row["name"] for row in body["frame"]["objects"]}
    lists: dict[str, list[str]] = {}
    for row in body["assignment"]:
        for reader in row["team"]:
            lists.setdefault(reader, []).append(row["object"])
    made = []
    for reader, records in sorted(lists.items()):
        book = Workbook()
        book.remove(book.worksheets[0])
        sheet = book.create_sheet("审读表")
        headings = [column.heading + "*" * column.required for column in READINGS]
        write_sheet(
            sheet,
            [*headings, "机构"],
            [[key, reader, "", "", "", names[key]] for key in sorted(records)],
        )
        plain = re.sub(r"[^\w.-]", "_", reader)
        made.append(folder / f"审读表-{plain}.xlsx")
        book.save(made[-1])
    return made


def read_readings(body: dict[str, Any], paths: Sequence[Path]) -> list[Reading]:
    """All readings, Refused when one was never assigned; rows without a finding are not yet read."""
    need(body, "revealed", what="review yield", way_out="先 draw reveal reveal it first")
    assigned = {(row["object"], reader) for row in body["assignment"] for reader in row["team"]}
    seen: dict[tuple[str, str], str] = {}
    readings = []
    for path in paths:
        table = read_table(path, "审读表", [_optional(column) for column in READINGS])
        for row in table.rows:
            if not row.get("finding"):
                continue
            pair = (row.get("id"), row.get("reviewer"))
            if pair not in assigned:
                raise Refused(f"{row.at('id')}: 未分派给此审读人 not assigned [{pair[0]}]；按审读表填写")
            if pair in seen:
                raise Refused(f"{row.at('id')}: 重复 twice [{pair[0]}]；与 {seen[pair]} 只留一行")
            if row.get("finding") not in FINDINGS:
                raise Refused(f"{row.at('finding')}: 未知结论 unknown [{row.get('finding')}]；取 0 1 2 3")
            seen[pair] = row.at("id")
            amount = money(row.get("amount"), row.at("amount"))
            readings.append(Reading(*pair, row.get("finding"), amount, row.get("prescriber")))
    return readings


def _optional(column: Column) -> Column:
    """The same column, allowed to be empty: a sheet comes back half read."""
    return Column(column.key, column.heading, False, column.note)


def interval(found: int, read: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper–Pearson interval of a share."""
    if not read:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, found, read - found + 1)) if found else 0.0
    high = float(beta.ppf(1 - tail, found + 1, read - found)) if found < read else 1.0
    return low, high


def yield_of(body: dict[str, Any], readings: list[Reading]) -> dict[str, Any]:
    """Counts, share with a finding and its interval per stratum, agreement of double readings.

    A record read twice counts as found when its first assigned reader says so; the second serves
    the agreement (share and Cohen's kappa) alone, so that reading twice does not raise the yield.
    """
    by_pair = {(each.id, each.reviewer): each for each in readings}
    strata: dict[str, list[bool]] = {row["stratum"]: [] for row in body["tickets"]}
    place = {row["id"]: row["stratum"] for row in body["selection"]}
    pairs: list[tuple[bool, bool]] = []
    disputed = []
    for row in body["assignment"]:
        read = [by_pair.get((row["object"], reader)) for reader in row["team"]]
        if read[0]:
            strata[place[row["object"]]].append(read[0].finding != "0")
        if len(read) > 1 and read[0] and read[1]:
            pairs.append((read[0].finding != "0", read[1].finding != "0"))
            if read[0].finding != read[1].finding:
                disputed.append(row["object"])
    poor = Counter(each.prescriber for each in readings if each.finding != "0" and each.prescriber)
    lists = Counter(reader for row in body["assignment"] for reader in row["team"])
    return {
        "agreement": agreement(pairs),
        "disputed": disputed,
        "prescribers_over_limit": sorted(p for p, count in poor.items() if count >= UNREASONABLE_LIMIT),
        "reviewers": [
            {
                "assigned": lists[reader],
                "read": sum(each.reviewer == reader for each in readings),
                "reviewer": reader,
            }
            for reader in sorted(lists)
        ],
        "strata": [
            {
                "assigned": sum(each == name for each in place.values()),
                "found": sum(found),
                "high": round(interval(sum(found), len(found))[1], 4),
                "low": round(interval(sum(found), len(found))[0], 4),
                "read": len(found),
                "share": round(sum(found) / len(found), 4) if found else None,
                "stratum": name,
            }
            for name, found in strata.items()
        ],
    }


def agreement(pairs: list[tuple[bool, bool]]) -> dict[str, Any]:
    """Records read twice, share agreed, Cohen's kappa (None when it is not defined)."""
    count = len(pairs)
    if not count:
        return {"kappa": None, "read_twice": 0, "share": None}
    agreed = sum(first == second for first, second in pairs) / count
    first = sum(pair[0] for pair in pairs) / count
    second = sum(pair[1] for pair in pairs) / count
    chance = first * second + (1 - first) * (1 - second)
    kappa = (agreed - chance) / (1 - chance) if chance < 1 else None
    return {
        "kappa": round(kappa, 4) if kappa is not None else None,
        "read_twice": count,
        "share": round(agreed, 4),
    }


def readings_in_order(body: dict[str, Any], readings: list[Reading], stratum: str) -> list[bool]:
    """Truth per record (has a finding) in ticket order, up to the first not yet read.

    The stopping rule needs them in this order: a gap would let somebody choose what to count.
    """
    by_pair = {(each.id, each.reviewer): each for each in readings}
    first = {row["object"]: row["team"][0] for row in body["assignment"]}
    wrong = []
    drawn = [row for row in body["selection"] if row["stratum"] == stratum]
    for row in sorted(drawn, key=lambda each: each["position"]):
        read = by_pair.get((row["id"], first[row["id"]]))
        if read is None:
            break
        wrong.append(read.finding != "0")
    return wrong
