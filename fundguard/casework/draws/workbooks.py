"""Paper in: CSV and Excel tables read by sheet and cell, and the empty workbooks to fill in.

Every value is text, cut and NFC-normalised; an Excel date is YYYY-MM-DD, a whole number has no
point. An error names file, sheet and cell, the value in brackets, and the way out.
"""

import csv
import datetime as dt
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from core.errors import Refused, UsageError
from fundguard.casework.draws.columns import SHEETS, Column
from fundguard.casework.text_file import decoded


@dataclass(frozen=True)
class Row:
    """One filled row: values by key, and the cell each came from."""

    values: dict[str, str]
    cells: dict[str, str]
    place: str

    def get(self, key: str) -> str:
        """Value, empty where the column or the cell is."""
        return self.values.get(key, "")

    def at(self, key: str) -> str:
        """Place of a cell, "objects.xlsx 检查对象名录库!C7"."""
        return self.cells.get(key, self.place)


@dataclass(frozen=True)
class Table:
    """Rows of one sheet, where they stand, and the columns nobody asked for."""

    rows: list[Row]
    place: str
    headings: frozenset[str]
    unknown: tuple[str, ...]


def text_of(value: Any) -> str:
    """Plain text of a cell."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFC", str(value)).strip().strip("\u200b\ufeff")


def read_table(path: Path, sheet: str, columns: Sequence[Column], required: bool = True) -> Table:
    """Table of one CSV, or of the named sheet (else the only or first one) of a workbook."""
    if not path.is_file():
        raise UsageError(f"没有这个文件 no such file [{path}]；检查路径 check the path")
    if path.suffix.lower() == ".csv":
        grid, place = _read_csv(path), path.name
    elif path.suffix.lower() in (".xlsx", ".xlsm"):
        grid, place = _read_sheet(path, sheet)
    else:
        raise UsageError(f"{path.name}: 只读 csv 或 xlsx [{path.suffix}]；另存为 xlsx save as xlsx")
    return _table(grid, place, columns, required)


def has_sheet(path: Path, sheet: str) -> bool:
    """Whether a workbook holds a sheet of this name."""
    return path.suffix.lower() != ".csv" and sheet in _open(path).sheetnames


def _open(path: Path) -> Workbook:
    """Workbook for reading; Refused when the file is none."""
    try:
        return load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError:
        raise UsageError(f"没有这个文件 no such file [{path}]；检查路径 check the path") from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise Refused(f"{path.name}: 不是可读的 Excel not a readable workbook；另存为 xlsx") from None


def _read_csv(path: Path) -> list[list[str]]:
    """Records of a CSV in UTF-8 or GB18030."""
    return [[text_of(cell) for cell in record] for record in csv.reader(io.StringIO(decoded(path)))]


def _read_sheet(path: Path, name: str) -> tuple[list[list[str]], str]:
    """Cells of one sheet and the name of its place."""
    book = _open(path)
    found = name if name in book.sheetnames else book.sheetnames[0]
    grid = [[text_of(cell) for cell in record] for record in book[found].iter_rows(values_only=True)]
    return grid, f"{path.name} {found}"


def _table(grid: list[list[str]], place: str, columns: Sequence[Column], required: bool) -> Table:
    """Rows of a grid whose first record holds the headings."""
    head = grid[0] if grid else []
    known = {text: c.key for c in columns for text in (c.key, c.heading, *c.also)}
    keys: dict[str, int] = {}
    for index, text in enumerate(head):
        key = known.get(text.rstrip("*＊")) or known.get(text.rstrip("*＊").lower())
        if key in keys:
            cell = f"{place}!{get_column_letter(index + 1)}1"
            raise Refused(f"{cell}: 表头重复 heading twice [{text}]；删去一列 remove one column")
        if key:
            keys[key] = index
    for column in columns:
        if column.required and column.key not in keys:
            raise Refused(
                f"{place}!1: 缺少列 column missing [{column.heading} / {column.key}]；"
                "补上表头，或用 draw templates 生成的空表 add the heading or start from the template"
            )
    rows = []
    for number, record in enumerate(grid[1:], start=2):
        if not any(record):
            continue
        values = {k: record[i] if i < len(record) else "" for k, i in keys.items()}
        cells = {k: f"{place}!{get_column_letter(i + 1)}{number}" for k, i in keys.items()}
        row = Row(values, cells, f"{place}!{number}")
        for key, value in values.items():
            if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
                raise Refused(f"{row.at(key)}: 含控制字符 control character [{value!a}]；删去 remove it")
        rows.append(row)
    for column in columns:
        if column.required:
            for row in rows:
                if not row.get(column.key):
                    raise Refused(
                        f"{row.at(column.key)}: 空白 empty []；{column.heading} 必填：{column.note}"
                    )
    if required and not rows:
        raise Refused(f"{place}!2: 没有数据行 no rows []；至少填一行 fill in at least one row")
    unknown = tuple(t for t in head if t and t.rstrip("*＊") not in known and t.lower() not in known)
    return Table(rows, place, frozenset(keys), unknown)


def split_list(text: str) -> list[str]:
    """Parts of a cell separated by ; or ；or 、."""
    for separator in ("；", "、", "\n"):
        text = text.replace(separator, ";")
    return list(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def write_sheet(sheet: Worksheet, headings: Sequence[str], rows: Iterable[Sequence[Any]] = ()) -> None:
    """Fill a sheet: bold frozen headings, every text as text (a leading = is no formula), A4."""
    for index, heading in enumerate(headings, start=1):
        cell = sheet.cell(1, index, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF7")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(index)].width = max(12, 2 * len(heading) + 4)
    for number, row in enumerate(rows, start=2):
        for index, value in enumerate(row, start=1):
            cell = sheet.cell(number, index, value)
            if isinstance(value, str):
                cell.data_type = "s"
    sheet.freeze_panes = "A2"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def write_template(path: Path, sheets: dict[str, tuple[Column, ...]]) -> None:
    """One empty workbook: the sheets, choices offered in the cells, and a sheet that explains."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, columns in sheets.items():
        sheet = book.create_sheet(name)
        write_sheet(sheet, [column.heading + "*" * column.required for column in columns])
        for index, column in enumerate(columns, start=1):
            letter = get_column_letter(index)
            # Text format keeps leading zeros of codes typed in by hand.
            for number in range(2, 202):
                sheet[f"{letter}{number}"].number_format = "@"
            if column.choices:
                rule = DataValidation("list", formula1=f'"{",".join(column.choices)}"')
                rule.add(f"{letter}2:{letter}5000")
                sheet.add_data_validation(rule)
    notes = book.create_sheet("填写说明")
    write_sheet(
        notes,
        ["工作表", "列（* 必填）", "键 key", "怎样填 what to write"],
        [
            [name, c.heading + "*" * c.required, c.key, c.note]
            for name, columns in sheets.items()
            for c in columns
        ],
    )
    notes.column_dimensions["D"].width = 80
    book.save(path)


def write_templates(folder: Path) -> list[Path]:
    """The five workbooks of 一单两库, experts and year plan, and one that holds them all."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, columns in SHEETS.items():
        made.append(folder / f"{name}.xlsx")
        write_template(made[-1], {name: columns})
    made.append(folder / "双随机抽查工作簿.xlsx")
    write_template(made[-1], SHEETS)
    return made
