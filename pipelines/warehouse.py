"""The warehouse on disk: one folder per table, one partition per day, replaced as a whole.

    HOME/warehouse/<table>/<label>=YYYY-MM-DD/*.parquet     transactions and results
    HOME/warehouse/<table>/*.parquet                        dimensions

Writing is stage, check, rename: a partition is either the old one or the new one, never half of one.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.engine import Engine
from core.engine.base import arrow_schema, declared_columns, parse_extra
from core.schema import LANDING, RESULTS, TABLES, Table

BOOKKEEPING = "dq_flags TEXT_LIST, source_file TEXT, source_row WHOLE, file_hash TEXT, unit_day TEXT"
"""What every landed row carries beside its declared columns; `unit_day` is the partition it lies in."""

RUN_DATE = "run_date"
OPEN = "open"


@dataclass(frozen=True)
class Warehouse:
    """The tables under one HOME."""

    home: Path

    def folder(self, table: str) -> Path:
        """Where a table lives."""
        return self.home / "warehouse" / table

    def labels(self, table: Table) -> tuple[str, ...]:
        """Partition labels of a table; fee lines without a settlement lie under `open`."""
        if table.name in RESULTS:
            return (RUN_DATE,)
        if table.day is None:
            return ()
        return (table.day.label, OPEN) if table.name == "fee_list_d" else (table.day.label,)

    def partitions(self, table: Table) -> dict[str, Path]:
        """`label=day` → folder, sorted by label and day."""
        folder = self.folder(table.name)
        return {
            path.name: path
            for label in self.labels(table)
            for path in sorted(folder.glob(f"{label}=????-??-??"))
        }

    def files(self, table: Table, *, since: date | None = None, until: date | None = None) -> list[Path]:
        """Parquet files of a dimension, or of the partitions whose day lies in [since, until]."""
        if not self.labels(table):
            return sorted(self.folder(table.name).glob("*.parquet"))
        chosen: list[Path] = []
        for name, path in self.partitions(table).items():
            day = date.fromisoformat(name.split("=", 1)[1])
            if (since is None or day >= since) and (until is None or day <= until):
                chosen.extend(sorted(path.glob("*.parquet")))
        return chosen

    def register(
        self,
        engine: Engine,
        table: str,
        *,
        name: str | None = None,
        since: date | None = None,
        until: date | None = None,
        units: Sequence[str] | None = None,
    ) -> None:
        """Register a table on the engine as of `until`, as `name`: nothing later is seen.

        Of a table by days only those from `since` on, or only the `units` (`label=day`). A table without
        files is an empty relation of its declared shape. Of a stay that ends after `until` the end is not
        known yet.
        """
        declared, name = TABLES[table], name or table
        files = self.files(declared, since=since, until=until) if units is None else self._of(declared, units)
        if not files:
            engine.register(name, arrow=empty(declared))
            return
        if table == "mdtrt_d" and until is not None:
            engine.register(f"{name}_landed", parquet=files)
            kept = [c for c in declared.names if c not in ("endtime", "inhosp_stas")]
            known = f"day_of(endtime) <= DATE '{until}'"
            engine.register(
                name,
                sql=f"SELECT {', '.join(kept)}, CASE WHEN {known} THEN endtime END AS endtime, "
                f"CASE WHEN {known} OR endtime IS NULL THEN inhosp_stas ELSE '1' END AS inhosp_stas, "
                f"dq_flags, unit_day FROM {name}_landed",
            )
            return
        engine.register(name, parquet=files)

    def holding(self, table: str, units: Sequence[str]) -> list[str]:
        """Those of the units (`label=day`) whose partition of a table has rows."""
        there = self.partitions(TABLES[table])
        files = {unit: there[unit].glob("*.parquet") for unit in units if unit in there}
        return [unit for unit in files if any(pq.read_metadata(file).num_rows for file in files[unit])]

    def _of(self, table: Table, units: Sequence[str]) -> list[Path]:
        """Parquet files of the partitions with these names."""
        there = self.partitions(table)
        return [file for unit in units if unit in there for file in sorted(there[unit].glob("*.parquet"))]

    def replace(self, table: str, partition: str, staged: Path) -> None:
        """Put a staged folder in the place of a partition (or of a whole dimension: partition "")."""
        target = self.folder(table) / partition if partition else self.folder(table)
        old = target.with_name(target.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rename(old)
        staged.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def empty(table: Table) -> pa.Table:
    """No rows, in the declared shape (landing tables with their bookkeeping columns)."""
    extra = parse_extra(BOOKKEEPING) if table.name in LANDING else []
    return arrow_schema(declared_columns(table, extra, "duckdb")).empty_table()


def digest_sql(table: Table, relation: str, by: str | None = None) -> str:
    """SQL for a digest of a relation (per value of `by`): equal rows in any order, equal digest.

    Each row is hashed over its declared columns (doubles at 12 significant digits) and the hashes are
    summed, so that neither row order nor file layout matters: rows, d1, d2.
    """
    values = []
    for column in table:
        kind = column.type.name
        if kind == "NUMBER":
            values.append(f"float_text({column.name})")
        elif kind == "TEXT_LIST":
            values.append(f"join_texts({column.name}, ',')")
        else:
            values.append(column.name)
    select = f"{by} AS part, " if by else "'' AS part, "
    return (
        "SELECT part, COUNT(*) AS n, SUM(hash_digits(h, 1)) AS d1, SUM(hash_digits(h, 16)) AS d2 FROM "
        f"(SELECT {select}text_hash({', '.join(values)}) AS h FROM {relation}) AS hashed GROUP BY part"
    )


def digests(engine: Engine, table: Table, relation: str, by: str | None = None) -> dict[str, str]:
    """Digest per value of `by` ('' for the whole relation) as `rows:hex`."""
    rows: Iterable[dict[str, object]] = engine.run(digest_sql(table, relation, by)).to_pylist()
    return {
        str(row["part"]): f"{row['n']}:{int(row['d1']):x}{int(row['d2']):x}"  # type: ignore[call-overload]
        for row in rows
    }
