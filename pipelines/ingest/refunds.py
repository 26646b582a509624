"""The refund ledger: every refund with its original — full, partial, over, unmatched; how many days later."""

from pathlib import Path

from core.schema import LEDGERS, TABLES
from pipelines.ingest.intake import Intake, unit_day_sql
from pipelines.ingest.partition import VALID

REFUND = LEDGERS["refund"]
SETL, FEE = TABLES["setl_d"], TABLES["fee_list_d"]
_TOLERANCE = "0.05"


def register_refunds(intake: Intake, has_settlements: bool, has_lines: bool) -> None:
    """Keep `in_refund` (ledger rows made or renewed tonight) and `in_refund_left` (per refund settlement).

    Needs `in_merged_setl_d` and `in_merged_fee_list_d` where those are touched tonight.
    """
    parts = []
    if has_settlements:
        parts.append(_level(
            intake, "settlement", "in_merged_setl_d", SETL.name,
            "setl_id AS id, init_setl_id AS original_id, day, fixmedins_code, medfee_sumamt AS amount, "
            "fund_pay_sumamt AS fund", "refd_setl_flag = '1'",
        ))  # fmt: skip
    if has_lines:
        parts.append(_level(
            intake, "line", "in_merged_fee_list_d", FEE.name,
            "bkkp_sn AS id, init_feedetl_sn AS original_id, day, fixmedins_code, "
            "det_item_fee_sumamt AS amount, inscp_amt AS fund", "init_feedetl_sn IS NOT NULL",
        ))  # fmt: skip
    none = ", ".join(f"CAST(NULL AS {column.type.spark}) AS {column.name}" for column in REFUND)
    empty = f"SELECT {none} FROM in_files WHERE FALSE"
    intake.keep("in_refund", " UNION ALL ".join(parts) or empty)
    intake.keep(
        "in_refund_left",
        "SELECT refund_id, CASE WHEN state = 'over' THEN 0 - 1 WHEN state = 'unmatched' THEN CAST(NULL AS INT) "
        "ELSE 0 END AS original_left FROM in_refund WHERE level = 'settlement'",
    )


def _level(intake: Intake, level: str, merged: str, table: str, columns: str, condition: str) -> str:
    """SQL of tonight's ledger rows of one level."""
    files = intake.warehouse.files(REFUND)
    intake.keep(f"in_refund_{level}_new", f"SELECT {columns} FROM {merged} WHERE {condition} AND {VALID}")
    sources = [f"SELECT id, original_id, day, fixmedins_code, amount, fund FROM in_refund_{level}_new"]
    if files:
        # Refunds of earlier days whose original came, or came again, tonight; and earlier refunds of the
        # same original, without which a sum would be short.
        intake.engine.register("in_refund_ledger", parquet=files)
        key = "setl_id" if level == "settlement" else "bkkp_sn"
        intake.engine.register(
            f"in_refund_{level}_asked",
            sql=f"SELECT {key} AS original_id FROM {merged} UNION ALL "
            f"SELECT original_id FROM in_refund_{level}_new",
        )
        sources.append(
            "SELECT l.refund_id AS id, l.original_id, l.refund_date AS day, l.fixmedins_code, "
            f"l.refund_amt AS amount, l.fund_amt AS fund FROM in_refund_ledger AS l "
            f"LEFT SEMI JOIN in_refund_{level}_asked AS a ON a.original_id = l.original_id "
            f"LEFT ANTI JOIN in_refund_{level}_new AS n ON n.id = l.refund_id WHERE l.level = '{level}'"
        )
    intake.keep(f"in_refund_{level}", " UNION ALL ".join(sources))
    _originals(intake, level, merged, table)
    left = "o.amount + SUM(r.amount) OVER (PARTITION BY r.original_id)"
    return (
        f"SELECT '{level}' AS level, id AS refund_id, original_id, day AS refund_date, "
        "original_day AS original_date, fixmedins_code, amount AS refund_amt, original_amt, "
        f"fund AS fund_amt, CASE WHEN left_over IS NULL THEN 'unmatched' WHEN left_over < -{_TOLERANCE} "
        f"THEN 'over' WHEN left_over > {_TOLERANCE} THEN 'partial' ELSE 'full' END AS state, "
        "days_between(original_day, day) AS days_apart FROM ("
        "SELECT r.id, r.original_id, r.day, r.fixmedins_code, r.amount, r.fund, o.day AS original_day, "
        f"o.amount AS original_amt, {left} AS left_over FROM in_refund_{level} AS r "
        f"LEFT JOIN in_original_{level} AS o ON o.id = r.original_id) AS paired"
    )


