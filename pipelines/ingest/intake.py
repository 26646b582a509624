"""What every step of one intake knows: engine, folders, day, ledger. Names of relations start with `in_`."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from core.engine import Engine
from core.schema import Column, Privacy, Table, Type
from core.settings import Settings
from pipelines.ingest.landing import LandedFile
from pipelines.ingest.ledger import Ledger
from pipelines.warehouse import OPEN, Warehouse

IDS = ("file_no", "source_row", "piece")
"""A landed row's place: file, row in it, and which of the rows made from that row."""


@dataclass
class Intake:
    """One intake on its way."""

    engine: Engine
    warehouse: Warehouse
    folder: Path
    as_of: date
    run_id: str
    settings: Settings
    ledger: Ledger
    files: list[LandedFile] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    """Rows of each file that was opened, unreadable lines included."""

    @property
    def home(self) -> Path:
        """Where everything of this installation lies."""
        return self.warehouse.home

    @property
    def hashed(self) -> bool:
        """Identities become tokens at the door."""
        return self.settings.privacy == "hashed"

    @property
    def day(self) -> str:
        """The day this intake speaks about, as SQL."""
        return f"DATE '{self.as_of}'"

    def number(self, file: LandedFile) -> int:
        """The file's number in this intake; later files have larger numbers."""
        if file not in self.files:
            self.files.append(file)
        return self.files.index(file)

    def keep(self, name: str, sql: str) -> int:
        """Compute a small relation once; how many rows it has."""
        self.engine.register(name, sql=sql, keep=True)
        return self.engine.count(name)

    def register_files(self) -> None:
        """`in_files`: number, name and hash of every file."""
        rows = {
            "file_no": pa.array(range(len(self.files)), pa.int64()),
            "source_file": pa.array([file.name for file in self.files], pa.string()),
            "file_hash": pa.array([file.sha256 for file in self.files], pa.string()),
        }
        self.engine.register("in_files", arrow=pa.table(rows))


def on(left: str, right: str, columns: tuple[str, ...] = IDS) -> str:
    """`left.a = right.a AND …`."""
    return " AND ".join(f"{left}.{column} = {right}.{column}" for column in columns)


def keys(table: Table) -> tuple[str, ...]:
    """Names under which a table's key travels: k0, k1, …"""
    return tuple(f"k{place}" for place in range(len(table.key)))


def key_columns(table: Table, alias: str) -> str:
    """The key's columns as k0, k1, …; an optional part that is NULL counts as empty."""
    parts = []
    for name, column in zip(keys(table), table.key, strict=True):
        declared = table.by_name[column]
        value = f"{alias}.{column}"
        if not declared.required and declared.type is Type.TEXT:
            value = f"COALESCE({value}, '')"
        parts.append(f"{value} AS {name}")
    return ", ".join(parts)


def rows_sql(intake: Intake, table: Table, columns: list[str]) -> str:
    """Landed rows of a table, typed, identities as tokens: the chosen columns and the row's place."""
    chosen = [table.by_name[name] for name in columns]
    secret = [column for column in chosen if intake.hashed and column.privacy is Privacy.PSEUDONYM]
    values = [_value(column, secret) for column in chosen]
    joins = [
        f"LEFT JOIN in_token AS n_{column.name} ON n_{column.name}.plain = t.{column.name}"
        for column in secret
    ]
    places = ", ".join(f"t.{name}" for name in IDS)
    return f"SELECT {', '.join([*values, places])} FROM in_typed_{table.name} AS t {' '.join(joins)}"


def _value(column: Column, secret: list[Column]) -> str:
    return f"n_{column.name}.token AS {column.name}" if column in secret else f"t.{column.name}"


def has_version(table: Table) -> bool:
    """Transactions carry vali_flag and updt_time; dimensions do not."""
    return "updt_time" in table.by_name


def is_child(table: Table) -> bool:
    """Its day is the day of its settlement."""
    return table.parent is not None


def unit_sql(table: Table, day: str, is_open: str) -> str:
    """The partition's name as SQL text: `label=YYYY-MM-DD`."""
    if table.day is None:
        return "CAST(NULL AS STRING)"
    label = f"'{table.day.label}='"
    if table.name == "fee_list_d":
        label = f"CASE WHEN {is_open} THEN '{OPEN}=' ELSE {label} END"
    return f"concat_text({label}, as_text({day}))"


def unit_day_sql(table: Table, unit: str) -> str:
    """The day of a unit text as SQL."""
    if table.day is None:
        return "CAST(NULL AS DATE)"
    place = len(table.day.label) + 2
    if table.name == "fee_list_d":
        return (
            f"CASE WHEN starts_with_text({unit}, '{OPEN}=') THEN read_date(part_of_text({unit}, 6, 10)) "
            f"ELSE read_date(part_of_text({unit}, {place}, 10)) END"
        )
    return f"read_date(part_of_text({unit}, {place}, 10))"
