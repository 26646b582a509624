"""Files of one table as one relation: `in_typed_<table>`, `in_bad_<table>`, and lines nobody could read."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import Refused
from core.schema import Column, Table, Type
from pipelines.ingest.cast import Cast, absent, cast, reason_sql
from pipelines.ingest.door import read_csv, read_header
from pipelines.ingest.intake import IDS, Intake
from pipelines.ingest.landing import LandedFile
from pipelines.ingest.source import Source, mapped_sql
from pipelines.ingest.typed import readable

PLACES = {"source_file", "source_row", "raw", "file_no", "piece"}


@dataclass
class Opened:
    """One landed file as a relation: its columns with their Arrow types (None: clean text)."""

    file: LandedFile
    relation: str
    kinds: dict[str, pa.DataType | None]
    unreadable: tuple[Path, ...]
    raw: str


@dataclass
class Supply:
    """What landed for one table."""

    table: Table
    files: list[LandedFile]
    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    groups: list[tuple[str, dict[str, Cast], str]]
    """(relation, casts by column, SQL of the original row)."""
    unreadable: list[Path]

    @property
    def missing(self) -> tuple[str, ...]:
        """Declared columns that no file holds."""
        return tuple(name for name in self.table.names if name not in self.columns)


def header_of(file: LandedFile, encoding: str) -> tuple[str, ...]:
    """Column names of a file. Refused: truncated Parquet, undecodable header."""
    if not file.is_parquet:
        return read_header(file.path, file.name, encoding)
    return tuple(_schema(file).names)


def open_file(intake: Intake, file: LandedFile, encoding: str) -> Opened:
    """Make a file a relation `in_file_<n>` with file_no, source_row and piece."""
    number = intake.number(file)
    relation = f"in_file_{number}"
    if file.is_parquet:
        path, kinds = readable(file, _schema(file), intake.folder / "typed" / f"{number}.parquet")
        intake.engine.register(f"{relation}_rows", parquet=[path], numbered=True)
        columns = [name for name in kinds if name.lower() not in PLACES]
        raw = "evidence(" + ", ".join(f"'{_word(name)}', `{name}`" for name in columns) + ")"
        chosen = ", ".join(f"`{name}`" for name in columns)
        intake.rows[file.name] = pq.read_metadata(path).num_rows
        intake.engine.register(
            relation,
            sql=f"SELECT {chosen}, {number} AS file_no, source_row, 0 AS piece FROM {relation}_rows",
        )
        return Opened(file, relation, {name: kinds[name] for name in columns}, (), raw)
    door = read_csv(file.path, intake.folder / "door" / str(number), name=file.name, encoding=encoding)
    intake.rows[file.name] = door.rows + door.unreadable_rows
    intake.engine.register(f"{relation}_rows", parquet=door.parts)
    columns = [name for name in door.header if name and name.lower() not in PLACES]
    chosen = ", ".join(f"`{name}`" for name in columns)
    intake.engine.register(
        relation,
        sql=f"SELECT {chosen}, raw, {number} AS file_no, source_row, 0 AS piece FROM {relation}_rows",
    )
    return Opened(file, relation, dict.fromkeys(columns), door.unreadable, "raw")


def supply(intake: Intake, table: Table, opened: list[Opened], source: Source) -> Supply:
    """Files that hold a table under national names (any case) or an alias, as one supply."""
    groups: list[tuple[str, dict[str, Cast], str]] = []
    columns: set[str] = set()
    unknown: set[str] = set()
    for one in opened:
        found = names_of(table, tuple(one.kinds), source)
        columns |= set(found)
        unknown |= set(one.kinds) - set(found.values())
        casts = {}
        for column in table:
            if column.name in found:
                name = found[column.name]
                text, kind, clean = _given(f"`{name}`", one.kinds[name], source.nulls)
                casts[column.name] = cast(column, text, kind, clean=clean)
        groups.append((_waiting(intake, table, one), casts, one.raw))
    ordered = tuple(name for name in table.names if name in columns)
    bad = [path for one in opened for path in one.unreadable if _is_new(intake, table, one.file)]
    return Supply(table, [one.file for one in opened], ordered, tuple(sorted(unknown)), groups, bad)


def mapped_supply(intake: Intake, table: Table, opened: list[Opened], source: Source) -> Supply:
    """A table made from another system's files by its mapping."""
    mapping = source.tables[table.name]
    name = f"in_map_{table.name}"
    parts = []
    for one in opened:
        texts = []
        for column in mapping.needed:
            text, kind, clean = _given(f"`{column}`", one.kinds[column], source.nulls)
            if kind is not None:
                text = cast(_ANY, text, kind, clean=clean).given
            texts.append(f"{text} AS `{column}`")
        parts.append(f"SELECT {', '.join([*texts, f'{one.raw} AS raw', *IDS])} FROM {one.relation}")
    intake.engine.register(name, sql=mapped_sql(mapping, " UNION ALL ".join(parts)))
    casts = {c: cast(table.by_name[c], f"`{c}`", None, clean=True) for c in mapping.columns}
    groups = []
    for one in opened:
        own = f"{name}_{intake.number(one.file)}"
        intake.engine.register(own, sql=f"SELECT * FROM {name} WHERE file_no = {intake.number(one.file)}")
        groups.append((_waiting(intake, table, Opened(one.file, own, {}, (), "raw")), casts, "raw"))
    columns = () if mapping.header_only else tuple(c for c in table.names if c in mapping.columns)
    bad = (
        []
        if mapping.header_only or mapping.distinct
        else [path for one in opened for path in one.unreadable if _is_new(intake, table, one.file)]
    )
    return Supply(table, [one.file for one in opened], columns, (), groups, bad)


