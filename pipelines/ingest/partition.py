"""New rows and the kept rows of the days they touch, staged as whole partitions."""

from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from core.errors import Refused
from core.schema import Table
from pipelines.ingest.accept import Verdict, child_day
from pipelines.ingest.identities import SUMMED, flags_sql, header_flags, line_flags
from pipelines.ingest.intake import (
    IDS,
    Intake,
    is_child,
    key_columns,
    keys,
    on,
    rows_sql,
    unit_day_sql,
    unit_sql,
)
from pipelines.warehouse import BOOKKEEPING, OPEN, empty

VALID = "COALESCE(vali_flag, '1') <> '0'"


def touched_units(intake: Intake, table: Table, new: set[str], replaced: int, moved: bool) -> set[str]:
    """All units of a table that must be written again."""
    units = set(new)
    if replaced:
        units |= _distinct(intake, f"SELECT DISTINCT old_unit AS unit FROM in_gone_{table.name}")
    if moved and is_child(table) and intake.warehouse.files(table):
        intake.engine.register(f"in_history_{table.name}", parquet=intake.warehouse.files(table))
        units |= _distinct(
            intake,
            "SELECT DISTINCT unit FROM ("
            f"SELECT h.unit_day AS unit FROM in_history_{table.name} AS h JOIN in_moved AS m ON m.setl_id = h.setl_id "
            "UNION ALL SELECT concat_text('setl_date=', as_text(m.day)) AS unit "
            f"FROM in_history_{table.name} AS h JOIN in_moved AS m ON m.setl_id = h.setl_id) AS units",
        )
    return units


def register_moved(intake: Intake, replaced_headers: int) -> int:
    """Keep `in_moved`: settlements accepted tonight whose children lie under another day or a refused header."""
    parts = []
    if replaced_headers:
        parts.append(
            "SELECT s.k0 AS setl_id, s.day FROM in_scope_setl_d AS s "
            f"LEFT ANTI JOIN in_skip_setl_d AS o ON {on('s', 'o')} JOIN in_gone_setl_d AS g ON g.k0 = s.k0 "
            "WHERE g.old_unit <> concat_text('setl_date=', as_text(s.day))"
        )
    if any((intake.home / "ledger" / "header").glob("*.parquet")):
        parts.append(
            "SELECT s.k0 AS setl_id, s.day FROM in_scope_setl_d AS s "
            f"LEFT ANTI JOIN in_skip_setl_d AS o ON {on('s', 'o')} "
            "LEFT SEMI JOIN in_header_ledger AS l ON l.setl_id = s.k0"
        )
    if not parts:
        return 0
    return intake.keep(
        "in_moved", f"SELECT DISTINCT setl_id, day FROM ({' UNION ALL '.join(parts)}) AS moved"
    )


def register_merged(
    intake: Intake, table: Table, units: set[str], *, landed: bool, replaced: int, moved: int
) -> int:
    """`in_merged_<t>`: all rows of the touched units, without flags; how many of them were kept."""
    name = table.name
    declared = ", ".join(table.names)
    extra = "source_file, source_row, file_hash, day, is_open, state"
    parts = []
    if landed:
        day, is_open, state, join = _new_day(intake, table)
        places = ", ".join(f"r.{c}" for c in IDS)
        intake.engine.register(
            f"in_new_{name}",
            sql=f"SELECT {', '.join(f'r.{c}' for c in table.names)}, f.source_file, r.source_row, "
            f"f.file_hash, r.day, r.is_open, r.state FROM ("
            f"SELECT {', '.join(f'r.{c}' for c in table.names)}, {places}, {day} AS day, "
            f"{is_open} AS is_open, {state} AS state FROM ({rows_sql(intake, table, table.names)}) AS r {join}"
            f") AS r JOIN in_files AS f ON f.file_no = r.file_no "
            f"LEFT ANTI JOIN in_skip_{name} AS o ON {on('r', 'o')} "
            f"WHERE r.day IS NULL OR r.day <= {intake.day}",
        )
        parts.append(f"SELECT {declared}, {extra} FROM in_new_{name}")
    kept = _register_kept(intake, table, units, replaced=replaced, moved=moved)
    if kept:
        parts.append(f"SELECT {declared}, {extra} FROM in_kept_{name}")
    if not parts:
        intake.engine.register(f"in_kept_{name}", arrow=empty(table))
        parts.append(
            f"SELECT {declared}, source_file, source_row, file_hash, CAST(NULL AS DATE) AS day, "
            f"FALSE AS is_open, CAST(NULL AS STRING) AS state FROM in_kept_{name}"
        )
    intake.engine.register(f"in_merged_{name}", sql=" UNION ALL ".join(parts))
    return kept


