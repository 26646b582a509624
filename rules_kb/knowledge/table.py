"""Read a knowledge table into Arrow with exact types, and refuse it when two rows claim one day."""

import csv
import gzip
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from core.errors import Refused, UsageError
from core.settings import conf_folder
from rules_kb.knowledge.header import Header, read_header

FOLDER = Path(__file__).parent
NAMED = (("hilist_code", "name_part"), ("service_code", "service_part"))
"""Columns of a key one of which is enough: the item by its code, or by a part of its name."""


@dataclass(frozen=True)
class KnowledgeTable:
    """A table as loaded: its header, its file, and its rows as Arrow (types of the header)."""

    name: str
    path: Path
    header: Header
    arrow: pa.Table

    @property
    def columns(self) -> list[str]:
        """Column names in file order."""
        return self.arrow.column_names

    def __len__(self) -> int:
        return self.arrow.num_rows

    def in_force(self, day: date) -> pa.Table:
        """The rows in force on ``day`` (both ends inclusive); all rows of an undated table."""
        if not self.header.dated:
            return self.arrow
        end = pc.fill_null(self.arrow["enddate"], date(9999, 12, 31))
        on = pc.and_(
            pc.less_equal(self.arrow["begndate"], pa.scalar(day)),
            pc.greater_equal(end, pa.scalar(day)),
        )
        return self.arrow.filter(on)


def regional_folder(region: str) -> Path | None:
    """Where a region keeps its own rows, one <table>.csv each; None when it has none."""
    folder = conf_folder() / "regions" / region / "knowledge"
    return folder if folder.is_dir() else None


