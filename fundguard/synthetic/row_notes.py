"""Rows of extension tables: those a plant keyed by visit, laboratory reports, and records of use."""

import numpy as np
import pyarrow as pa

from core.schema.extensions import EXTENSIONS
from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import Array, coded, decimals, numbers, times
from fundguard.synthetic.lines import Lines
from fundguard.synthetic.registers import PERSON
from fundguard.synthetic.rows import MDTRT, SETL, Context
from fundguard.synthetic.side_rows import here

_QUANTITY = pa.decimal128(16, 4)
_TIMES = ("begntime", "rpt_time", "use_time", "infection_time", "leave_begntime", "audit_time")


def notes(
    context: Context, chunk: v.Visits, position: Array, lines: Lines, number: Array, is_open: Array
) -> None:
    """Writes the extension rows of the chunk; a table no plant asked for is not written."""
    side = context.plan.side
    for table, parts in side.notes.items():
        names = EXTENSIONS[table].names
        for order, (key, after, given) in enumerate(parts):
            which, rows = here(chunk.key, key)
            rows, which = rows[~is_open[rows]], which[~is_open[rows]]
            if not len(rows):
                continue
            when = chunk.begin[rows] + after
            known = {
                names[0]: numbers(MDTRT + position[rows], f"N{order}"),
                "mdtrt_id": numbers(MDTRT + position[rows]),
                "setl_id": numbers(SETL + position[rows]),
                "psn_no": numbers(PERSON + chunk.person[rows].astype(np.int64)),
                "fixmedins_code": coded(chunk.place[rows], context.places),
                **dict.fromkeys(_TIMES, times(when)),
            }
            columns = {name: array for name, array in known.items() if name in names}
            for name, value in given.items():
                columns[name] = pa.array([value] * len(rows))
            context.landing.write(table, columns)
    if "lab_rslt_d" in side.extensions:
        _reports(context, chunk, lines, number)
    if "implant_use_d" in side.extensions:
        _implants(context, chunk, position, lines, number, is_open)


def _reports(context: Context, chunk: v.Visits, lines: Lines, number: Array) -> None:
    """The laboratory's report of planted lines: what it in fact did."""
    rows = np.flatnonzero(lines.report >= 0)
    if not len(rows):
        return
    visit = lines.visit[rows]
    context.landing.write(
        "lab_rslt_d",
        {
            "lab_rslt_id": numbers(number[rows], "R"),
            "psn_no": numbers(PERSON + chunk.person[visit].astype(np.int64)),
            "fixmedins_code": coded(chunk.place[visit], context.places),
            "rpt_time": times(lines.time[rows] + 7_200),
            "bkkp_sn": numbers(number[rows]),
            "done_hilist_code": coded(lines.report[rows], context.plan.catalogue.code),
        },
    )


def _implants(
    context: Context, chunk: v.Visits, position: Array, lines: Lines, number: Array, is_open: Array
) -> None:
    """What was implanted: as charged, but for planted lines that say otherwise."""
    rows = np.flatnonzero(
        np.isin(lines.item, context.plan.catalogue.pools["implant"]) & ~is_open[lines.visit]
    )
    if not len(rows):
        return
    visit = lines.visit[rows]
    used = np.where(lines.used[rows] >= 0, lines.used[rows], lines.cnt[rows])
    context.landing.write(
        "implant_use_d",
        {
            "implant_use_id": numbers(number[rows], "U"),
            "mdtrt_id": numbers(MDTRT + position[visit]),
            "psn_no": numbers(PERSON + chunk.person[visit].astype(np.int64)),
            "fixmedins_code": coded(chunk.place[visit], context.places),
            "hilist_code": coded(lines.item[rows], context.plan.catalogue.code),
            "cnt": decimals(used, _QUANTITY),
            "use_time": times(lines.time[rows]),
        },
    )
