"""Trace codes (drug_trac_d) and monthly sales, from the medicine lines."""

import numpy as np
import pyarrow as pa

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY, Array, coded, constant, numbers, runs, times
from fundguard.synthetic.lines import Lines
from fundguard.synthetic.registers import PERSON
from fundguard.synthetic.rows import PLANTED_TRACE, SETL, TRACE, Context


def traces(
    context: Context,
    chunk: v.Visits,
    position: Array,
    lines: Lines,
    number: Array,
    is_open: Array,
    rng: np.random.Generator,
) -> None:
    """Writes drug_trac_d: a code for each pack dispensed, returned where the sale was reversed."""
    catalogue = context.plan.catalogue
    units = lines.cnt // 10_000
    kind = chunk.kind[lines.visit]
    scanned = catalogue.is_drug[lines.item] & ~v.STAYS[kind] & (units > 0) & (units <= 12)
    scanned &= (rng.random(len(lines)) < 0.93) | (lines.trace >= 0)
    rows = np.flatnonzero(scanned)
    each = units[rows]
    line = np.repeat(rows, each)
    order = runs(each)
    serial = context.next_trace + np.arange(len(line), dtype=np.int64)
    context.next_trace += len(line)
    given = (lines.trace[line] >= 0) & (order == 0)
    serial = np.where(given, PLANTED_TRACE + np.maximum(lines.trace[line], 0), serial)
    visit = lines.visit[line]
    columns = {
        "drug_trac_codg": numbers(TRACE + serial, "81"),
        "hilist_code": coded(lines.item[line], catalogue.code),
        "fixmedins_code": coded(chunk.place[visit], context.places),
        "event": constant("sell", len(line)),
        "event_time": times(lines.time[line]),
        "psn_no": numbers(PERSON + chunk.person[visit].astype(np.int64)),
        "setl_id": numbers(SETL + position[visit], "", is_open[visit]),
        "bkkp_sn": numbers(number[line]),
        "trdn_flag": coded(lines.split[line].astype(int), pa.array(["0", "1"])),
    }
    context.landing.write("drug_trac_d", columns)
    back = np.flatnonzero(chunk.flags[visit] & v.REFUND > 0)
    if len(back):
        returned = {name: array.take(pa.array(back)) for name, array in columns.items()}
        returned["event"] = constant("return", len(back))
        returned["event_time"] = times(lines.time[line][back] + 300)
        context.landing.write("drug_trac_d", returned)


def sales(context: Context, chunk: v.Visits, lines: Lines) -> None:
    """Adds what was dispensed to the month's sales of each place and medicine."""
    catalogue = context.plan.catalogue
    stocked = [item for _, item in context.plan.stocked]
    rows = np.flatnonzero(catalogue.is_drug[lines.item] | np.isin(lines.item, stocked))
    place = chunk.place[lines.visit[rows]].astype(np.int64)
    month = (lines.time[rows] // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(int)
    width = len(catalogue.codes)
    total = len(context.places) * width
    for number in np.unique(month):
        here = month == number
        sum_ = np.bincount(
            place[here] * width + lines.item[rows][here], lines.cnt[rows][here] / 10_000, total
        )
        context.sold[int(number)] = context.sold.get(int(number), 0) + sum_
