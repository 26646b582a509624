"""A rule file's examples are its tests: all of a grain run as rows of one query, on either engine."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

import features
from core.engine import Engine
from core.engine.base import arrow_schema, declared_columns
from core.errors import Refused
from core.schema import LANDING
from rules_kb.compiler import Pack, judge_candidates, register_points
from rules_kb.rule import Example, Rule


@dataclass(frozen=True)
class Outcome:
    """What an example should give and what it gave."""

    rule_id: str
    example: str
    want: str
    got: str
    want_amount: str | None
    got_amount: str | None

    @property
    def holds(self) -> bool:
        """Whether the example holds."""
        return self.want == self.got and self.want_amount in (None, self.got_amount)


def run_examples(engine: Engine, pack: Pack, grain: str) -> list[Outcome]:
    """Run every example of a grain's rules. Refused when an example names a fact the grain lacks."""
    _register_nothing(engine)
    points, kinds = register_points(engine, pack, grain)
    features.register(engine, grain)
    shape = engine.run(f"SELECT * FROM {grain} LIMIT 0").schema
    cases = [(n, rule, i) for n, (rule, _) in enumerate(pack.of(grain), 1) for i in range(len(rule.examples))]
    rows, point_rows = [], []
    for number, rule, index in cases:
        row, point = _rows(rule, rule.examples[index], number, f"{rule.id}#{index}", grain, shape, points)
        rows.append(row)
        point_rows.append(point)
    engine.register("example", arrow=pa.Table.from_pylist(rows, schema=shape))
    if kinds:
        columns = engine.run(f"SELECT * FROM point_{grain} LIMIT 0").schema
        chosen = [p for p, (_, rule, _) in zip(point_rows, cases, strict=True) if rule.knowledge]
        engine.register(f"point_{grain}", arrow=pa.Table.from_pylist(chosen, schema=columns))
    judged = judge_candidates(engine, pack, grain, "example", points, kinds)
    spoken = {
        (row["rule_id"], row["candidate_key"]): row
        for row in engine.run(
            f"SELECT rule_id, candidate_key, verdict, result, vola_amt FROM {judged}"
        ).to_pylist()
    }
    outcomes = []
    for _, rule, index in cases:
        example = rule.examples[index]
        found = spoken.get((rule.id, f"{rule.id}#{index}"))
        got = "pass"
        if found is not None:
            got = "hit" if found["verdict"] == "hit" else found["result"]
            got = "suspect" if found["verdict"] == "unknown" and got == "indicator" else got
        amount = None if found is None or found["vola_amt"] is None else str(found["vola_amt"])
        outcomes.append(Outcome(rule.id, example.name, example.then, got, example.amount, amount))
    return outcomes


def _register_nothing(engine: Engine) -> None:
    """Empty landing tables, so that a grain's shape can be asked for without data."""
    for table in LANDING.values():
        columns = [*declared_columns(table, [("dq_flags", "TEXT_LIST")], "duckdb")]
        engine.register(table.name, arrow=arrow_schema(columns).empty_table())
    engine.register("judged_day", arrow=pa.table({"judged_day": pa.array([], pa.string())}))


def _rows(
    rule: Rule,
    example: Example,
    number: int,
    key: str,
    grain: str,
    shape: pa.Schema,
    points: dict[str, dict[str, str]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    day = rule.valid.from_
    row: dict[str, Any] = dict.fromkeys(shape.names)
    point: dict[str, Any] = {
        "rule_no": number,
        "rule_id": rule.id,
        "point_id": key,
        "hilist_code": key,
        "begndate": day,
        "verify_status": "verified",
    }
    row |= {"stage": rule.stages[-1], "service_date": day, "judged_day": "example", "fixmedins_code": "H"}
    for name, value in example.given.items():
        table, _, column = name.partition(".")
        if table == grain and column in shape.names:
            row[column] = _typed(value, shape.field(column).type)
        elif table == rule.alias and column in points[rule.id]:
            target = points[rule.id][column]
            point[target] = _typed(value, _arrow(target))
            if column in ("begndate", "enddate", "verify_status"):
                point[column] = value
        else:
            raise Refused(f"{rule.id}.yaml: example [{example.name}] gives unknown fact [{name}]")
    # Last: the key ties row and point together whatever the example says of the code.
    row |= {"candidate_key": key}
    for tie in ("hilist_code", "rule_id", "point_id"):
        if tie in shape.names and rule.knowledge:
            row[tie] = point[tie]
    return row, point


def _arrow(column: str) -> pa.DataType:
    kind = column.rsplit("_", 1)[1]
    if kind == "decimal":
        return pa.decimal128(38, 4)
    return {"string": pa.string(), "bigint": pa.int64(), "date": pa.date32()}[kind]


def _typed(value: Any, kind: pa.DataType) -> Any:
    if value is None or isinstance(value, list | bool | date):
        return value
    if pa.types.is_decimal(kind):
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-kind.scale))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return str(value)
    return value
