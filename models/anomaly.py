"""Anomaly beside peers: robust z that explains itself, and an isolation forest that does not.

Both read residuals that are already normalised by the peer group (log of observed ÷ expected), never raw
volume: a big honest hospital is not an anomaly.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOP = 3
CUT = 10.0
FOREST_ROWS = 2000
NEIGHBOURS = 50
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
    """Parts of an anomaly score, rows × columns; a row's score is the sum of its parts.

    Two readings, each in units of its own way from the median to the 90th percentile: mean squared robust z
    (far from the middle), and mean distance to the 50 nearest neighbours (far from everybody). A distance d
    is the sum of its squared differences ÷ d, so both split over the columns exactly.
    """
    from sklearn.neighbors import NearestNeighbors

    z = spread_z(values)
    far = z**2 / z.shape[1]
    scaled = _standardised(values, values.mean(axis=0), values.std(axis=0))
    count = max(1, min(NEIGHBOURS, len(values) - 2))
    model = NearestNeighbors(n_neighbors=count + 1).fit(scaled)
    lonely = np.empty_like(scaled)
    for start in range(0, len(scaled), 2000):
        rows = scaled[start : start + 2000]
        distance, nearest = model.kneighbors(rows)
        difference = (rows[:, None, :] - scaled[nearest[:, 1:]]) ** 2
        away = distance[:, 1:, None]
        lonely[start : start + 2000] = np.divide(
            difference, away, out=np.zeros_like(difference), where=away > 0
        ).mean(axis=1)
    return np.asarray(sum(part / _scale(part.sum(axis=1)) for part in (far, lonely)))


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


def _scale(score: Array) -> float:
    spread = float(np.percentile(score, 90) - np.median(score))
    return spread if spread > 1e-9 else 1.0


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
