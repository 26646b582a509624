"""The published points, read from the raw files beside the project: not by the importer under test.

A code of a point is in force from the day its batch was published; where the revision of 2026-01-28
publishes the point again, its codes hold until the day before and the revised codes from that day.
Dates of batches: domain/rules.md §2.1.
"""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from unicodedata import normalize

from openpyxl import load_workbook

PUBLISHED = {
    "batch_01": date(2025, 5, 23),
    "batch_02": date(2025, 7, 22),
    "batch_03": date(2025, 7, 30),
    "batch_04": date(2025, 8, 8),
    "batch_05": date(2025, 8, 14),
    "batch_06": date(2025, 8, 26),
    "batch_07": date(2025, 12, 12),
    "batch_08": date(2026, 1, 6),
}
REVISED = date(2026, 1, 28)
LAST_DAY = date(2026, 7, 20)  # of the claims; the last batch is in force from 2026-06-29

WHOLE_REVISION = {
    "药品限工伤保险",
    "药品限生育保险",
    "药品限就医方式",
    "药品限医疗机构级别",
    "药品限支付疗程",
    "药品限儿童使用",
}


def shared() -> Path | None:
    """The reference data beside the project, or None."""
    for folder in Path(__file__).resolve().parents:
        if (folder / "shared" / "data" / "two_libraries").is_dir():
            return folder / "shared" / "data" / "two_libraries"
    return None


@dataclass(frozen=True)
class Code:
    """One code of a point with its days in force (last None: still in force; unsure: the documents leave it open)."""

    code: str
    name: str
    constraint: str
    detect: str
    first: date
    last: date | None
    fact: dict = field(default_factory=dict, hash=False, compare=False)

    def days(self) -> tuple[date, date]:
        return self.first, self.last or LAST_DAY


def plain(text: str) -> str:
    return normalize("NFKC", text)


@cache
def rows(rule_class: str) -> tuple[dict, ...]:
    folder = shared()
    assert folder is not None
    with gzip.open(folder / "knowledge_points.json.gz", "rt", encoding="utf-8") as file:
        found = [row for row in json.load(file) if row["rule_class"] == rule_class]
    revised = [row for row in found if row["batch_tag"] == "updates_2026-01"]
    with gzip.open(folder / "updates_2026-01.json.gz", "rt", encoding="utf-8") as file:
        again = [row for row in json.load(file) if row["rule_class"] == rule_class]
    assert {row["kp_id"] for row in revised} == {row["kp_id"] for row in again}
    return tuple(found)


def day_of(row: dict) -> date:
    if row["published_at"]:
        return date.fromisoformat(row["published_at"])
    return PUBLISHED[row["batch_tag"]]


@cache
def codes(rule_class: str) -> tuple[Code, ...]:
    """The codes of a rule class by their days in force; a code whose days the documents leave open is left out.

    Open: an older row that the revision of its class neither repeats nor is said to drop (of the sex and the
    child-only lists, 2026-01 repeats a part) is taken up to the day before the revision only.
    """
    published: dict[str, list[tuple[date, dict]]] = defaultdict(list)
    revised = [row for row in rows(rule_class) if row["batch_tag"] == "updates_2026-01"]
    for row in rows(rule_class):
        for code in row["med_codes"]:
            published[code].append((day_of(row), row))
    found = []
    for code, versions in published.items():
        for number, (first, row) in enumerate(sorted(versions, key=lambda pair: pair[0])):
            later = [day for day, _ in versions[number + 1 :] if day > first]
            end = min(later) if later else (REVISED if revised and first < REVISED else None)
            if end is None or end > first:
                last = end - timedelta(days=1) if end else None
                found.append(
                    Code(
                        code,
                        row["item_name"],
                        row["constraint"] or "",
                        row["detect_logic"] or "",
                        first,
                        last,
                    )
                )
    return tuple(sorted(found, key=lambda one: (one.code, one.first)))


def dropped(rule_class: str) -> list[Code]:
    """Codes in force before the revision only, and surely so: their own point was published again without them."""
    old = {row["kp_id"]: row for row in rows(rule_class) if row["batch_tag"] != "updates_2026-01"}
    kept = {
        code for row in rows(rule_class) if row["batch_tag"] == "updates_2026-01" for code in row["med_codes"]
    }
    again = {row["supersedes"] for row in rows(rule_class) if row["batch_tag"] == "updates_2026-01"}
    sure = {
        code
        for key, row in old.items()
        if key in again or rule_class in WHOLE_REVISION
        for code in row["med_codes"]
        if code not in kept
    }
    return [one for one in codes(rule_class) if one.code in sure and one.first < REVISED]


def added(rule_class: str) -> list[Code]:
    """Codes the revision brought: in force from 2026-01-28 and not before."""
    before = {
        code for row in rows(rule_class) if row["batch_tag"] != "updates_2026-01" for code in row["med_codes"]
    }
    return [one for one in codes(rule_class) if one.first == REVISED and one.code not in before]


@cache
def sheet(part: str, index: int = 0) -> tuple[tuple, ...]:
    """Rows of one of the workbooks of the second transcription, without its header."""
    folder = shared()
    assert folder is not None
    (path,) = [p for p in (folder / "sheets").iterdir() if part in p.name]
    book = load_workbook(path, read_only=True)
    return tuple(book.worksheets[index].iter_rows(values_only=True))[1:]


@cache
def sexes() -> dict[str, str]:
    """Drug or item name, normalised → the sex it is limited to, as 1 or 2."""
    word = {"男": "1", "女": "2"}
    drugs = {plain(row[0]): word[row[3]] for row in sheet("药品规则库(限定性别对象)") if row[3] in word}
    items = {row[2]: word[row[4]] for row in sheet("项目规则库(限定性别对象)") if row[4] in word}
    return drugs | items


@cache
def pairs() -> tuple[tuple[str, str, str, str], ...]:
    """(window, code of the whole, code of the component, note) of batch 7; a pair stated both ways is left out."""
    all_rows = [row for row in sheet("重复收费") if row[3] and row[5]]
    both = {(row[3], row[5]) for row in all_rows}
    return tuple(
        (r[1], r[3], r[5], r[6] or "") for r in all_rows if (r[5], r[3]) not in both and r[3] != r[5]
    )


@cache
def caps() -> tuple[tuple[str, str, int], ...]:
    """(code, unit, largest quantity a day) of batch 8-1."""
    return tuple((row[4], row[3], row[2]) for row in sheet("第八批-1") if row[4])


@cache
def cycles() -> tuple[tuple[str, int, int], ...]:
    """(code, largest number, days) of batch 8-4."""
    return tuple((row[5], row[2], row[3]) for row in sheet("第八批-4") if row[5])
