"""What one intake did, as plain values: for the manifest, the gate page, the 日报."""

import json
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TableReport:
    """Rows and yuan of one table: in = accepted + refused. `waiting` rows are of later days."""

    rows_in: int = 0
    accepted: int = 0
    unchanged: int = 0
    replaced: int = 0
    waiting: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    money_in: str = "0.00"
    money_accepted: str = "0.00"
    money_refused: str = "0.00"
    money_superseded: str = "0.00"
    unknown_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    delivered_columns: tuple[str, ...] = ()
    flags: dict[str, int] = field(default_factory=dict)

    @property
    def rows_refused(self) -> int:
        """All refused rows, superseded ones included."""
        return sum(self.refused.values())

    @property
    def refused_share(self) -> float:
        """Refused rows over rows in; superseded rows were read well and do not count."""
        return (self.rows_refused - self.refused.get("superseded", 0)) / self.rows_in if self.rows_in else 0.0

    @property
    def refused_money_share(self) -> float:
        """Refused yuan over parseable yuan, superseded left out, signs left out of the count."""
        refused = abs(Decimal(self.money_refused) - Decimal(self.money_superseded))
        return float(refused / abs(Decimal(self.money_in))) if Decimal(self.money_in) else 0.0


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """One intake. `judged` are the units new or changed: `setl_date=…`, `open=…`, `event_date=…`."""

    run_id: str
    as_of: str
    inputs: tuple[dict[str, Any], ...] = ()
    tables: dict[str, TableReport] = field(default_factory=dict)
    unknown_tables: tuple[str, ...] = ()
    missing_tables: tuple[str, ...] = ()
    kept_dimensions: tuple[str, ...] = ()
    gate: tuple[dict[str, Any], ...] = ()
    waived: tuple[dict[str, Any], ...] = ()
    refunds: dict[str, Any] = field(default_factory=dict)
    judged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)

    @classmethod
    def load(cls, path: Path) -> "IngestReport":
        """A saved report."""
        return cls.from_json(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "IngestReport":
        """Back from `to_json`."""
        tables = {name: _table(values) for name, values in content["tables"].items()}
        lists = {key: tuple(value) for key, value in content.items() if isinstance(value, list | tuple)}
        return cls(**{**content, **lists, "tables": tables})


def _table(values: dict[str, Any]) -> TableReport:
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list | tuple)}
    return TableReport(**{**values, **lists})
