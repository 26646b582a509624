"""Settlements that children may belong to: `in_header`, and visits for rows without a settlement."""

from core.schema import TABLES
from pipelines.ingest.intake import Intake, on

SETL = TABLES["setl_d"]
_BY_VISIT = ("setl_list_diag_d", "setl_list_oprn_d")


def register_headers(intake: Intake, has_settlements: bool, children: list[str]) -> None:
    """Keep `in_header` (setl_id, day, state ok|left|refused) and `in_visit` (mdtrt_id, day).

    A settlement is known when it landed tonight or earlier, accepted or not. Its accepted version gives
    the day; else the day of a version that waits; else what a refused one says, if that can be read.
    """
    engine = intake.engine
    ranked = []
    if has_settlements:
        # A row of tonight that is neither refused nor older than what the warehouse has.
        ranked.append(
            ("ok", "SELECT s.k0 AS setl_id, s.day FROM in_scope_setl_d AS s "
             f"LEFT ANTI JOIN in_out_setl_d AS o ON {on('s', 'o')}")
        )  # fmt: skip
    if intake.warehouse.files(SETL):
        engine.register("in_history_setl_d", parquet=intake.warehouse.files(SETL))
        # Only the settlements that tonight's rows name: history is long.
        asked = " UNION ALL ".join(f"SELECT setl_id FROM in_typed_{child}" for child in children)
        engine.register("in_parent", sql=f"SELECT DISTINCT setl_id FROM ({asked}) AS every")
        ranked.append(
            ("ok", "SELECT h.setl_id, day_of(h.setl_time) AS day FROM in_history_setl_d AS h "
             "LEFT SEMI JOIN in_parent AS p ON p.setl_id = h.setl_id")
        )  # fmt: skip
    if has_settlements:
        ranked.append(
            ("left", f"SELECT k0 AS setl_id, day FROM in_day_setl_d WHERE day > {intake.day}")
        )  # fmt: skip
        ranked.append(
            ("refused", "SELECT s.k0 AS setl_id, s.day FROM in_scope_setl_d AS s "
             f"JOIN in_out_setl_d AS o ON {on('s', 'o')}")
        )  # fmt: skip
    earlier = sorted((intake.home / "ledger" / "header").glob("*.parquet"))
    if earlier:
        engine.register("in_header_ledger", parquet=earlier)
        ranked.append(("refused", "SELECT setl_id, setl_time_day AS day FROM in_header_ledger"))
    parts = [
        f"SELECT setl_id, day, {rank} AS place, '{state}' AS state FROM ({sql}) AS p{rank} "
        "WHERE setl_id IS NOT NULL"
        for rank, (state, sql) in enumerate(ranked)
    ] or ["SELECT CAST(NULL AS STRING) AS setl_id, CAST(NULL AS DATE) AS day, 0 AS place, 'ok' AS state"]
    intake.keep(
        "in_header",
        "SELECT setl_id, day, state FROM (SELECT setl_id, day, state, ROW_NUMBER() OVER "
        f"(PARTITION BY setl_id ORDER BY place, day) AS nth FROM ({' UNION ALL '.join(parts)}) AS ranked) "
        "AS numbered WHERE nth = 1"
        if len(parts) > 1
        else parts[0],
    )


def register_visits(intake: Intake, has_visits: bool, has_settlements: bool, children: list[str]) -> None:
    """Keep `in_visit`: the day of a visit's first settlement so far, else the visit's own first day."""
    engine, parts = intake.engine, []
    asked = [f"SELECT mdtrt_id FROM in_typed_{c} WHERE setl_id IS NULL" for c in children if c in _BY_VISIT]
    if not asked or not intake.keep(
        "in_visit_asked", f"SELECT DISTINCT mdtrt_id FROM ({' UNION ALL '.join(asked)}) AS every"
    ):
        intake.keep("in_visit", "SELECT CAST(NULL AS STRING) AS mdtrt_id, CAST(NULL AS DATE) AS day")
        return
    if has_settlements:
        engine.register(
            "in_visit_setl",
            sql="SELECT t.mdtrt_id, s.day FROM in_scope_setl_d AS s JOIN in_typed_setl_d AS t "
            f"ON {on('s', 't')} WHERE s.day IS NOT NULL",
        )
        parts.append("SELECT mdtrt_id, day, 0 AS place FROM in_visit_setl")
    if intake.warehouse.files(SETL):
        parts.append("SELECT mdtrt_id, day_of(setl_time) AS day, 0 AS place FROM in_history_setl_d")
    visits = intake.warehouse.files(TABLES["mdtrt_d"])
    if visits:
        engine.register("in_history_mdtrt_d", parquet=visits)
        parts.append("SELECT mdtrt_id, day_of(begntime) AS day, 1 AS place FROM in_history_mdtrt_d")
    if has_visits:
        parts.append("SELECT mdtrt_id, day_of(begntime) AS day, 1 AS place FROM in_typed_mdtrt_d")
    if not parts:
        parts.append("SELECT CAST(NULL AS STRING) AS mdtrt_id, CAST(NULL AS DATE) AS day, 1 AS place")
    intake.keep(
        "in_visit",
        "SELECT mdtrt_id, day FROM (SELECT ranked.mdtrt_id, day, ROW_NUMBER() OVER "
        f"(PARTITION BY ranked.mdtrt_id ORDER BY place, day) AS nth FROM ({' UNION ALL '.join(parts)}) AS ranked "
        "LEFT SEMI JOIN in_visit_asked AS a ON a.mdtrt_id = ranked.mdtrt_id WHERE day IS NOT NULL) AS numbered "
        "WHERE nth = 1",
    )
