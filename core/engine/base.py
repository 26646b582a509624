"""The protocol of five verbs: register, run, write, count, by_key."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from core.schema import Table

KeyFunction = Callable[[pa.Table], pa.Table]
"""Rows of one key in (sorted as asked), rows of the declared schema out."""


class Engine(Protocol):
    """A place where canonical SQL runs.

    Relations have plain names; a name may be registered again. All SQL is canonical (see `core.sql`).
    """

    name: str

    def register(
        self,
        name: str,
        *,
        sql: str | None = None,
        parquet: Sequence[Path] | None = None,
        arrow: pa.Table | None = None,
        keep: bool = False,
        numbered: bool = False,
    ) -> None:
        """Give `name` to a relation: SQL over other names, Parquet files of one shape, or Arrow rows.

        `keep` computes it once and holds the rows (for relations read more than once). `numbered` adds to
        Parquet rows the file's own name and their place in it, from 1: source_file, source_row.
        """
        ...

    def run(self, sql: str) -> pa.Table:
        """Rows of a query as Arrow. For what fits a screen or a model matrix, never for the day's rows."""
        ...

    def write(self, name: str, folder: Path, *, table: Table, extra: str = "", by: str | None = None) -> None:
        """Write relation `name` as Parquet into the new `folder`, in the types `table` declares.

        `extra` lists further columns (`"raw TEXT, …"`) after the declared ones; `by` splits into
        `<by>=<value>/` folders. An empty relation is one file without rows.
        """
        ...

    def count(self, name: str) -> int:
        """Rows of a relation."""
        ...

    def by_key(
        self,
        name: str,
        source: str,
        *,
        key: str,
        order: Sequence[str],
        function: KeyFunction,
        schema: pa.Schema,
    ) -> None:
        """Register `name` as `function` applied to each group of `source` with equal `key`.

        Rows of a group arrive sorted by `order`. Where networkx per component and models run.
        """
        ...

    def close(self) -> None:
        """Give back memory, temporary files and sessions."""
        ...


def declared_columns(table: Table, extra: Sequence[tuple[str, str]], dialect: str) -> list[tuple[str, str]]:
    """(name, engine type) of a table's columns and the bookkeeping columns after them."""
    from core.schema import Type

    columns = [(c.name, getattr(c.type, dialect)) for c in table]
    columns += [(name, getattr(Type[kind], dialect)) for name, kind in extra]
    return columns


def parse_extra(extra: str) -> list[tuple[str, str]]:
    """`"raw TEXT, source_row WHOLE"` as pairs of name and type word."""
    pairs = [part.split() for part in extra.split(",") if part.strip()]
    return [(name, kind) for name, kind in pairs]


def arrow_schema(columns: Sequence[tuple[str, str]]) -> pa.Schema:
    """Arrow schema of (name, DuckDB type) pairs: for the empty file of an empty partition."""
    return pa.schema([(name, _arrow_type(kind)) for name, kind in columns])


def _arrow_type(kind: str) -> pa.DataType:
    if kind.startswith("DECIMAL"):
        precision, scale = kind[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return {
        "VARCHAR": pa.string(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "BOOLEAN": pa.bool_(),
        "VARCHAR[]": pa.list_(pa.string()),
    }[kind]