def _originals(intake: Intake, level: str, merged: str, table: str) -> None:
    """Keep `in_original_<level>`: id, day, amount of what is refunded, from tonight or from history."""
    key, amount = (
        ("setl_id", "medfee_sumamt") if level == "settlement" else ("bkkp_sn", "det_item_fee_sumamt")
    )
    asked = f"LEFT SEMI JOIN in_refund_{level} AS a ON a.original_id = s.{key}"
    tonight = f"SELECT s.{key} AS id, s.day, s.{amount} AS amount FROM {merged} AS s {asked}"
    files = intake.warehouse.files(TABLES[table])
    if not files:
        intake.keep(f"in_original_{level}", tonight)
        return
    intake.engine.register(f"in_history_{table}", parquet=files)
    day = unit_day_sql(TABLES[table], "s.unit_day")
    intake.keep(f"in_original_{level}_tonight", tonight)
    intake.keep(
        f"in_original_{level}",
        f"SELECT id, day, amount FROM in_original_{level}_tonight UNION ALL "
        f"SELECT s.{key} AS id, {day} AS day, s.{amount} AS amount FROM in_history_{table} AS s {asked} "
        f"LEFT ANTI JOIN in_original_{level}_tonight AS t ON t.id = s.{key}",
    )


def original_units(intake: Intake, new_units: set[str]) -> set[str]:
    """Units of the originals of refunds that came tonight: their net amounts have changed."""
    rows = intake.engine.run(
        "SELECT DISTINCT refund_date, original_date FROM in_refund WHERE original_date IS NOT NULL"
    ).to_pylist()
    return {
        f"setl_date={row['original_date']}" for row in rows if f"setl_date={row['refund_date']}" in new_units
    }


def stage_refunds(intake: Intake, units: set[str]) -> dict[str, Path]:
    """Stage the ledger's days: tonight's rows, and what else lay in those days."""
    partitions = intake.warehouse.partitions(REFUND)
    rows = intake.engine.run("SELECT DISTINCT refund_date FROM in_refund").to_pylist()
    days = {f"setl_date={row['refund_date']}" for row in rows} | (units & set(partitions))
    if not days:
        return {}
    columns = ", ".join(REFUND.names)
    sql = f"SELECT {columns}, refund_date AS setl_date FROM in_refund"
    files = [file for day in sorted(days) if day in partitions for file in partitions[day].glob("*.parquet")]
    if files:
        # Days written again tonight have all their refunds in in_refund; of other days the rest stays.
        intake.engine.register("in_refund_old", parquet=files)
        again = ", ".join(f"DATE '{unit.split('=')[1]}'" for unit in sorted(units)) or "DATE '1900-01-01'"
        kept = ", ".join(f"o.{name}" for name in REFUND.names)
        sql += (
            f" UNION ALL SELECT {kept}, o.refund_date AS setl_date FROM in_refund_old AS o "
            "LEFT ANTI JOIN in_refund AS n ON n.refund_id = o.refund_id AND n.level = o.level "
            f"WHERE o.refund_date NOT IN ({again})"
        )
    intake.engine.register("in_refund_all", sql=sql)
    folder = intake.folder / "staged" / REFUND.name
    intake.engine.write("in_refund_all", folder, table=REFUND, by="setl_date")
    return {path.name: path for path in sorted(folder.glob("setl_date=*"))}


def summary(intake: Intake) -> dict[str, object]:
    """Counts and yuan per level and state of tonight's ledger rows."""
    rows = intake.engine.run(
        "SELECT level, state, COUNT(*) AS n, SUM(refund_amt) AS money, "
        "rows_where(days_apart > 0) AS later_day FROM in_refund GROUP BY level, state"
    ).to_pylist()
    rows.sort(key=lambda row: (row["level"], row["state"]))
    return {
        f"{row['level']}_{row['state']}": {
            "rows": row["n"],
            "yuan": str(row["money"]),
            "on_a_later_day": row["later_day"],
        }
        for row in rows
    }
