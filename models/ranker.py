"""One probability from many detectors: label-free first, corrected by outcomes when there are enough.

Label-free: log likelihood ratios of detectors that speak of the same scheme add up (they test one
hypothesis by different facts); schemes are joined by noisy-or (any one of them suffices). Shared noise of
the detectors, such as plain busyness, is taken out with the covariance of the unsuspicious bulk.

With outcomes: a logistic correction on top of the label-free log-odds, shrunk towards no correction, with
weights for how each reviewed lead came to be looked at. It replaces the label-free score only through a
gate: paired bootstrap of precision at k on outcomes it has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]

SHRINK = 0.3
LARGEST_WEIGHT = 20.0
LEAST_REVIEWED = 300
LEAST_CONFIRMED = 50
FOLDS = 5
REPLICAS = 400


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
    names = sorted(set(schemes))
    columns = [np.flatnonzero([s == name for s in schemes]) for name in names]
    odds = np.stack([ratios[:, c].sum(axis=1) for c in columns], axis=1) + np.log(prior / (1 - prior))
    return noisy_or(_logistic(odds))


def review_weights(rank: Array, drawn: NDArray[np.bool_], propensity: Array) -> Array:
    """Weight of a reviewed lead: 1 where it was looked at for its rank, 1 ÷ propensity (≤ 20) where drawn.

    What was never looked at has no weight: it is unlabelled, not innocent.
    """
    inverse = np.minimum(1 / np.maximum(propensity, 1 / LARGEST_WEIGHT), LARGEST_WEIGHT)
    return np.where(drawn, inverse, np.ones(len(rank)))


@dataclass(frozen=True)
class Correction:
    """Logistic correction: log-odds + intercept + (features − mean) ÷ spread · weights."""

    intercept: float
    weights: Array
    mean: Array
    spread: Array

    def apply(self, score: Array, features: Array) -> Array:
        """Corrected probabilities of label-free probabilities `score`."""
        shift = self.intercept + (features - self.mean) / self.spread @ self.weights
        return _logistic(_log_odds(score) + shift)

    def parameters(self) -> dict[str, float]:
        """As plain numbers, for the model registry."""
        return {"intercept": self.intercept, **{f"weight_{i}": float(w) for i, w in enumerate(self.weights)}}


def fit_correction(score: Array, features: Array, confirmed: Array, weight: Array) -> Correction:
    """Maximum a posteriori with normal priors of spread .3: few outcomes move it little."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    x, offset = (features - mean) / spread, _log_odds(score)
    scale = SHRINK

    def loss(b: Array) -> tuple[float, Array]:
        z = offset + b[0] + x @ b[1:]
        error = weight * (_logistic(z) - confirmed)
        value = (weight * (np.logaddexp(0, z) - confirmed * z)).sum() + 0.5 * ((b / scale) ** 2).sum()
        return float(value), np.concatenate([[error.sum()], x.T @ error]) + b / scale**2

    best = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return Correction(float(best[0]), best[1:], mean, spread)


@dataclass(frozen=True)
class Verdict:
    """What the gate found: may the challenger replace the champion, and why (not)."""

    passed: bool
    gain: float
    low: float
    high: float
    why: str


def gate(score: Array, features: Array, confirmed: Array, weight: Array, seed: int) -> Verdict:
    """Challenger against champion on outcomes not seen in fitting: paired bootstrap of weighted P@k.

    k is a fifth of the reviewed leads. Passes when at least 300 are reviewed, 50 confirmed, the lower end
    of the 95 % interval of the gain is above 0, and calibration is not worse by more than .01.
    """
    n = len(score)
    if n < LEAST_REVIEWED or confirmed.sum() < LEAST_CONFIRMED:
        return Verdict(
            False, 0.0, 0.0, 0.0, f"not enough decided: {n} reviewed, {int(confirmed.sum())} confirmed"
        )
    rng = np.random.default_rng(seed)
    fold = rng.permutation(n) % FOLDS
    corrected = np.empty(n)
    for part in range(FOLDS):
        train, test = fold != part, fold == part
        model = fit_correction(score[train], features[train], confirmed[train], weight[train])
        corrected[test] = model.apply(score[test], features[test])
    gains = []
    for _ in range(REPLICAS):
        chosen = rng.integers(0, n, n)
        k = max(1, n // 5)
        gains.append(
            _precision(corrected[chosen], confirmed[chosen], k)
            - _precision(score[chosen], confirmed[chosen], k)
        )
    low, high = np.quantile(gains, [0.025, 0.975])
    worse = calibration_error(corrected, confirmed) - calibration_error(score, confirmed)
    passed = bool(low > 0 and worse <= 0.01)
    why = "gain is certain" if passed else "no certain gain" if low <= 0 else "calibration worse"
    return Verdict(passed, float(np.mean(gains)), float(low), float(high), why)


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


def _precision(score: Array, confirmed: Array, k: int) -> float:
    return float(confirmed[np.argsort(-score, kind="stable")[:k]].mean())


def _logistic(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))))


def _log_odds(p: Array) -> Array:
    q = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(q / (1 - q)))
