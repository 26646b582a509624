"""The report's door to the warehouse: register what is asked for, and ask for what fits a screen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from core.engine import Engine
from core.schema import LANDING, TABLES
from pipelines.warehouse import Warehouse, empty

VALID = "COALESCE(vali_flag, '1') <> '0'"


@dataclass(frozen=True)
class Tables:
    """An engine and the warehouse of one HOME, as of a day."""

    engine: Engine
    warehouse: Warehouse
    as_of: date

    def result(self, name: str) -> str:
        """Register a result table as the run of the day wrote it; returns its name."""
        self.warehouse.register(self.engine, name, since=self.as_of, until=self.as_of)
        return name

    def history(self, name: str) -> str | None:
        """Register all runs of a result table up to the day as `<name>_history`; None: no run yet."""
        files = self.warehouse.files(TABLES[name], until=self.as_of)
        if not files:
            return None
        self.engine.register(f"{name}_history", parquet=files)
        return f"{name}_history"

    def before(self, name: str) -> tuple[str, date | None]:
        """Register the run before this day as `<name>_before`; returns its name and day (None: none)."""
        days = [date.fromisoformat(p.split("=", 1)[1]) for p in self.warehouse.partitions(TABLES[name])]
        earlier = [day for day in days if day < self.as_of]
        last = max(earlier, default=None)
        files = self.warehouse.files(TABLES[name], since=last, until=last) if last else []
        if files:
            self.engine.register(f"{name}_before", parquet=files)
        else:
            self.engine.register(f"{name}_before", arrow=empty(TABLES[name]))
        return f"{name}_before", last

    def landed(self, name: str, *, since: date | None = None) -> str:
        """Register a landed table as of the day; returns its name."""
        self.warehouse.register(self.engine, name, since=since, until=self.as_of)
        return name

    def units(self, name: str, units: Iterable[str], alias: str) -> str:
        """Register the partitions of a landed table that a run judged; returns `alias`."""
        wanted = set(units)
        parts = self.warehouse.partitions(TABLES[name])
        files = [
            file
            for part, folder in parts.items()
            if part in wanted
            for file in sorted(folder.glob("*.parquet"))
        ]
        if files:
            self.engine.register(alias, parquet=files)
        else:
            self.engine.register(alias, arrow=empty(TABLES[name]))
        return alias

    def present(self) -> list[str]:
        """Landing tables with any rows on disk."""
        return [name for name, table in LANDING.items() if self.warehouse.files(table)]

    def ids(self, name: str, values: Iterable[str | None], column: str = "id") -> str:
        """Register distinct texts as a one-column relation to semi-join with."""
        kept = sorted({value for value in values if value})
        self.engine.register(name, arrow=pa.table({column: pa.array(kept, pa.string())}))
        return name

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a query, as plain values."""
        found: list[dict[str, Any]] = self.engine.run(sql).to_pylist()
        return found

    def one(self, sql: str) -> dict[str, Any]:
        """The single row of an aggregate."""
        return self.rows(sql)[0]


def listed(columns: Sequence[str], alias: str) -> str:
    """Columns with their relation's alias, for a SELECT."""
    return ", ".join(f"{alias}.{column}" for column in columns)


def decimal(value: Any) -> Decimal:
    """A sum as money; nothing is 0."""
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
