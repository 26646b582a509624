"""Nobody honest is in two places: visits after death, inside a stay, or stays across stays are taken out."""

import numpy as np

from tests.bench.other_city.book import DAY
from tests.bench.other_city.city import City


def tidy(city: City, visits: dict[str, np.ndarray]) -> np.ndarray:
    """True for the visits that go; planted ones always stay."""
    honest = visits["story"] < 0
    gone = honest & (visits["begin"] // DAY > city.people.death_day[visits["person"]])
    stay = np.isin(visits["kind"], [21, 52])
    rows = np.flatnonzero(stay)
    rows = rows[np.lexsort((visits["begin"][rows], visits["person"][rows]))]
    span = int(visits["end"].max()) + DAY
    base = visits["person"][rows].astype(np.int64) * span * 2
    begin, end = base + visits["begin"][rows], base + visits["end"][rows]
    reach = np.concatenate([[0], np.maximum.accumulate(end)[:-1]])
    over = begin < reach
    ahead = np.concatenate([begin[1:] < end[:-1], [False]])
    loose = visits["group"][rows] == 1
    gone[rows[(over | ahead) & loose & honest[rows]]] = True
    kept = rows[~gone[rows] & honest[rows]]
    starts = visits["person"][kept].astype(np.int64) * span * 2 + visits["begin"][kept]
    ends = visits["person"][kept].astype(np.int64) * span * 2 + visits["end"][kept]
    out = np.flatnonzero(~stay & honest)
    moment = visits["person"][out].astype(np.int64) * span * 2 + visits["begin"][out]
    at = np.searchsorted(starts, moment, side="right") - 1
    inside = (at >= 0) & (moment <= ends[np.maximum(at, 0)])
    gone[out[inside & (city.rng.random(len(out)) < 0.985)]] = True
    return gone
