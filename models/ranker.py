"""What outcomes teach the ranker, and how sure its list is.

Without outcomes the night adds the log likelihood ratios of a scheme's families and reads the sum off the
calibration table (`models/calibration.py`). With outcomes each family's ratio gets a multiplier of its own, shrunk
towards 1, with weights for how each reviewed lead came to be looked at. Reasons stay additive and the score
monotone. A challenger replaces the champion only through the gate (`models/gate.py`), on outcomes it has not seen.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import beta

from models.calibration import calibration

Array = NDArray[np.float64]

LARGEST_WEIGHT = 20.0
SPREAD = 0.5
LARGEST_TRUST = 5.0
LEAST_OUTCOMES = 30


def review_weights(rank: Array, drawn: NDArray[np.bool_], propensity: Array) -> Array:
    """Weight of a reviewed lead: 1 where it was looked at for its rank, 1 ÷ propensity (≤ 20) where drawn.

    What was never looked at has no weight: it is unlabelled, not innocent.
    """
    inverse = np.minimum(1 / np.maximum(propensity, 1 / LARGEST_WEIGHT), LARGEST_WEIGHT)
    return np.where(drawn, inverse, np.ones(len(rank)))


@dataclass(frozen=True)
class Trust:
    """How far each family is trusted: a multiplier of its log likelihood ratio. More evidence never lowers a lead."""

    multipliers: Array

    def apply(self, ratios: Array) -> Array:
        """Probabilities of leads from the ratios of their families (leads × families), as the night reckons them."""
        return calibration().probability(ratios * self.multipliers)


def fit_trust(ratios: Array, confirmed: Array, weight: Array) -> Trust:
    """Maximum a posteriori; the log of each multiplier has a normal prior of spread .5 around none."""
    table = calibration()

    def loss(b: Array) -> tuple[float, Array]:
        stretched = ratios * np.exp(b)
        evidence = table.evidence(stretched)
        log_odds = table.log_odds(evidence)
        value = (weight * (np.logaddexp(0, log_odds) - confirmed * log_odds)).sum()
        slope = weight * (1 / (1 + np.exp(-log_odds)) - confirmed) * table.rise(evidence)
        strongest = np.where(stretched == stretched.max(axis=1, keepdims=True), 1.0, table.further)
        return float(value + 0.5 * ((b / SPREAD) ** 2).sum()), (
            stretched * strongest
        ).T @ slope + b / SPREAD**2

    start = np.zeros(ratios.shape[1])
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
