"""The engine measures a table's batch for all its checks in one pass: one wide row."""

from typing import Any

from core.engine import Engine
from pipelines.gate.suites import REFUSED, Check


def batch_columns(checks: list[Check]) -> list[str]:
    """Columns of the batch that the checks look at."""
    return sorted({check.column for check in checks if check.column})


def profile(engine: Engine, batch: str, checks: list[Check]) -> dict[str, Any]:
    """c<n>_total, c<n>_unexpected and c<n>_share per row check. An empty batch has shares of 0."""
    measures = []
    for place, check in enumerate(checks):
        if check.kind == "refused_money":
            continue
        total, unexpected = _counted(check)
        measures += [f"{total} AS c{place}_total", f"{unexpected} AS c{place}_unexpected"]
    (row,) = engine.run(f"SELECT {', '.join(measures)} FROM {batch}").to_pylist()
    for place, check in enumerate(checks):
        if check.kind != "refused_money":
            total = row[f"c{place}_total"]
            row[f"c{place}_share"] = row[f"c{place}_unexpected"] / total if total else 0.0
    return dict(row)


def _counted(check: Check) -> tuple[str, str]:
    if check.kind == "refused_rows":
        return "COUNT(*)", f"COUNT({REFUSED})"
    if check.kind == "not_null":
        return "COUNT(*)", f"rows_where({check.column} IS NULL)"
    values = ", ".join(f"'{value}'" for value in check.values)
    return f"COUNT({check.column})", f"rows_where({check.column} NOT IN ({values}))"
