"""Accept, flag, refuse: which landed rows of a table enter tonight, and why the others do not.

Reasons in this order: unreadable, missing, cast, duplicate, superseded, orphan. Of two versions of one
key the later updt_time wins (NULL is oldest; ties: later delivery, then file, then row).
"""

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from core.schema import Table
from pipelines.ingest.intake import (
    IDS,
    Intake,
    has_version,
    is_child,
    key_columns,
    keys,
    on,
    rows_sql,
    unit_sql,
)

_NO_PLACE = "CAST(NULL AS STRING)"
_NOTHING = pa.schema(
    [
        *((column, pa.int64()) for column in IDS),
        *((column, pa.string()) for column in ("reason", "bad_column", "bad_value")),
        ("money", pa.decimal128(16, 2)),
    ]
)


@dataclass(frozen=True)
class Verdict:
    """Counts of one table tonight. Relations: `in_scope_<t>`, `in_out_<t>`, `in_skip_<t>`, `in_gone_<t>`."""

    rows: int
    waiting: int
    money: Decimal
    refused: dict[str, int]
    money_refused: Decimal
    money_superseded: Decimal
    unchanged: int
    money_unchanged: Decimal
    replaced: int

    @property
    def new(self) -> int:
        """Rows to be written."""
        return self.rows - sum(self.refused.values()) - self.unchanged

    @property
    def money_new(self) -> Decimal:
        """Their yuan."""
        return self.money - self.money_refused - self.money_unchanged


def judge(intake: Intake, table: Table, *, bad: int, unreadable: int) -> Verdict:
    """Judge the rows of `in_typed_<table>`; children need `in_header` first.

    `bad` rows stand in `in_bad_<table>`; `unreadable` lines never became rows: they count as rows in and
    as refused. A clean table costs few queries: what cannot be there is not asked for.
    """
    name = table.name
    _scope(intake, table)
    rows, waiting, money = _totals(intake, name)
    parts = []
    good = f"in_scope_{name}"
    if bad:
        intake.keep(
            f"in_refused_{name}",
            f"SELECT b.{', b.'.join(IDS)}, b.reason, b.bad_column, b.bad_value, s.money "
            f"FROM in_bad_{name} AS b JOIN in_scope_{name} AS s ON {on('s', 'b')}",
        )
        parts.append(f"SELECT * FROM in_refused_{name}")
        good = f"in_good_{name}"
        intake.engine.register(
            good,
            sql=f"SELECT s.* FROM in_scope_{name} AS s LEFT ANTI JOIN in_bad_{name} AS b ON {on('s', 'b')}",
        )
    versions = _versions(intake, table, good)
    if versions:
        parts.append(f"SELECT * FROM in_version_out_{name}")
        good = _without(intake, f"in_single_{name}", good, f"in_version_out_{name}")
    matched = _against_history(intake, table, good)
    if matched:
        parts.append(_older_than_history(name))
        good = _without(intake, f"in_fresh_{name}", good, f"in_settled_{name}")
    if is_child(table) and intake.keep(f"in_orphan_{name}", _orphans(good)):
        parts.append(f"SELECT * FROM in_orphan_{name}")
    replaced = _gone(intake, table) if matched else 0
    if parts:
        intake.keep(f"in_out_{name}", " UNION ALL ".join(parts))
    else:
        intake.engine.register(f"in_out_{name}", arrow=_NOTHING.empty_table())
    skip = [f"SELECT {', '.join(IDS)} FROM in_out_{name}"]
    unchanged, money_unchanged = 0, Decimal(0)
    if matched:
        skip.append(f"SELECT {', '.join(IDS)} FROM in_match_{name} WHERE new_hash = old_hash")
        unchanged, money_unchanged = _money_of(intake, f"in_match_{name}", "new_hash = old_hash")
    intake.engine.register(f"in_skip_{name}", sql=" UNION ALL ".join(skip))
    nothing: tuple[dict[str, int], Decimal, Decimal] = ({}, Decimal(0), Decimal(0))
    refused, money_refused, superseded = _refused(intake, name) if parts else nothing
    if unreadable:
        refused = {"unreadable": unreadable, **refused}
    return Verdict(
        rows + unreadable,
        waiting,
        money,
        refused,
        money_refused,
        superseded,
        unchanged,
        money_unchanged,
        replaced,
    )


