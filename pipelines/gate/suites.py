"""Expectation suites, emitted from the schema; limits and severities from `conf/…/gate.yaml`."""

from dataclasses import asdict, dataclass
from typing import Any

from core.errors import UsageError
from core.schema import Table
from core.schema.dictionaries import dictionaries
from core.settings import GateSettings

REFUSED = "refused_reason"
_KINDS = ("refused_rows", "refused_money", "not_null", "in_set")


@dataclass(frozen=True)
class Check:
    """One expectation: of `column` (or of the table), at most `max_share` of the rows may fail it."""

    name: str
    kind: str
    column: str | None
    max_share: float
    severity: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What the gate says of one check. `success` is the bare verdict; a waived stop does not stop."""

    check: str
    table: str
    severity: str
    max_share: float
    unexpected: int
    total: int
    share: float
    success: bool
    waived: bool = False

    @property
    def stops(self) -> bool:
        """A failed stop that nobody waived."""
        return not self.success and self.severity == "stop" and not self.waived

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def suite(table: Table, columns: tuple[str, ...], settings: GateSettings) -> list[Check]:
    """Checks of a table for the columns that were delivered. UsageError: an unknown check in conf."""
    checks = [_check(table, "refused_rows", None, settings)]
    if table.money and table.money in columns:
        checks.append(_check(table, "refused_money", None, settings))
    known = dictionaries()
    for column in table:
        if column.name not in columns:
            continue
        if column.required:
            checks.append(_check(table, "not_null", column.name, settings))
        if column.dictionary:
            checks.append(_check(table, "in_set", column.name, settings, known[column.dictionary]))
    names = {check.name.split(".", 1)[1] for check in checks} | {
        c.name + k for c in table for k in (".not_null", ".in_set")
    }
    for name in settings.thresholds.get(table.name, {}):
        if name not in names | set(_KINDS):
            raise UsageError(
                f"gate.yaml: {table.name}: unknown check [{name}]: see docs/ingest.md for their names"
            )
    return checks


def _check(
    table: Table, kind: str, column: str | None, settings: GateSettings, values: tuple[str, ...] = ()
) -> Check:
    own = f"{column}.{kind}" if column else kind
    hard = kind.startswith("refused")
    limit = {"max_share": settings.refused_share if hard else 0.05, "severity": "stop" if hard else "warn"}
    for layer in ("*", table.name):
        for name in (kind, own):
            limit |= settings.thresholds.get(layer, {}).get(name, {})
    return Check(
        f"{table.name}.{own}", kind, column, float(limit["max_share"]), str(limit["severity"]), values
    )
