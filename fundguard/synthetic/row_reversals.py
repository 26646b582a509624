"""Reversals: settlements given back, most whole, a few in part; the same day, or days later."""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY, Array, constant, numbers
from fundguard.synthetic.lines import Lines
from fundguard.synthetic.row_headers import fund, headers
from fundguard.synthetic.row_lines import fee_lines
from fundguard.synthetic.rows import REVERSAL, SETL, Context, Head

_SHARE, _IN_PART = 0.005, 0.12


def reversals(
    context: Context,
    chunk: v.Visits,
    position: Array,
    lines: Lines,
    number: Array,
    head: Head,
    employee: Array,
    settled: Array,
    never: Array,
    rng: np.random.Generator,
) -> None:
    """Writes the negative headers, fund parts and lines of what was given back before the last second."""
    size = len(chunk)
    asked = chunk.flags & v.REFUND > 0
    plain = (rng.random(size) < _SHARE) & (chunk.tag < 0)
    soon = asked | (rng.random(size) < 0.6)
    wait = np.where(soon, rng.integers(120, 540, size), rng.integers(1, 15, size) * DAY + 3_600)
    after = (context.plan.calendar.last + 1) * DAY
    # What a plan says is given back is given back before the simulated days are over.
    back = np.where(asked, np.minimum(settled + wait, after - 1), settled + wait)
    chosen = (asked | plain) & ~never & (back < after)
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return
    partial = (rng.random(size) < _IN_PART) & ~asked & ~v.STAYS[chunk.kind]
    spot = np.full(size, -1)
    spot[rows] = np.arange(len(rows))
    # In part: every second line comes back. The first line always does, so that no reversal is empty.
    order = np.arange(len(lines)) - np.searchsorted(lines.visit, lines.visit)
    kept = (spot[lines.visit] >= 0) & (~partial[lines.visit] | (order % 2 == 0))
    part = lines.take(np.flatnonzero(kept))
    part.columns["visit"] = spot[part.visit]
    sub, where = chunk.take(rows), position[rows]
    minus = _minus(head, rows, partial[rows], part)
    none = np.zeros(len(rows), dtype=bool)
    fields = {
        "setl_id": numbers(REVERSAL + where),
        "init_setl_id": numbers(SETL + where),
        "refd_setl_flag": constant("1", len(rows)),
    }
    worst = np.full(len(rows), 2)
    every = np.arange(len(rows))
    headers(
        context,
        sub,
        where,
        minus,
        employee[rows],
        back[rows],
        none,
        back[rows] + 5,
        worst,
        rng,
        every,
        fields,
    )
    fund(context, where, minus, employee[rows], back[rows], none, none, ids=REVERSAL + where)
    fresh = context.line_numbers(len(part))
    fee_lines(
        context,
        sub,
        where,
        part,
        fresh,
        none,
        none,
        rng,
        sign=-1,
        ids=REVERSAL + where,
        original=number[kept],
    )


def _minus(head: Head, rows: Array, partial: Array, part: Lines) -> Head:
    """Negative header amounts: of the whole, or of the lines that came back (fund in proportion)."""
    whole = {name: value[rows] for name, value in head.items()}
    given = {
        name: np.round(np.bincount(part.visit, part.columns[name].astype(np.float64), len(rows))).astype(
            np.int64
        )
        for name in ("det", "own", "over", "before", "scope")
    }
    fund_part = whole["fund"] * given["scope"] // np.maximum(whole["scope"], 1)
    person = given["det"] - fund_part
    nothing = np.zeros(len(rows), dtype=np.int64)
    by_account, by_family = whole["account"] > 0, whole["shared"] > 0
    given.update({name: nothing for name in whole if name not in given})
    given.update(
        fund=fund_part,
        hifp=fund_part,
        person=person,
        account=np.where(by_account, person, 0),
        shared=np.where(~by_account & by_family, person, 0),
    )
    given["cash"] = person - given["account"] - given["shared"]
    return {name: -np.where(partial, given[name], whole[name]) for name in whole}