def _new_day(intake: Intake, table: Table) -> tuple[str, str, str, str]:
    if is_child(table):
        return child_day(intake, table)
    day = f"day_of(r.{table.day.column})" if table.day else "CAST(NULL AS DATE)"
    return day, "FALSE", "CAST(NULL AS STRING)", ""


def _register_kept(intake: Intake, table: Table, units: set[str], *, replaced: int, moved: int) -> int:
    name = table.name
    partitions = intake.warehouse.partitions(table)
    files = (
        [
            file
            for unit in sorted(units)
            if unit in partitions
            for file in sorted(partitions[unit].glob("*.parquet"))
        ]
        if table.day is not None
        else intake.warehouse.files(table)
    )
    if not files:
        return 0
    intake.engine.register(f"in_old_{name}", parquet=files)
    day, state, join = unit_day_sql(table, "h.unit_day"), "CAST(NULL AS STRING)", ""
    if name == "fee_list_d":
        state = "CASE WHEN list_has(h.dq_flags, 'header_refused') THEN 'refused' END"
    if moved and is_child(table):
        join = "LEFT JOIN in_moved AS m ON m.setl_id = h.setl_id"
        day = f"COALESCE(m.day, {day})"
        state = f"CASE WHEN m.setl_id IS NULL THEN {state} END"
    is_open = f"starts_with_text(h.unit_day, '{OPEN}=')" if name == "fee_list_d" else "FALSE"
    gone = ""
    if replaced:
        gone = f"LEFT ANTI JOIN in_gone_{name} AS g ON {on('h', 'g', keys(table))}"
    intake.engine.register(
        f"in_kept_{name}",
        sql=f"SELECT {', '.join(f'h.{c}' for c in table.names)}, h.source_file, h.source_row, h.file_hash, "
        f"{day} AS day, {is_open} AS is_open, {state} AS state "
        f"FROM (SELECT {key_columns(table, 'o')}, o.* FROM in_old_{name} AS o) AS h {gone} {join}",
    )
    return intake.engine.count(f"in_kept_{name}")


def register_flagged(intake: Intake, table: Table) -> None:
    """`in_flagged_<t>`: merged rows with dq_flags and their unit."""
    name = table.name
    source, flags = f"in_merged_{name}", "no_texts()"
    if name == "fee_list_d":
        flags = flags_sql(line_flags(), "CASE WHEN state = 'refused' THEN 'header_refused' END")
    elif name == "setl_d":
        flags = flags_sql(header_flags())
        source = "in_settled"
    values = ", ".join(table.names)
    unit = unit_sql(table, "day", "is_open")
    label = f", day AS {table.day.label}" if table.day else ""
    opened = f", day AS {OPEN}, is_open" if name == "fee_list_d" else ""
    intake.engine.register(
        f"in_flagged_{name}",
        sql=f"SELECT {values}, {flags} AS dq_flags, source_file, source_row, file_hash, "
        f"{unit} AS unit_day{label}{opened} FROM {source}",
    )


def register_settled(intake: Intake, lines: list[Path]) -> None:
    """`in_settled`: merged settlements with the sums of their lines and what their refunds left over."""
    if lines:
        intake.engine.register("in_lines", parquet=lines)
        sums = ", ".join(f"SUM({column}) AS line_{column}" for column in SUMMED)
        intake.engine.register(
            "in_line_sum",
            sql=f"SELECT setl_id, COUNT(*) AS line_count, SUM(det_item_fee_sumamt) AS line_medfee_sumamt, "
            f"{sums} FROM in_lines WHERE setl_id IS NOT NULL AND {VALID} GROUP BY setl_id",
        )
        summed = ", ".join(f"l.line_{column}" for column in ("count", "medfee_sumamt", *SUMMED))
        join = "LEFT JOIN in_line_sum AS l ON l.setl_id = s.setl_id"
    else:
        none = "CAST(NULL AS DECIMAL(16,2))"
        summed = ", ".join(f"{none} AS line_{column}" for column in ("count", "medfee_sumamt", *SUMMED))
        join = ""
    intake.engine.register(
        "in_settled",
        sql=f"SELECT s.*, {summed}, r.original_left FROM in_merged_setl_d AS s {join} "
        "LEFT JOIN in_refund_left AS r ON r.refund_id = s.setl_id",
    )


