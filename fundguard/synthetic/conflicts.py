"""Nobody is in two places: visits after death, inside a stay, and overlapping stays are taken out.

Planted visits win over ordinary ones, so that a scheme shows what it is meant to show and no more.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.calendars import Calendar
from fundguard.synthetic.city import People
from fundguard.synthetic.columnar import DAY, Array

_APART = 24 * DAY  # ordinary stays of one person lie at least so far apart
_SPARE = 0.002  # visits inside a stay that stay: a relative used the card, an honest false positive


def resolve(
    all_visits: v.Visits,
    people: People,
    calendar: Calendar,
    rng: np.random.Generator,
    closed: dict[int, int],
) -> v.Visits:
    """The visits that remain, dates bounded by the simulated days and by death.

    `closed`: the last day of places that close; what was not planted there ends with it.
    """
    first, after = calendar.first * DAY, (calendar.last + 1) * DAY
    is_stay: Array = v.STAYS[all_visits.kind]
    seen: Array = np.where(is_stay, all_visits.end, all_visits.begin)
    inside = (all_visits.begin < after) & (seen >= first)
    dies = people.dies[all_visits.person] * DAY + 20 * 3600
    alive = (all_visits.begin < dies) | (all_visits.flags & v.AFTER_DEATH > 0)
    open_still = np.ones(len(all_visits), dtype=bool)
    for place, last in closed.items():
        open_still &= (all_visits.place != place) | (all_visits.tag >= 0) | (seen < (last + 1) * DAY)
    now = all_visits.take(inside & alive & open_still)
    dies = people.dies[now.person] * DAY + 20 * 3600
    ends_it = v.STAYS[now.kind] & (now.end >= dies) & (now.flags & v.AFTER_DEATH == 0)
    now.columns["end"] = np.where(ends_it, np.maximum(dies, now.begin + 3600), now.end)
    now.columns["flags"] = np.where(ends_it, now.flags | v.DIED, now.flags).astype(np.int32)
    for _ in range(3):
        now = now.take(~_overlapping_stays(now))
    return now.take(~_inside_stays(now, rng))


def _protected(now: v.Visits) -> Array:
    return (
        (now.flags & v.KEEP > 0)
        | (now.tag >= 0)
        | np.isin(now.kind, [v.KIND["chemo"], v.KIND["psychiatric"]])
    )


def _overlapping_stays(now: v.Visits) -> Array:
    drop = np.zeros(len(now), dtype=bool)
    rows = np.flatnonzero(v.STAYS[now.kind] & (now.flags & v.OVERLAP == 0))
    rows = rows[np.lexsort((now.begin[rows], now.person[rows]))]
    if len(rows) < 2:
        return drop
    protected = _protected(now)[rows]
    before, this = rows[:-1], rows[1:]
    same = now.person[before] == now.person[this]
    close = same & (now.begin[this] < now.end[before] + _APART)
    drop[this[close & ~protected[1:]]] = True
    drop[before[close & protected[1:] & ~protected[:-1]]] = True
    return drop


def _inside_stays(now: v.Visits, rng: np.random.Generator) -> Array:
    """Ordinary visits inside a stay, and ordinary stays around a planted visit."""
    drop = np.zeros(len(now), dtype=bool)
    stays = np.flatnonzero(v.STAYS[now.kind])
    stays = stays[np.lexsort((now.begin[stays], now.person[stays]))]
    if len(stays) == 0:
        return drop
    key = now.person[stays].astype(np.int64) << 36 | now.begin[stays]
    out = np.flatnonzero(~v.STAYS[now.kind] & (now.flags & v.OVERLAP == 0))
    at = np.searchsorted(key, now.person[out].astype(np.int64) << 36 | now.begin[out], side="right") - 1
    stay = stays[np.maximum(at, 0)]
    inside = (at >= 0) & (now.person[stay] == now.person[out]) & (now.begin[out] < now.end[stay])
    protected = _protected(now)
    planted = inside & protected[out] & ~protected[stay]
    drop[stay[planted]] = True
    plain = inside & ~protected[out]
    drop[out[plain & (rng.random(len(out)) >= _SPARE)]] = True
    return drop