_ANY = Column(name="any", zh="", type=Type.TEXT)


def _given(column: str, kind: pa.DataType | None, nulls: list[str]) -> tuple[str, pa.DataType | None, bool]:
    """SQL, type and cleanness of a file's column; the source's words for nothing become NULL."""
    if not nulls or (kind is not None and not pa.types.is_string(kind)):
        return column, kind, kind is None
    clean = column if kind is None else f"clean_text({column})"
    words = ", ".join(f"'{word}'" for word in nulls)
    return f"CASE WHEN {clean} IN ({words}) THEN NULL ELSE {clean} END", None, True


def names_of(table: Table, header: tuple[str, ...], source: Source) -> dict[str, str]:
    """National name → name in the file, in any case; aliases where the national name is not there."""
    lower = {name.lower(): name for name in reversed(header)}
    found = {name: lower[name] for name in table.names if name in lower}
    for alias, name in source.aliases.items():
        if name in table.by_name and name not in found and alias.lower() in lower:
            found[name] = lower[alias.lower()]
    return found


def check_header(table: Table, file: LandedFile, header: tuple[str, ...], source: Source) -> None:
    """Refused when a required column (or one that a mapping reads) is missing from the file."""
    if source.tables:
        for column in source.tables[table.name].needed:
            if column not in header:
                raise Refused(
                    f"{table.name}: {file.name}: column is missing [{column}]: deliver it, or mend "
                    f"conf/sources/{source.name}.yaml"
                )
        return
    found = names_of(table, header, source)
    for declared in table:
        if declared.required and declared.name not in found:
            raise Refused(
                f"{table.name}: {file.name}: required column is missing [{declared.name}]: deliver it, or "
                "name the column that holds it in a source mapping (conf/sources/, --source)"
            )


def unreadable_rows(one: Supply) -> int:
    """Lines of the table's new files that nobody could read."""
    return sum(pq.read_metadata(path).num_rows for path in one.unreadable)


def register(intake: Intake, supplies: dict[str, Supply], harden: dict[str, list[str]]) -> dict[str, int]:
    """Register `in_typed_<table>` and `in_bad_<table>` (missing or not castable); how many are bad, by table.

    All tables are looked at in one query. `harden`: columns that must hold a value of their dictionary.
    """
    parts = [part for name, one in supplies.items() for part in _register(intake, one, harden.get(name, []))]
    counts = dict.fromkeys(supplies, 0)
    if not parts:
        return counts
    intake.keep("in_bad", " UNION ALL ".join(parts))
    rows = intake.engine.run("SELECT of_table, COUNT(*) AS n FROM in_bad GROUP BY of_table").to_pylist()
    counts |= {row["of_table"]: row["n"] for row in rows}
    for name in (name for name, count in counts.items() if count):
        intake.engine.register(f"in_bad_{name}", sql=f"SELECT * FROM in_bad WHERE of_table = '{name}'")
    return counts


def _register(intake: Intake, one: Supply, hard: list[str]) -> list[str]:
    """Register `in_typed_<table>`; SQL of its bad rows, one part per group of files."""
    table = one.table
    typed, bad = [], []
    places = ", ".join(IDS)
    for relation, casts, _ in one.groups:
        values = ", ".join(
            f"{casts[c.name].typed if c.name in casts else absent(c)} AS {c.name}" for c in table
        )
        typed.append(f"SELECT {values}, {places} FROM {relation}")
        reason = reason_sql(table, casts, hard)
        if reason:
            condition, why, column, value = reason
            bad.append(
                f"SELECT '{table.name}' AS of_table, {places}, {why} AS reason, {column} AS bad_column, "
                f"{value} AS bad_value FROM {relation} WHERE {condition}"
            )
    intake.engine.register(f"in_typed_{table.name}", sql=" UNION ALL ".join(typed))
    return bad


def _waiting(intake: Intake, table: Table, one: Opened) -> str:
    """The file's relation, or of a file read before only the rows that waited for a later night."""
    if _is_new(intake, table, one.file):
        return one.relation
    name = f"{one.relation}_{table.name}"
    intake.engine.register(f"{name}_left", parquet=[intake.ledger.left_file(table.name, one.file.sha256)])
    intake.engine.register(
        name,
        sql=f"SELECT r.* FROM {one.relation} AS r LEFT SEMI JOIN {name}_left AS w "
        "ON w.source_row = r.source_row AND w.piece = r.piece",
    )
    return name


def _is_new(intake: Intake, table: Table, file: LandedFile) -> bool:
    return intake.ledger.known(table.name, file.sha256) is None


def _schema(file: LandedFile) -> pa.Schema:
    try:
        return pq.read_schema(file.path)
    except (pa.ArrowInvalid, OSError):
        raise Refused(
            f"{file.name}: the Parquet file is truncated or broken [{file.path.stat().st_size} bytes]: "
            "deliver it again"
        ) from None


def _word(name: str) -> str:
    return name.replace("'", "")
