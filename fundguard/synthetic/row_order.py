"""Writes everything one chunk of visits gives, in one order, so that the same seed gives the same rows."""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import Array
from fundguard.synthetic.lines import Lines
from fundguard.synthetic.row_clinical import diagnoses, operations, prescriptions, second_diagnoses, visits
from fundguard.synthetic.row_headers import fund, headers
from fundguard.synthetic.row_lines import fee_lines
from fundguard.synthetic.row_notes import notes
from fundguard.synthetic.row_reversals import reversals
from fundguard.synthetic.row_traces import sales, traces
from fundguard.synthetic.row_truth import collect
from fundguard.synthetic.rows import Context, Head

_VOID = 0.001


def write_chunk(
    context: Context,
    chunk: v.Visits,
    position: Array,
    lines: Lines,
    head: Head,
    employee: Array,
    settled: Array,
    is_open: Array,
    rng: np.random.Generator,
) -> None:
    """All tables of one chunk; `position` numbers the visits, `is_open` marks stays not yet settled."""
    size = len(chunk)
    number = context.line_numbers(len(lines))
    void = (rng.random(size) < _VOID) & (chunk.tag < 0) & ~is_open
    updt = settled + rng.integers(1, 30, size)
    second, worst = second_diagnoses(context, chunk, rng)
    visits(context, chunk, position, is_open, void, updt, rng)
    closed = np.flatnonzero(~is_open)
    headers(context, chunk, position, head, employee, settled, void, updt, worst, rng, closed)
    fund(context, position, head, employee, settled, is_open, void)
    fee_lines(context, chunk, position, lines, number, is_open, void, rng)
    diagnoses(context, chunk, position, second, is_open, void)
    operations(context, chunk, position, lines, is_open)
    prescriptions(context, chunk, position, rng)
    traces(context, chunk, position, lines, number, is_open, rng)
    sales(context, chunk, lines)
    notes(context, chunk, position, lines, number, is_open)
    collect(context, chunk, position, lines, number, head, is_open)
    reversals(context, chunk, position, lines, number, head, employee, settled, is_open | void, rng)
    context.settlements += len(closed)
