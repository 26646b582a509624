"""One probability from many detectors: label-free first, corrected by outcomes when there are enough.

Label-free: log likelihood ratios of detectors that speak of the same scheme add up (they test one
hypothesis by different facts); schemes are joined by noisy-or (any one of them suffices). Shared noise of
the detectors, such as plain busyness, is taken out with the covariance of the unsuspicious bulk.

With outcomes: each family's part of −ln(1 − p) times a multiplier of its own, shrunk towards 1, with weights
for how each reviewed lead came to be looked at. Reasons stay additive and the score monotone. A challenger
replaces the champion only through the gate (`models/gate.py`), on outcomes it has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import beta

Array = NDArray[np.float64]

LARGEST_WEIGHT = 20.0
SPREAD = 0.5
LARGEST_TRUST = 5.0
LEAST_OUTCOMES = 30


def noisy_or(posteriors: Array, families: Sequence[str] | None = None) -> Array:
    """1 − Π(1 − p) over columns; columns of one family count once, with their largest."""
    if families is not None:
        names = sorted(set(families))
        columns = [np.flatnonzero([f == name for f in families]) for name in names]
        posteriors = np.stack([posteriors[:, c].max(axis=1) for c in columns], axis=1)
    return np.asarray(1 - np.exp(np.log1p(-np.clip(posteriors, 0, 1 - 1e-12)).sum(axis=1)))


def signal_ratios(values: Array, signal: Array, bulk: Array) -> Array:
    """Log likelihood ratio of each detector's value: its scheme shifts it by `signal`, noise is the bulk's.

    `values` and `bulk` are rows × detectors on the same scale, `bulk` parties nobody suspects. With
    precision matrix K of the bulk the ratio for detector j is signal_j (K v)_j − signal_j² K_jj / 2: what
    all detectors share is subtracted before anything is believed.
    """
    precision = np.linalg.inv(np.atleast_2d(np.cov(bulk.T)))
    return np.asarray(values @ precision * signal - 0.5 * np.diag(precision) * signal**2)


def combine(ratios: Array, schemes: Sequence[str], prior: float) -> Array:
    """P(any scheme) from log likelihood ratios: sum inside a scheme, noisy-or across schemes.

    `prior` is the base rate of each scheme.
    """
    return np.asarray(-np.expm1(-scheme_parts(ratios, schemes, prior).sum(axis=1)))


def scheme_parts(ratios: Array, schemes: Sequence[str], prior: float) -> Array:
    """Parts of −ln(1 − P(any scheme)), rows × schemes in order of their names."""
    names = sorted(set(schemes))
    columns = [np.flatnonzero([s == name for s in schemes]) for name in names]
    odds = np.stack([ratios[:, c].sum(axis=1) for c in columns], axis=1) + np.log(prior / (1 - prior))
    return np.asarray(-np.log1p(-np.clip(_logistic(odds), 0, 1 - 1e-12)))


def review_weights(rank: Array, drawn: NDArray[np.bool_], propensity: Array) -> Array:
    """Weight of a reviewed lead: 1 where it was looked at for its rank, 1 ÷ propensity (≤ 20) where drawn.

    What was never looked at has no weight: it is unlabelled, not innocent.
    """
    inverse = np.minimum(1 / np.maximum(propensity, 1 / LARGEST_WEIGHT), LARGEST_WEIGHT)
    return np.where(drawn, inverse, np.ones(len(rank)))


@dataclass(frozen=True)
class Trust:
    """p = 1 − exp(−Σ multiplier · part): a noisy-or whose families are trusted more or less; monotone."""

    multipliers: Array

    def apply(self, parts: Array) -> Array:
        """Probabilities of leads from their parts, leads × families."""
        return np.asarray(-np.expm1(-(parts @ self.multipliers)))


def fit_trust(parts: Array, confirmed: Array, weight: Array) -> Trust:
    """Maximum a posteriori; the log of each multiplier has a normal prior of spread .5 around none."""

    def loss(b: Array) -> tuple[float, Array]:
        multiplier = np.exp(b)
        total = np.maximum(parts @ multiplier, 1e-6)
        sure = -np.expm1(-total)
        value = -(weight * (confirmed * np.log(sure) - (1 - confirmed) * total)).sum()
        slope = -weight * (confirmed * np.exp(-total) / sure - (1 - confirmed))
        return float(value + 0.5 * ((b / SPREAD) ** 2).sum()), (parts * multiplier).T @ slope + b / SPREAD**2

    start = np.zeros(parts.shape[1])
    bounds = [(-3.0, float(np.log(LARGEST_TRUST)))] * len(start)
    return Trust(np.exp(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x))


def calibration_error(probability: Array, confirmed: Array, bins: int = 10) -> float:
    """Expected calibration error over bins of equal size (Naeini et al. 2015)."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [len(part) * abs(probability[part].mean() - confirmed[part].mean()) for part in parts]
    return float(sum(gaps) / len(order))


def false_in_top(probability: Array, k: int, confidence: float = 0.9) -> int:
    """At most so many of the first k are false, with this confidence, if the probabilities are right.

    Leads are taken as independent; the number of false ones is a sum of unequal coin tosses, summed exactly.
    """
    chance = np.zeros(min(k, len(probability)) + 1)
    chance[0] = 1.0
    for p in probability[:k]:
        chance[1:] = chance[1:] * p + chance[:-1] * (1 - p)
        chance[0] *= p
    return int(np.searchsorted(np.cumsum(chance), confidence))


@dataclass(frozen=True)
class FalseBound:
    """At most `most` of the first `k` are false with 90 % confidence; `measured` on outcomes, or indicative."""

    k: int
    most: int
    measured: bool
    reviewed: int
    refuted: int


def false_bound(probability: Array, k: int, reviewed: int = 0, refuted: int = 0) -> FalseBound:
    """How many of the first k may be false, with 90 % confidence.

    With 30 outcomes and more of leads that stood in the first k of earlier nights: the Clopper–Pearson
    upper end of their false share, times k, rounded up. Without: from the probabilities themselves, which
    nobody has checked, so it is indicative only.
    """
    shown = min(k, len(probability))
    if reviewed < LEAST_OUTCOMES:
        return FalseBound(shown, false_in_top(probability, shown) if shown else 0, False, reviewed, refuted)
    upper = 1.0 if refuted >= reviewed else float(beta.ppf(0.9, refuted + 1, reviewed - refuted))
    return FalseBound(shown, min(shown, int(np.ceil(upper * shown))), True, reviewed, refuted)


def _logistic(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))))