def _scope(intake: Intake, table: Table) -> None:
    """`in_day_<t>`: narrow rows with their day; `in_scope_<t>`: those of tonight."""
    name = table.name
    money = f"r.{table.money}" if table.money else "CAST(NULL AS DECIMAL(16,2))"
    updated = "r.updt_time" if has_version(table) else "CAST(NULL AS TIMESTAMP_NTZ)"
    columns = {
        *table.key,
        *([table.money] if table.money else []),
        *(["updt_time"] if has_version(table) else []),
    }
    day, is_open, state, join = "CAST(NULL AS DATE)", "FALSE", _NO_PLACE, ""
    parent = _NO_PLACE
    if is_child(table):
        columns |= {"setl_id"} | ({"fee_ocur_time"} if name == "fee_list_d" else set())
        day, is_open, state, join = child_day(intake, table)
        columns |= {"mdtrt_id"} & set(table.by_name)
        parent = "r.setl_id"
    elif table.day is not None:
        columns.add(table.day.column)
        day = f"day_of(r.{table.day.column})"
    chosen = [column for column in table.names if column in columns]
    intake.engine.register(
        f"in_day_{name}",
        sql=f"SELECT {', '.join(f'r.{c}' for c in IDS)}, {key_columns(table, 'r')}, {updated} AS updt_time, "
        f"{money} AS money, {day} AS day, {is_open} AS is_open, {state} AS state, {parent} AS parent "
        f"FROM ({rows_sql(intake, table, chosen)}) AS r {join}",
    )
    intake.engine.register(
        f"in_scope_{name}", sql=f"SELECT * FROM in_day_{name} WHERE day IS NULL OR day <= {intake.day}"
    )


def child_day(intake: Intake, table: Table) -> tuple[str, str, str, str]:
    """(day, is it open, header's state, join) of a child row `r`, through `in_header`.

    A fee line without settlement is open on its own day. A diagnosis or operation without settlement
    goes with the visit's settlement, or with the visit's first day.
    """
    join = "LEFT JOIN in_header AS h ON h.setl_id = r.setl_id"
    if table.name == "fee_list_d":
        day = "CASE WHEN r.setl_id IS NULL THEN day_of(r.fee_ocur_time) ELSE "
        return f"{day}COALESCE(h.day, day_of(r.fee_ocur_time)) END", "r.setl_id IS NULL", "h.state", join
    if "mdtrt_id" in table.by_name:
        join += " LEFT JOIN in_visit AS v ON v.mdtrt_id = r.mdtrt_id AND r.setl_id IS NULL"
        return f"COALESCE(h.day, v.day, {intake.day})", "FALSE", "h.state", join
    return f"COALESCE(h.day, {intake.day})", "FALSE", "h.state", join


def _totals(intake: Intake, name: str) -> tuple[int, int, Decimal]:
    now = f"day IS NULL OR day <= {intake.day}"
    (row,) = intake.engine.run(
        f"SELECT COUNT(*) AS n, rows_where({now}) AS tonight, "
        f"SUM(CASE WHEN {now} THEN money END) AS money FROM in_day_{name}"
    ).to_pylist()
    return row["tonight"], row["n"] - row["tonight"], row["money"] or Decimal(0)


def all_money(intake: Intake, name: str) -> Decimal:
    """Parseable yuan of all landed rows, waiting ones included."""
    (row,) = intake.engine.run(f"SELECT SUM(money) AS money FROM in_day_{name}").to_pylist()
    return row["money"] or Decimal(0)


def _without(intake: Intake, name: str, rows: str, out: str) -> str:
    intake.engine.register(
        name, sql=f"SELECT s.* FROM {rows} AS s LEFT ANTI JOIN {out} AS o ON {on('s', 'o')}"
    )
    return name


def _versions(intake: Intake, table: Table, good: str) -> int:
    """Keep `in_version_out_<t>`: identical rows again, and older versions of a key of this landing."""
    name, key = table.name, ", ".join(keys(table))
    if not intake.keep(f"in_repeated_{name}", f"SELECT {key} FROM {good} GROUP BY {key} HAVING COUNT(*) > 1"):
        return 0
    intake.keep(
        f"in_candidate_{name}",
        f"SELECT s.* FROM {good} AS s LEFT SEMI JOIN in_repeated_{name} AS d ON {on('s', 'd', keys(table))}",
    )
    intake.keep(
        f"in_version_{name}",
        f"SELECT c.*, {row_hash(table, 'r')} AS row_hash FROM in_candidate_{name} AS c "
        f"JOIN ({rows_sql(intake, table, table.names)}) AS r ON {on('r', 'c')}",
    )
    places = ", ".join(IDS)
    later = "CASE WHEN updt_time IS NULL THEN 1 ELSE 0 END, updt_time DESC, file_no DESC, source_row DESC, piece DESC"
    value = f"concat_text({', '.join(keys(table))})" if len(table.key) == 1 else "k0"
    return intake.keep(
        f"in_version_out_{name}",
        f"SELECT {places}, CASE WHEN copy > 1 THEN 'duplicate' ELSE 'superseded' END AS reason, "
        f"CASE WHEN copy > 1 THEN '{table.key[0]}' ELSE 'updt_time' END AS bad_column, "
        f"CASE WHEN copy > 1 THEN as_text({value}) ELSE as_text(updt_time) END AS bad_value, money FROM ("
        f"SELECT {places}, {key}, updt_time, money, copy, "
        f"ROW_NUMBER() OVER (PARTITION BY {key}, CASE WHEN copy > 1 THEN 1 ELSE 0 END ORDER BY {later}) AS place "
        f"FROM (SELECT {places}, {key}, updt_time, money, "
        f"ROW_NUMBER() OVER (PARTITION BY {key}, row_hash ORDER BY {places}) AS copy "
        f"FROM in_version_{name}) AS copies) AS placed WHERE copy > 1 OR place > 1",
    )


