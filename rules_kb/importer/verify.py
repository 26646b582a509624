"""Compare our points with a bureau's own official file, and record what agrees under two names."""

import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from core.errors import Refused, UsageError
from rules_kb.importer.limits import normal
from rules_kb.knowledge.table import FOLDER, load
from rules_kb.names import two_names

LEDGER_COLUMNS = ("point_id", "table", "by", "second", "file", "sha256")


@dataclass
class VerifyReport:
    """What was found: ``agreed`` points, ``differ`` (key, column, ours, theirs), ``missing`` keys."""

    table: str
    agreed: list[str] = field(default_factory=list)
    differ: list[tuple[str, str, str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def verify(
    official: Path, by: str, second: str, ledger: Path, table: str | None = None, folder: Path = FOLDER
) -> VerifyReport:
    """Lift the points that agree with ``official`` to verified, by appending them to ``ledger``.

    ``official``: CSV (UTF-8) or xlsx whose first row names columns of the table, at least its key
    and one more; ``table`` defaults to the file's name without suffix. A point agrees when every
    column the file has is equal after NFKC. Two different names are needed (UsageError).
    """
    by, second = two_names(by, second, "kb verify")
    if not official.is_file():
        raise UsageError(f"no such file [{official}]; give the official list as CSV or xlsx")
    name = table or official.name.split(".")[0]
    ours = load(name, folder)
    if "point_id" not in ours.columns:
        raise UsageError(f"table [{name}] holds no published points; only those are verified")
    rows = _rows(official)
    columns = list(rows[0]) if rows else []
    if odd := [c for c in columns if c not in ours.columns]:
        raise Refused(f"{official.name}: column [{odd[0]}] is not of {name}; name columns like {name}.yaml")
    extra = [c for c in columns if c not in ours.header.key]
    if not set(ours.header.key) <= set(columns) or not extra:
        raise Refused(
            f"{official.name}: columns [{', '.join(columns)}]; needed are "
            f"{', '.join(ours.header.key)} and at least one more"
        )
    report = VerifyReport(name)
    points: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for point in ours.arrow.to_pylist():
        points.setdefault(tuple(normal(point[k]) for k in ours.header.key), []).append(point)
    for row in rows:
        key = tuple(row[k] for k in ours.header.key)
        if key not in points:
            report.missing.append("/".join(key))
        for point in points.get(key, []):
            odd_columns = [c for c in extra if normal(point[c]) != row[c]]
            if not odd_columns:
                report.agreed.append(point["point_id"])
            report.differ += [("/".join(key), c, normal(point[c]), row[c]) for c in odd_columns]
    _append(report, official, by, second, ledger)
    return report


def _rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".xlsx":
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
        lines = [[normal(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [[normal(cell) for cell in row] for row in csv.reader(file)]
    if len(lines) < 2:
        raise Refused(f"{path.name}: [{len(lines)}] lines; a head line and rows are needed")
    return [dict(zip(lines[0], line, strict=False)) for line in lines[1:] if any(line)]


def _append(report: VerifyReport, official: Path, by: str, second: str, ledger: Path) -> None:
    known: set[str] = set()
    if ledger.is_file():
        with ledger.open(encoding="utf-8", newline="") as file:
            known = {row["point_id"] for row in csv.DictReader(file)}
    digest = hashlib.sha256(official.read_bytes()).hexdigest()
    ledger.parent.mkdir(parents=True, exist_ok=True)
    fresh = not ledger.is_file()
    with ledger.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(LEDGER_COLUMNS)
        for point in report.agreed:
            if point not in known:
                writer.writerow((point, report.table, by, second, official.name, digest))