def tables(folder: Path = FOLDER) -> list[str]:
    """Names of all tables that have a header in ``folder``, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load(
    table: str,
    folder: Path = FOLDER,
    regional: Path | None = None,
    verified: Path | None = None,
) -> KnowledgeTable:
    """Load one table by name, with exact types, checked.

    ``regional``: folder of a region's own rows (<table>.csv, same columns), appended and checked
    together with ours, so a local row cannot contradict a national one of the same days.
    ``verified``: ledger written by ``kb verify``; its points read verify_status verified.
    UsageError when the table does not exist, Refused with file, row, column, [value] otherwise.
    """
    head = folder / f"{table}.yaml"
    if not head.is_file():
        raise UsageError(f"no knowledge table [{table}] in {folder.name}/; `fundguard kb show` lists them")
    header = read_header(head)
    path = _file(header, folder)
    arrow = _read(header, path)
    own = regional / f"{table}.csv" if regional is not None else None
    if own is not None and own.is_file():
        arrow = pa.concat_tables([arrow, _read(header, own)])
        _check_key(header, own, arrow)
    if verified is not None and verified.is_file() and "point_id" in arrow.column_names:
        arrow = _lift(arrow, verified)
    return KnowledgeTable(header.name, path, header, arrow)


def _read(header: Header, path: Path) -> pa.Table:
    raw = _bytes(path)
    _check_names(header, path, raw)
    try:
        arrow = pacsv.read_csv(
            io.BytesIO(raw),
            convert_options=pacsv.ConvertOptions(
                column_types={field.name: field.type for field in header.schema},
                include_columns=header.schema.names,
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
        )
    except pa.ArrowInvalid as error:
        raise Refused(_first_bad_cell(header, path, raw) or f"{path.name}: {error}") from None
    arrow = arrow.cast(header.schema)
    _check_required(header, path, arrow)
    _check_values(header, path, arrow)
    _check_key(header, path, arrow)
    return arrow


def _lift(arrow: pa.Table, ledger: Path) -> pa.Table:
    with ledger.open(encoding="utf-8", newline="") as file:
        points = pa.array([row["point_id"] for row in csv.DictReader(file)], pa.string())
    known = pc.is_in(arrow["point_id"], value_set=points)
    status = pc.if_else(known, "verified", arrow["verify_status"])
    place = arrow.column_names.index("verify_status")
    return arrow.set_column(place, arrow.schema.field(place), status)


def _file(header: Header, folder: Path) -> Path:
    for suffix in (".csv", ".csv.gz"):
        path = folder / f"{header.name}{suffix}"
        if path.is_file():
            return path
    raise Refused(f"{header.name}.yaml has no {header.name}.csv or .csv.gz beside it; add the file")


def _bytes(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def _check_names(header: Header, path: Path, raw: bytes) -> None:
    first = next(csv.reader([raw.split(b"\n", 1)[0].decode("utf-8-sig").strip("\r")]), [])
    wanted = header.schema.names
    if first != wanted:
        odd = [n for n in first if n not in wanted] or [n for n in wanted if n not in first] or first
        raise Refused(
            f"{path.name}: columns differ from {header.name}.yaml at [{odd[0]}]; "
            f"the header wants {', '.join(wanted)}"
        )


def _first_bad_cell(header: Header, path: Path, raw: bytes) -> str | None:
    # The fast reader does not say which cell; this slow walk runs only when it refused.
    reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    next(reader, None)
    for number, row in enumerate(reader, start=1):
        if len(row) != len(header.columns):
            return (
                f"{path.name}: row {number} has [{len(row)}] fields, the header {len(header.columns)}; "
                "quote commas inside a text"
            )
        for column, value in zip(header.columns, row, strict=True):
            if value and not _fits(column.type, value):
                return (
                    f"{path.name}: row {number} column {column.name} [{value[:60]}] is no "
                    f"{column.type}; mend the cell (dates are YYYY-MM-DD)"
                )
    return None


def _fits(kind: str, value: str) -> bool:
    try:
        if kind == "int":
            int(value)
        elif kind == "date":
            date.fromisoformat(value)
        elif kind in ("money", "number"):
            Decimal(value)
    except (ValueError, InvalidOperation):
        return False
    return True


def _check_required(header: Header, path: Path, arrow: pa.Table) -> None:
    needed = [c.name for c in header.columns if c.required or c.name in header.key]
    for code, part in NAMED:
        if {code, part} <= set(header.key):
            # A point names its item by a code or, where none is published, by a part of the name.
            needed = [name for name in needed if name not in (code, part)]
            neither = pc.and_(pc.is_null(arrow[code]), pc.is_null(arrow[part]))
            if pc.any(neither).as_py():
                row = pc.index(neither, True).as_py() + 1
                raise Refused(f"{path.name}: row {row} columns {code} and {part} [] are both empty; fill one")
    for name in needed + (["begndate"] if header.dated else []):
        if arrow[name].null_count:
            row = pc.index(pc.is_null(arrow[name]), True).as_py() + 1
            raise Refused(f"{path.name}: row {row} column {name} [] is empty; it is required")


def _check_values(header: Header, path: Path, arrow: pa.Table) -> None:
    for column in header.columns:
        if column.values is None:
            continue
        texts = pc.cast(arrow[column.name], pa.string())
        bad = pc.invert(pc.is_in(pc.drop_null(texts), value_set=pa.array(column.values)))
        if pc.any(bad).as_py():
            value = pc.drop_null(texts).filter(bad)[0].as_py()
            row = pc.index(texts, value).as_py() + 1
            raise Refused(
                f"{path.name}: row {row} column {column.name} [{value}] is not one of "
                f"{', '.join(column.values)}; use one of them or declare it in the header"
            )


def _check_key(header: Header, path: Path, arrow: pa.Table) -> None:
    """No two rows of one key in force on the same day (or, undated, no two rows of one key)."""
    if arrow.num_rows < 1:
        return
    end = pc.fill_null(arrow["enddate"], date(9999, 12, 31)) if header.dated else None
    if end is not None and pc.any(early := pc.less(end, arrow["begndate"])).as_py():
        row = pc.index(early, True).as_py()
        raise Refused(
            f"{path.name}: row {row + 1} column enddate [{arrow['enddate'][row].as_py()}] lies before "
            f"begndate {arrow['begndate'][row].as_py()}; both days are inclusive"
        )
    sort = [(name, "ascending") for name in header.key]
    if header.dated:
        sort.append(("begndate", "ascending"))
    order = pc.sort_indices(arrow, sort_keys=sort)
    keys = arrow.select(header.key).take(order)
    if "name_part" in header.key:
        keys = pa.table({name: pc.fill_null(pc.cast(keys[name], pa.string()), "") for name in header.key})
    count = arrow.num_rows
    same = pa.chunked_array([pa.array([True] * (count - 1), pa.bool_())])
    for name in header.key:
        same = pc.and_(same, pc.equal(keys[name].slice(0, count - 1), keys[name].slice(1)))
    if end is not None:
        ends, starts = end.take(order), arrow["begndate"].take(order)
        same = pc.and_(same, pc.greater_equal(ends.slice(0, count - 1), starts.slice(1)))
    if pc.any(same).as_py():
        at = pc.index(same, True).as_py()
        first, second = order[at].as_py(), order[at + 1].as_py()
        value = "/".join(str(arrow[name][first].as_py()) for name in header.key)
        way = "end the earlier the day before the later begins" if header.dated else "remove one of them"
        raise Refused(
            f"{path.name}: rows {first + 1} and {second + 1} both hold {'+'.join(header.key)} "
            f"[{value}]{' on the same day' if header.dated else ''}; {way}"
        )
