"""DuckDB, the embedded default: no server, no JVM, spills to disk."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from core.engine.base import KeyFunction, arrow_schema, declared_columns, parse_extra
from core.schema import Table
from core.settings import DuckdbSettings
from core.sql import render_relation

_AT_ONCE = 1_000_000
"""Rows that are sorted and split in memory at once when a relation is written by days."""


class DuckdbEngine:
    """Engine protocol over one in-memory DuckDB connection."""

    name = "duckdb"

    def __init__(self, settings: DuckdbSettings) -> None:
        self._scratch = TemporaryDirectory(prefix="fundguard-duckdb-")
        config: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": self._scratch.name,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if settings.threads:
            config["threads"] = settings.threads
        if settings.memory_limit:
            config["memory_limit"] = settings.memory_limit
        self._connection = duckdb.connect(":memory:", config=config)
        self._connection.execute("SET TimeZone = 'UTC'")

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
        """See `Engine.register`."""
        if sql is not None:
            text = render_relation(sql, "duckdb", where=name)
        elif parquet is not None:
            files = ", ".join(_quote(str(path)) for path in parquet)
            text = f"SELECT * FROM read_parquet([{files}], hive_partitioning = false)"
            if numbered:
                text = (
                    "SELECT * EXCLUDE (filename, file_row_number), parse_filename(filename) AS source_file, "
                    f"file_row_number + 1 AS source_row FROM read_parquet([{files}], "
                    "hive_partitioning = false, filename = true, file_row_number = true)"
                )
        elif arrow is not None:
            self._connection.register("_arrow", arrow)
            self._drop(name)
            self._connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM _arrow')
            self._connection.unregister("_arrow")
            return
        else:
            raise ValueError(f"{name}: register needs sql, parquet or arrow")
        if keep:
            # Under a passing name first, so that a relation may be redefined from itself.
            self._connection.execute(f'CREATE OR REPLACE TABLE "_new" AS {text}')
            self._drop(name)
            self._connection.execute(f'ALTER TABLE "_new" RENAME TO "{name}"')
            return
        self._drop(name)
        self._connection.execute(f'CREATE VIEW "{name}" AS {text}')

    def run(self, sql: str) -> pa.Table:
        """See `Engine.run`."""
        return self._connection.sql(render_relation(sql, "duckdb")).to_arrow_table()

    def write(self, name: str, folder: Path, *, table: Table, extra: str = "", by: str | None = None) -> None:
        """See `Engine.write`."""
        folder.mkdir(parents=True)
        columns = declared_columns(table, parse_extra(extra), "duckdb")
        chosen = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in columns)
        order = ", ".join(f'"{key}"' for key in table.key)
        if by is None:
            self._connection.execute(
                f'COPY (SELECT {chosen} FROM "{name}" ORDER BY {order}) '
                f"TO {_quote(str(folder / 'part-0.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
            )
            return
        self._write_days(f'SELECT {chosen}, CAST("{by}" AS VARCHAR) AS "_by" FROM "{name}"', folder, order)
        for part in sorted(folder.glob("_by=*")):
            part.rename(folder / part.name.replace("_by=", f"{by}=", 1))
        if not any(folder.iterdir()):
            pq.write_table(arrow_schema(columns).empty_table(), folder / "part-0.parquet")

    def _write_days(self, rows: str, folder: Path, order: str) -> None:
        """Split rows into `_by=<value>/` folders.

        Streamed to one flat file first, then sorted and split some days at a time: sorting and splitting
        everything at once would hold all of it in memory.
        """
        flat = folder / "_flat.parquet"
        read = f"read_parquet({_quote(str(flat))})"
        run = self._connection.execute
        run(f"COPY ({rows}) TO {_quote(str(flat))} (FORMAT parquet, COMPRESSION snappy)")
        sizes = run(f'SELECT "_by", COUNT(*) FROM {read} GROUP BY "_by" ORDER BY "_by"').fetchall()
        if any(value is None for value, _ in sizes):
            raise ValueError(f"{folder.name}: a row to be split has no value to split by")
        for number, (first, last) in enumerate(_batches(sizes)):
            split = folder / f"_split-{number}"
            run(
                f'COPY (SELECT * FROM {read} WHERE "_by" BETWEEN {_quote(first)} AND {_quote(last)} '
                f'ORDER BY "_by", {order}) TO {_quote(str(split))} '
                "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (_by))"
            )
            for part in sorted(split.glob("_by=*")):
                part.rename(folder / part.name)
            split.rmdir()
        flat.unlink()

    def count(self, name: str) -> int:
        """See `Engine.count`."""
        # All rows are fetched: an unfinished result would block the next statement.
        rows = self._connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchall()
        return int(rows[0][0])

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
        """See `Engine.by_key`."""
        ordering = ", ".join(f'"{column}"' for column in (key, *order))
        rows = self._connection.sql(f'SELECT * FROM "{source}" ORDER BY {ordering}').to_arrow_table()
        results = [function(group).cast(schema) for group in _groups(rows, key)]
        self.register(name, arrow=pa.concat_tables(results) if results else schema.empty_table())

    def close(self) -> None:
        """See `Engine.close`."""
        self._connection.close()
        self._scratch.cleanup()

    def _drop(self, name: str) -> None:
        for kind in ("VIEW", "TABLE"):
            try:
                self._connection.execute(f'DROP {kind} IF EXISTS "{name}"')
            except duckdb.CatalogException:
                continue


def _batches(sizes: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """(first, last) values of consecutive batches of about `_AT_ONCE` rows."""
    batches: list[tuple[str, str]] = []
    held = _AT_ONCE
    for value, rows in sizes:
        if held + rows > _AT_ONCE:
            batches.append((value, value))
            held = 0
        batches[-1] = (batches[-1][0], value)
        held += rows
    return batches


def _groups(rows: pa.Table, key: str) -> list[pa.Table]:
    """Slices of equal key of a table sorted by it."""
    if rows.num_rows == 0:
        return []
    runs = pa.compute.run_end_encode(rows[key].combine_chunks())
    ends = runs.run_ends.to_pylist()
    starts = [0, *ends[:-1]]
    return [rows.slice(start, end - start) for start, end in zip(starts, ends, strict=True)]


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
