"""Which settlements and lines are truth events or near misses."""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import Array
from fundguard.synthetic.lines import Lines
from fundguard.synthetic.plan import WHOLE
from fundguard.synthetic.rows import SETL, Context, Head


def collect(
    context: Context,
    chunk: v.Visits,
    position: Array,
    lines: Lines,
    number: Array,
    head: Head,
    is_open: Array,
) -> None:
    """Keeps the truth events and near misses of the chunk."""
    whole = np.flatnonzero((chunk.tag >= 0) & (chunk.flags & v.WHOLE > 0) & ~is_open)
    # Of a header above its lines, the surplus is what is wrong.
    surplus = np.bincount(lines.visit, lines.short, len(chunk)).astype(np.int64)[whole]
    context.events.append(
        {
            "tag": chunk.tag[whole].astype(np.int64),
            "setl": SETL + position[whole],
            "line": np.full(len(whole), -1),
            "amount": np.where(surplus > 0, surplus, head["scope"][whole]),
            "fund": head["fund"][whole],
            "begin": chunk.begin[whole],
            "end": chunk.end[whole],
        }
    )
    rows = np.flatnonzero(lines.event & ~is_open[lines.visit])
    visit = lines.visit[rows]
    share = head["fund"][visit] / np.maximum(head["scope"][visit], 1)
    scope = (lines.scope[rows] * lines.part[rows] + WHOLE // 2) // WHOLE
    context.events.append(
        {
            "tag": lines.tag[rows],
            "setl": SETL + position[visit],
            "line": number[rows],
            "amount": scope,
            "fund": np.round(scope * share).astype(np.int64),
            "begin": lines.time[rows],
            "end": lines.time[rows],
        }
    )
    close = np.flatnonzero((chunk.tag >= 0) & (chunk.flags & v.NEAR > 0) & ~is_open)
    rows = np.flatnonzero((lines.near > 0) & ~is_open[lines.visit])
    label = context.plan.side.near_labels(chunk.key)
    context.near.append(
        {
            "tag": np.concatenate([chunk.tag[close].astype(np.int64), lines.tag[rows]]),
            "setl": SETL + np.concatenate([position[close], position[lines.visit[rows]]]),
            "line": np.concatenate([np.full(len(close), -1), number[rows]]),
            "pitfall": np.concatenate([label[close], lines.near[rows]]),
        }
    )
