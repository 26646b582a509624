"""Keep the cost with the day: of the history only what the run's days concern is read, each table once.

A person's windows need that person's history and nobody else's. Lines of the nearest days are read whole;
further back only those that a grain names (`far` in its header), those of the judged visits, orders and
person-days, and reversals. Grains that watch whole providers get the settlements of their own windows.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import features
from core.engine import Engine
from core.schema import LANDING

NEAR = 100
"""Days before the first judged line whose lines are read whole: supply looks back a quarter."""
FAR = 800
"""Days before the first judged day that are looked at: the most that a grain's `far` may ask."""
JUDGED = ("setl_d", "fee_list_d", "mdtrt_d", "rx_d", "drug_trac_d")
"""Tables whose rows of the judged days are read as `<table>_judged`."""

_OF_PERSONS = ("setl_d", "mdtrt_d", "setl_list_diag_d", "setl_list_oprn_d", "rx_d")
_INPATIENT = "(starts_with_text(t.med_type, '2') OR t.med_type = '52')"
# Of a line from long ago: what windows count, and what nets its refunds.
_FAR_COLUMNS = {
    "bkkp_sn", "setl_id", "mdtrt_id", "psn_no", "fixmedins_code", "med_type", "fee_ocur_time", "hilist_code",
    "hilist_name", "list_type", "med_chrgitm_type", "cnt", "pric", "det_item_fee_sumamt", "inscp_amt",
    "init_feedetl_sn", "rx_drord_no", "bilg_dr_code", "prd_days", "dscg_tkdrug_flag", "serv_begntime",
    "serv_endtime", "vali_flag", "dq_flags",
}  # fmt: skip


def first_day(judged: Sequence[str], otherwise: date) -> date:
    """The earliest of the judged days (`label=YYYY-MM-DD`)."""
    return min((date.fromisoformat(unit.split("=", 1)[1]) for unit in judged), default=otherwise)


def keep_history(
    engine: Engine, judged: Sequence[str], persons: Collection[str], wide: Collection[str]
) -> None:
    """Keep what grains of persons and of whole providers read, on tables named `read_<table>`.

    Needs `<table>_judged` and `fee_list_d_far` beside the landing tables, and `point_<grain>` of grains that
    name their far lines by points. Of a trace code all its buyers are kept, so that a refunded sale is known.
    """
    _keep_judged(engine)
    quarter = _quarter(judged, wide)
    named = features.words(*persons, *wide, "benefit_check")
    engine.register(
        "read_setl_d",
        sql=f"{_flagged('setl_d', named)} LEFT JOIN judged_day AS j ON j.judged_day = t.unit_day "
        f"WHERE p.psn_no IS NOT NULL OR j.judged_day IS NOT NULL OR {_INPATIENT} OR t.refd_setl_flag = '1' "
        f"OR t.unit_day >= 'setl_date={quarter}'",
        keep=True,
    )
    engine.register(
        "read_mdtrt_d",
        sql=f"{_flagged('mdtrt_d', named)} WHERE p.psn_no IS NOT NULL OR {_INPATIENT}",
        keep=True,
    )
    _keep_week_stays(engine)
    engine.register(
        "read_setl_list_diag_d",
        sql=f"{_flagged('setl_list_diag_d', named)} LEFT JOIN week_stay AS w ON w.mdtrt_id = t.mdtrt_id "
        "WHERE p.psn_no IS NOT NULL OR w.mdtrt_id IS NOT NULL",
        keep=True,
    )
    for table in ("setl_list_oprn_d", "rx_d"):
        of_person = f"{_flagged(table, named)} WHERE p.psn_no IS NOT NULL"
        engine.register(f"read_{table}", sql=of_person, keep=True)
    engine.register(
        "read_fee_list_d",
        sql=f"SELECT {_columns('fee_list_d', named)} FROM fee_list_d AS t "
        f"LEFT SEMI JOIN judged_person AS p ON p.psn_no = t.psn_no UNION ALL {_far_lines(engine, persons, named)}",
        keep=True,
    )


