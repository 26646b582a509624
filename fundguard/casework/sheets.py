"""Tables out: CSV that Chinese Excel opens, workbooks with frozen heads and money formats, no formulas.

Text that a spreadsheet would take for a formula is made harmless; files appear whole or not at all.
"""

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from core.errors import UsageError

MONEY = "#,##0.00"
PERCENT = "0%"
WHOLE = "0"
NUMBER = "0.0"
DAY = "yyyy-mm-dd"
TEXT = "@"

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CELL_LIMIT = 32_000
_HEAD = PatternFill("solid", fgColor="12616F")


@dataclass(frozen=True)
class Field:
    """One column of a sheet: heading, width in characters, number format, wrapped or not."""

    heading: str
    width: float = 14
    format: str = TEXT
    wrap: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: title, columns, rows; `frozen` columns stay in sight."""

    title: str
    fields: Sequence[Field]
    rows: Iterable[Sequence[Any]]
    frozen: int = 0
    notes: Sequence[str] = field(default_factory=tuple)


def checked_target(out: Path, suffixes: Sequence[str]) -> str:
    """The suffix of a file to write. UsageError when it is not one of these, or its folder is missing."""
    suffix = out.suffix.lower().lstrip(".")
    if suffix not in suffixes:
        raise UsageError(
            f"--out: unknown suffix [{out.suffix or out.name}]: use one of .{', .'.join(suffixes)}"
        )
    if out.is_dir():
        raise UsageError(f"--out: [{out}] is a folder: name a file in it")
    if not out.parent.is_dir():
        raise UsageError(f"--out: no such folder [{out.parent}]: make it first")
    return suffix


def write_whole(out: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place and rename it: a reader sees the old file or the new one."""
    passing = out.with_name(f".{out.name}.new")
    try:
        write(passing)
        with passing.open("rb") as file:
            os.fsync(file.fileno())
        passing.replace(out)
    finally:
        passing.unlink(missing_ok=True)


def harmless(text: str) -> str:
    """A text a spreadsheet does not take for a formula: such text gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def write_csv(out: Path, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """CSV in UTF-8 with BOM; numbers stay numbers, text is made harmless, nothing is empty text."""

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(names)
            writer.writerows([_plain(value) for value in row] for row in rows)

    write_whole(out, write)


def write_workbook(out: Path, sheets: Sequence[Sheet]) -> None:
    """One workbook; heads frozen and filtered, widths set, money as money, text as text."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write_sheet(book, sheet)
    write_whole(out, book.save)


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.title)
    for number, column in enumerate(sheet.fields, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    first = len(sheet.notes) + 1
    page.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}{first + 1}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{first}:{first}"
    for note in sheet.notes:
        page.append([_cell(page, note, Field("", format=TEXT))])
    head = [_cell(page, column.heading, column) for column in sheet.fields]
    for cell in head:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    page.append(head)
    last = first
    for row in sheet.rows:
        page.append([_cell(page, value, column) for value, column in zip(row, sheet.fields, strict=True)])
        last += 1
    page.auto_filter.ref = f"A{first}:{get_column_letter(len(sheet.fields))}{last}"


def _cell(page: Any, value: Any, column: Field) -> Any:
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_CELL_LIMIT]
        cell = WriteOnlyCell(page, value=text)
        # A text cell is never a formula, and stays text when somebody edits it.
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_DANGEROUS)
    else:
        cell = WriteOnlyCell(page, value=value)
        cell.number_format = DAY if isinstance(value, date) else column.format
    if column.wrap:
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | Decimal):
        return str(value)
    return harmless(value) if isinstance(value, str) else value
