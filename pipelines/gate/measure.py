"""The engine measures the tables' batches for all their checks in one pass: one wide row a table."""

from collections.abc import Mapping
from typing import Any

from core.engine import Engine
from pipelines.gate.suites import REFUSED, Check


def profiles(
    engine: Engine, batches: Mapping[str, str], suites: Mapping[str, list[Check]]
) -> dict[str, dict[str, Any]]:
    """Per table c<n>_total, c<n>_unexpected and c<n>_share of each row check, all tables in one query.

    An empty batch has shares of 0.
    """
    counted = {name: _pairs(checks) for name, checks in suites.items()}
    width = max((len(pairs) for pairs in counted.values()), default=0)
    parts = []
    for name, pairs in counted.items():
        values = [text for pair in pairs.values() for text in pair] + ["COUNT(*)"] * 2 * (width - len(pairs))
        measures = ", ".join(f"{text} AS m{place}" for place, text in enumerate(values))
        parts.append(f"SELECT '{name}' AS of_table, {measures} FROM {batches[name]}")
    rows = (
        {row["of_table"]: row for row in engine.run(" UNION ALL ".join(parts)).to_pylist()} if parts else {}
    )
    return {name: _shares(pairs, rows[name]) for name, pairs in counted.items()}


def _pairs(checks: list[Check]) -> dict[int, tuple[str, str]]:
    """Place of a row check → SQL of its total and of its unexpected rows."""
    return {place: _counted(check) for place, check in enumerate(checks) if check.kind != "refused_money"}


def _shares(pairs: Mapping[int, tuple[str, str]], row: Mapping[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, place in enumerate(pairs):
        total, unexpected = row[f"m{2 * number}"], row[f"m{2 * number + 1}"]
        found[f"c{place}_total"], found[f"c{place}_unexpected"] = total, unexpected
        found[f"c{place}_share"] = unexpected / total if total else 0.0
    return found


def _counted(check: Check) -> tuple[str, str]:
    if check.kind == "refused_rows":
        return "COUNT(*)", f"COUNT({REFUSED})"
    if check.kind == "not_null":
        return "COUNT(*)", f"rows_where({check.column} IS NULL)"
    values = ", ".join(f"'{value}'" for value in check.values)
    return f"COUNT({check.column})", f"rows_where({check.column} NOT IN ({values}))"