def use_persons(engine: Engine) -> None:
    """From here on the landing tables are those of the judged persons."""
    for table in _OF_PERSONS:
        engine.register(table, sql=f"SELECT * FROM read_{table} WHERE of_person")
    engine.register("fee_list_d", sql="SELECT * FROM read_fee_list_d")


def use_providers(engine: Engine, judged: Sequence[str], wide: Collection[str]) -> None:
    """From here on the landing tables are what grains that watch whole providers read on these days.

    Settlements of the judged days, refunds since, and stays that began in the week of a judged stay; where a
    month has ended, also all stays, and the quarter's settlements and lines.
    """
    quarter = _quarter(judged, wide)
    stays = "TRUE" if quarter < date.max else "w.mdtrt_id IS NOT NULL"
    week = "LEFT JOIN week_stay AS w ON w.mdtrt_id = t.mdtrt_id"
    columns = _columns("fee_list_d", features.words(*wide))
    # Nothing is read where no month ended; `setl_date=` sorts after `open=`, so the label goes first.
    since = (
        f"t.unit_day >= 'setl_date={quarter}' OR (t.unit_day >= 'open={quarter}' AND t.unit_day < 'open>')"
    )
    engine.register(
        "fee_list_d",
        sql=f"SELECT {columns} FROM fee_list_d AS t WHERE {since if quarter < date.max else 'FALSE'}",
        keep=True,
    )
    engine.register(
        "setl_d",
        sql=f"SELECT t.* FROM read_setl_d AS t LEFT JOIN judged_day AS j ON j.judged_day = t.unit_day {week} "
        f"WHERE j.judged_day IS NOT NULL OR ({_INPATIENT} AND {stays}) OR t.refd_setl_flag = '1' "
        f"OR t.unit_day >= 'setl_date={quarter}'",
    )
    engine.register("mdtrt_d", sql=f"SELECT t.* FROM read_mdtrt_d AS t {week} WHERE {_INPATIENT} AND {stays}")
    engine.register("setl_list_diag_d", sql="SELECT * FROM read_setl_list_diag_d")


def _quarter(judged: Sequence[str], wide: Collection[str]) -> date:
    """The first day of the quarter before a judged month's end; no day where no month ended."""
    if not any(features.features()[grain].months for grain in wide):
        return date.max
    days = [date.fromisoformat(unit[10:]) for unit in judged if unit.startswith("setl_date=")]
    ends = [day for day in days if (day + timedelta(days=1)).day == 1]
    return min(ends) - timedelta(days=NEAR) if ends else date.max


def _columns(table: str, named: Collection[str]) -> str:
    """The columns of a table (of the alias `t`) that are named somewhere, and the person."""
    chosen = [name for name in (*LANDING[table].names, "dq_flags") if name in named or name == "psn_no"]
    return ", ".join(f"t.{name}" for name in chosen)


def _flagged(table: str, named: Collection[str]) -> str:
    """SQL of a table's rows with `of_person`: whether the row is of a judged person; WHERE follows."""
    return (
        f"SELECT {_columns(table, named)}, t.unit_day, CASE WHEN p.psn_no IS NULL THEN FALSE ELSE TRUE END AS of_person "
        f"FROM {table} AS t LEFT JOIN judged_person AS p ON p.psn_no = t.psn_no"
    )


def _keep_judged(engine: Engine) -> None:
    """Keep what the judged days hold: lines by person, visit and day, trace codes, persons."""
    engine.register(
        "judged_line",
        sql="SELECT DISTINCT psn_no, mdtrt_id, day_of(fee_ocur_time) AS day FROM fee_list_d_judged",
        keep=True,
    )
    engine.register(
        "drug_trac_d",
        sql="SELECT t.* FROM drug_trac_d AS t LEFT SEMI JOIN drug_trac_d_judged AS c "
        "ON c.drug_trac_codg = t.drug_trac_codg",
        keep=True,
    )
    persons = " UNION ALL ".join(
        f"SELECT psn_no FROM {name}"
        for name in ("setl_d_judged", "judged_line", "mdtrt_d_judged", "rx_d_judged", "drug_trac_d")
    )
    engine.register(
        "judged_person",
        sql=f"SELECT DISTINCT psn_no FROM ({persons}) AS p WHERE psn_no IS NOT NULL",
        keep=True,
    )