def stage(intake: Intake, table: Table, units: set[str]) -> dict[str, Path]:
    """Write `in_flagged_<t>` below the run's folder: unit → staged folder ('' for a dimension)."""
    name = table.name
    folder = intake.folder / "staged" / name
    if table.day is None:
        intake.engine.write(f"in_flagged_{name}", folder, table=table, extra=BOOKKEEPING)
        return {"": folder}
    staged: dict[str, Path] = {}
    if name == "fee_list_d":
        intake.engine.register("in_fee_open", sql="SELECT * FROM in_flagged_fee_list_d WHERE is_open")
        intake.engine.register("in_fee_settled", sql="SELECT * FROM in_flagged_fee_list_d WHERE NOT is_open")
        writes = [("in_fee_settled", table.day.label), ("in_fee_open", OPEN)]
    else:
        writes = [(f"in_flagged_{name}", table.day.label)]
    for relation, label in writes:
        if not any(unit.startswith(f"{label}=") for unit in units):
            continue
        intake.engine.write(relation, folder / label, table=table, extra=BOOKKEEPING, by=label)
        staged |= {path.name: path for path in sorted((folder / label).glob(f"{label}=*"))}
    for unit in units - set(staged):
        path = folder / "none" / unit
        path.mkdir(parents=True)
        pq.write_table(empty(table), path / "part-0.parquet")
        staged[unit] = path
    return staged


def reconcile(
    intake: Intake, table: Table, staged: dict[str, Path], verdict: Verdict | None, kept: int
) -> None:
    """Rows and yuan staged = kept + accepted, or the run stops and says where."""
    files = [file for path in staged.values() for file in sorted(path.glob("*.parquet"))]
    rows = sum(pq.read_metadata(file).num_rows for file in files)
    new = verdict.new if verdict else 0
    if rows != kept + new:
        raise Refused(
            f"{table.name}: rows do not reconcile [{rows} staged, {kept} kept + {new} accepted]: "
            "nothing is promoted; keep the run folder and report it"
        )
    if table.money and files and verdict:
        intake.engine.register(f"in_staged_{table.name}", parquet=files)
        before = _sum(intake, f"in_kept_{table.name}", table.money) if kept else Decimal(0)
        after = _sum(intake, f"in_staged_{table.name}", table.money)
        if after - before != verdict.money_new:
            raise Refused(
                f"{table.name}: money does not reconcile [{after - before} staged, {verdict.money_new} accepted]: "
                "nothing is promoted; keep the run folder and report it"
            )


def flag_counts(intake: Intake, table: Table, staged: dict[str, Path]) -> dict[str, int]:
    """How many rows of the staged units carry each flag."""
    names = {"fee_list_d": [*line_flags(), "header_refused"], "setl_d": [*header_flags()]}.get(table.name, [])
    files = [file for path in staged.values() for file in sorted(path.glob("*.parquet"))]
    if not names or not files:
        return {}
    intake.engine.register(f"in_staged_{table.name}", parquet=files)
    counts = ", ".join(f"rows_where(list_has(dq_flags, '{name}')) AS `{name}`" for name in names)
    (row,) = intake.engine.run(
        f"SELECT {counts} FROM in_staged_{table.name} WHERE list_length(dq_flags) > 0"
    ).to_pylist()
    return {name: row[name] for name in names if row[name]}


def _sum(intake: Intake, relation: str, column: str) -> Decimal:
    (row,) = intake.engine.run(f"SELECT SUM({column}) AS money FROM {relation}").to_pylist()
    return row["money"] or Decimal(0)


def _distinct(intake: Intake, sql: str) -> set[str]:
    return {row["unit"] for row in intake.engine.run(sql).to_pylist() if row["unit"] is not None}
