"""Anomaly beside peers: a score that explains itself, and an isolation forest that does not.

Both read residuals that are already normalised by the peer group (log of observed ÷ expected), never raw
volume: a big honest hospital is not an anomaly.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOP = 3
CUT = 10.0
FOREST_ROWS = 2000
NEIGHBOURS = 100
RIDGE = 0.5
MOST = 4.0
CELLS = 4_000_000
PRIOR = 0.01


def robust_z(values: Array) -> Array:
    """(x − median) ÷ (1.4826 × MAD) per column, cut at ±10; a column without spread gives zeros.

    Where half the column is one value the MAD is 0: then the standard deviation stands in.
    """
    middle = np.median(values, axis=0)
    mad = 1.4826 * np.median(np.abs(values - middle), axis=0)
    scale = np.where(mad > 1e-9, mad, values.std(axis=0))
    return np.asarray(np.clip(_standardised(values, middle, scale), -CUT, CUT))


def top_mean(z: Array) -> Array:
    """Mean of each row's three largest |z| (of all, where there are fewer columns)."""
    count = min(TOP, z.shape[1])
    return np.asarray(np.sort(np.abs(z), axis=1)[:, -count:].mean(axis=1))


def explainable(values: Array) -> Array:
    """Parts of an anomaly score, rows × columns; a row's score is the sum of its parts, exactly.

    Three readings, each in units of its own way from the median to the 90th percentile and cut at four of
    them, so that one wild reading does not drown the others: how rare each value is in its own column, how
    far it lies from what the row's other values lead to expect, and how far the row lies from its 100
    nearest neighbours (far from everybody). All three are sums over columns.
    """
    return np.asarray(sum(_cut(part) for part in (rare(values), unexpected(values), lonely(values))))


def rare(values: Array) -> Array:
    """−log of how full the value's bin is, against the column's fullest bin; rows × columns.

    Bins of equal width between the column's ends: half the root of the rows, at least 5, at most 30.
    """
    bins = int(np.clip(np.sqrt(len(values)) / 2, 5, 30))
    parts = np.zeros_like(values, dtype=np.float64)
    for column in range(values.shape[1]):
        x = values[:, column]
        if x.max() - x.min() < 1e-12:
            continue
        count, edges = np.histogram(x, bins=bins)
        at = np.clip(np.searchsorted(edges[1:-1], x, side="right"), 0, bins - 1)
        parts[:, column] = np.log((count.max() + 0.5) / (count[at] + 0.5))
    return np.asarray(parts / values.shape[1])


def unexpected(values: Array) -> Array:
    """Squared robust z of each value's distance from what the row's other columns predict; rows × columns.

    With precision matrix K of the (cut) robust z the prediction error of column j is (K z)_j ÷ √K_jj. A ridge
    of half the mean variance keeps few rows or equal columns from being predicted by accident.
    """
    z = spread_z(values)
    count = z.shape[1]
    cut = np.clip(z, -4, 4)
    covariance = np.atleast_2d(np.cov(cut.T))
    ridge = RIDGE * max(float(np.trace(covariance)) / count, 1e-6)
    precision = np.linalg.inv(covariance + ridge * np.eye(count))
    error = (z - cut.mean(axis=0)) @ precision / np.sqrt(np.diag(precision))
    return np.asarray(robust_z(error) ** 2 / count)


def lonely(values: Array) -> Array:
    """Mean distance to the nearest neighbours, split over the columns; rows × columns.

    A distance d is the sum of its squared differences ÷ d, so it splits exactly.
    """
    from sklearn.neighbors import NearestNeighbors

    scaled = _standardised(values, values.mean(axis=0), values.std(axis=0))
    count = max(1, min(NEIGHBOURS, len(values) - 2))
    model = NearestNeighbors(n_neighbors=count + 1).fit(scaled)
    parts = np.empty_like(scaled)
    step = max(1, CELLS // (count * scaled.shape[1]))
    for start in range(0, len(scaled), step):
        rows = scaled[start : start + step]
        distance, nearest = model.kneighbors(rows)
        difference = (rows[:, None, :] - scaled[nearest[:, 1:]]) ** 2
        away = distance[:, 1:, None]
        parts[start : start + step] = np.divide(
            difference, away, out=np.zeros_like(difference), where=away > 0
        ).mean(axis=1)
    return parts


def _cut(parts: Array) -> Array:
    """Parts in units of the sum's own spread; a sum of more than four spreads is scaled back to four."""
    total = parts.sum(axis=1)
    middle = float(np.median(total))
    spread = float(np.percentile(total, 90)) - middle
    spread = spread if spread > 1e-9 else max(float(total.std()), 1e-9)
    least = np.minimum(total, middle + MOST * spread)
    back = np.divide(least, total, out=np.ones_like(total), where=total > 0)
    return np.asarray(parts * back[:, None] / spread)


def spread_z(values: Array) -> Array:
    """Like `robust_z` with the interquartile range: it stays above 0 where up to half the values are equal."""
    low, middle, high = np.percentile(values, [25, 50, 75], axis=0)
    mad = 1.4826 * np.median(np.abs(values - middle), axis=0)
    scale = (high - low) / 1.349
    scale = np.where(scale > 1e-9, scale, np.where(mad > 1e-9, mad, values.std(axis=0)))
    return np.asarray(np.clip(_standardised(values, middle, scale), -CUT, CUT))


def _standardised(values: Array, middle: Array, scale: Array) -> Array:
    """(value − middle) ÷ scale by column; 0 where a column does not vary."""
    return np.divide(values - middle, scale, out=np.zeros_like(values), where=scale > 1e-9)


def forest(values: Array, seed: int) -> Array:
    """Isolation-forest score per row, higher is stranger (Liu, Ting, Zhou 2008).

    Fitted on at most 2,000 evenly spaced rows with a fixed seed.
    """
    from sklearn.ensemble import IsolationForest  # late: it costs a worker seconds to import

    rows = np.linspace(0, len(values) - 1, min(len(values), FOREST_ROWS)).astype(int)
    model = IsolationForest(n_estimators=64, random_state=seed, n_jobs=1).fit(values[rows])
    return np.asarray(-model.score_samples(values))


def tail_posterior(score: Array) -> Array:
    """P(anomalous) of a score from its own robust z: 1 % prior, Student-t background, normal signal at 4.

    The heavy tail of the background keeps one wild value from becoming a certainty.
    """
    z = robust_z(score[:, None])[:, 0]
    signal = PRIOR * np.exp(-((np.minimum(z, 4.0) - 4.0) ** 2) / 4.5) / (1.5 * np.sqrt(2 * np.pi))
    ground = (1 - PRIOR) * 0.375 * (1 + np.maximum(z, 0.0) ** 2 / 4) ** -2.5
    return np.asarray(np.where(z > 1, signal / (signal + ground), PRIOR * 0.1))