def _far_lines(engine: Engine, grains: Collection[str], named: Collection[str]) -> str:
    """SQL of judged persons' lines from before the nearest days that some window needs."""
    near = "SELECT mdtrt_id AS code FROM judged_line UNION ALL SELECT mdtrt_id AS code FROM mdtrt_d_judged"
    wanted = {
        "t.mdtrt_id": near,
        "concat_text(t.psn_no, '/', day_of(t.fee_ocur_time))":
            "SELECT concat_text(psn_no, '/', day) AS code FROM judged_line",
        "t.rx_drord_no": "SELECT hi_rxno AS code FROM rx_d_judged",
        "t.bkkp_sn": "SELECT bkkp_sn AS code FROM drug_trac_d",
    }  # fmt: skip
    conditions = ["t.cnt < 0"]
    for grain in sorted(grains):
        far = features.features()[grain].far
        if "where" in far:
            conditions.append(f"({far['where']})")
        elif far.get("points") == "whole":
            wanted["t.hilist_code"] = f"SELECT hilist_code AS code FROM point_{grain}"
        elif far:
            first = f"part_of_text({{}}hilist_code, 1, {far['points']})"
            wanted[first.format("t.")] = f"SELECT {first.format('')} AS code FROM point_{grain}"
    joins = []
    for number, (value, codes) in enumerate(wanted.items()):
        engine.register(f"far_{number}", sql=f"SELECT DISTINCT code FROM ({codes}) AS c", keep=True)
        joins.append(f"LEFT JOIN far_{number} AS f{number} ON f{number}.code = {value}")
        conditions.append(f"f{number}.code IS NOT NULL")
    types = {column.name: column.type.spark for column in LANDING["fee_list_d"]}
    columns = ", ".join(
        column if column[2:] in _FAR_COLUMNS else f"CAST(NULL AS {types[column[2:]]}) AS {column[2:]}"
        for column in _columns("fee_list_d", named).split(", ")
    )
    return (
        f"SELECT {columns} FROM fee_list_d_far AS t "
        f"LEFT SEMI JOIN judged_person AS p ON p.psn_no = t.psn_no {' '.join(joins)} "
        f"WHERE {' OR '.join(conditions)}"
    )


def _keep_week_stays(engine: Engine) -> None:
    """Keep `week_stay`: stays that began in the same week as a stay of the judged days."""
    began = (
        f"SELECT t.mdtrt_id, monday_of(day_of(t.begntime)) AS week FROM read_mdtrt_d AS t WHERE {_INPATIENT}"
    )
    first = f"SELECT t.mdtrt_id, monday_of(t.begndate) AS week FROM read_setl_d AS t WHERE {_INPATIENT}"
    stays = f"SELECT DISTINCT mdtrt_id, week FROM ({began} UNION ALL {first}) AS w"
    engine.register("stay_week", sql=stays, keep=True)
    judged = (
        f"SELECT t.mdtrt_id FROM setl_d_judged AS t WHERE {_INPATIENT} UNION ALL "
        f"SELECT t.mdtrt_id FROM mdtrt_d_judged AS t WHERE {_INPATIENT}"
    )
    engine.register(
        "week_stay",
        sql="SELECT DISTINCT s.mdtrt_id FROM stay_week AS s LEFT SEMI JOIN "
        f"(SELECT DISTINCT w.week FROM stay_week AS w LEFT SEMI JOIN ({judged}) AS j ON j.mdtrt_id = w.mdtrt_id) "
        "AS weeks ON weeks.week = s.week",
        keep=True,
    )