def row_hash(table: Table, alias: str) -> str:
    """A hash of all declared columns: equal rows, equal hash."""
    return f"text_hash({', '.join(f'{alias}.{name}' for name in table.names)})"


def _against_history(intake: Intake, table: Table, good: str) -> int:
    """Keep `in_match_<t>`: rows whose key is in the warehouse already, with both versions' hashes."""
    name = table.name
    files = intake.warehouse.files(table)
    if not files:
        return 0
    intake.engine.register(f"in_history_{name}", parquet=files)
    updated = "h.updt_time" if has_version(table) else "CAST(NULL AS TIMESTAMP_NTZ)"
    found = intake.keep(
        f"in_found_{name}",
        f"SELECT {', '.join(f's.{c}' for c in (*IDS, *keys(table)))}, s.updt_time, s.money, "
        f"o.old_updated, o.old_unit FROM {good} AS s JOIN "
        f"(SELECT {key_columns(table, 'h')}, {updated} AS old_updated, h.unit_day AS old_unit "
        f"FROM in_history_{name} AS h) AS o ON {on('s', 'o', keys(table))}",
    )
    if not found:
        return 0
    old = ", ".join(f"h.{column}" for column in table.names)
    intake.keep(
        f"in_match_{name}",
        f"SELECT f.*, {row_hash(table, 'r')} AS new_hash, {row_hash(table, 'o')} AS old_hash "
        f"FROM in_found_{name} AS f JOIN ({rows_sql(intake, table, table.names)}) AS r ON {on('r', 'f')} "
        f"JOIN (SELECT {key_columns(table, 'h')}, {old} FROM in_history_{name} AS h) AS o "
        f"ON {on('o', 'f', keys(table))}",
    )
    intake.engine.register(
        f"in_settled_{name}",
        sql=f"SELECT {', '.join(IDS)} FROM in_match_{name} WHERE new_hash = old_hash OR ({_OLDER})",
    )
    return found


_OLDER = "old_updated IS NOT NULL AND (updt_time IS NULL OR updt_time < old_updated)"


def _older_than_history(name: str) -> str:
    return (
        f"SELECT {', '.join(IDS)}, 'superseded' AS reason, 'updt_time' AS bad_column, "
        f"as_text(updt_time) AS bad_value, money FROM in_match_{name} WHERE new_hash <> old_hash AND {_OLDER}"
    )


def _orphans(good: str) -> str:
    return (
        f"SELECT {', '.join(f's.{c}' for c in IDS)}, 'orphan' AS reason, 'setl_id' AS bad_column, "
        f"s.parent AS bad_value, s.money FROM {good} AS s WHERE s.parent IS NOT NULL AND s.state IS NULL"
    )


def _gone(intake: Intake, table: Table) -> int:
    """Keep `in_gone_<t>`: warehouse rows that a newer version replaces, with the unit they lie in."""
    name = table.name
    orphans = f" LEFT ANTI JOIN in_orphan_{name} AS o ON {on('m', 'o')}" if is_child(table) else ""
    return intake.keep(
        f"in_gone_{name}",
        f"SELECT {', '.join(f'm.{c}' for c in keys(table))}, m.old_unit FROM in_match_{name} AS m{orphans} "
        f"WHERE m.new_hash <> m.old_hash AND NOT ({_OLDER})",
    )


def _refused(intake: Intake, name: str) -> tuple[dict[str, int], Decimal, Decimal]:
    rows = intake.engine.run(
        f"SELECT reason, COUNT(*) AS n, SUM(money) AS money FROM in_out_{name} GROUP BY reason"
    ).to_pylist()
    counts = {row["reason"]: row["n"] for row in sorted(rows, key=lambda row: row["reason"])}
    money = {row["reason"]: row["money"] or Decimal(0) for row in rows}
    return counts, sum(money.values(), Decimal(0)), money.get("superseded", Decimal(0))


def _money_of(intake: Intake, name: str, condition: str) -> tuple[int, Decimal]:
    (row,) = intake.engine.run(
        f"SELECT COUNT(*) AS n, SUM(money) AS money FROM {name} WHERE {condition}"
    ).to_pylist()
    return row["n"], row["money"] or Decimal(0)


def units(intake: Intake, tables: list[Table]) -> dict[str, set[str]]:
    """Units that tonight's new rows fall into, by table; dimensions have none. One query for all."""
    parts = [
        f"SELECT DISTINCT '{table.name}' AS of_table, {unit_sql(table, 's.day', 's.is_open')} AS unit "
        f"FROM in_scope_{table.name} AS s LEFT ANTI JOIN in_skip_{table.name} AS o ON {on('s', 'o')}"
        for table in tables
        if table.day is not None
    ]
    rows = intake.engine.run(" UNION ALL ".join(parts)).to_pylist() if parts else []
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["of_table"], set()).add(row["unit"])
    return found
