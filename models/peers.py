"""Peer comparison: how far a party's rate lies above its peers', as z, as a probability, as yuan.

Three readings of one count, all exact given the peer group:
- overdispersed funnel z = (O − E) / √(E + E²τ²) (Spiegelhalter, Statistics in Medicine 2005);
- empirical-Bayes P(rate > 1.8 × peers) from a gamma–Poisson posterior;
- the posterior of a two-part mixture: honest parties vary by a gamma of shape 1/τ², a small share works
  at 1.5 to 6 times its own honest rate. Shape, centre and share are fitted to the peer group itself, so
  no labels are needed and crooked parties do not hide one another (Efron, Large-Scale Inference 2010).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, gammaln

Array = NDArray[np.float64]

MULTIPLES: Array = np.exp(np.linspace(np.log(1.5), np.log(6.0), 8))
"""Times its own honest rate at which a crooked party may work."""

SHAPES: Array = np.exp(np.linspace(np.log(0.3), np.log(200.0), 22))
CENTRES: Array = np.array([0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0, 1.02, 1.05, 1.1])
PRIOR_SHARE = 0.015
PRIOR_WEIGHT = 60.0
FIT_ROWS = 4000
ABOVE = 1.8
MONEY_WEIGHT = 1.5


@dataclass(frozen=True)
class Fit:
    """A peer group's own variation: gamma shape, centre of the honest rates, share that is not honest."""

    shape: float
    centre: float
    share: float


@dataclass(frozen=True)
class Reading:
    """One measure of a peer group, per party: z, P(rate > 1.8 ×), mixture posterior, excess in units of O."""

    z: Array
    above: Array
    posterior: Array
    excess: Array
    fit: Fit


def fit(observed: Array, expected: Array) -> Fit:
    """Shape, centre and crooked share of a group by maximum a posteriori on a grid.

    `observed` counts (or counts' equivalents) and `expected` > 0, same length. At most 4,000 evenly
    spaced parties are used. Grids make the answer the same on every machine.
    """
    keep = expected > 0
    o, e = observed[keep], expected[keep]
    if len(o) > FIT_ROWS:
        chosen = np.linspace(0, len(o) - 1, FIT_ROWS).astype(int)
        o, e = o[chosen], e[chosen]
    if len(o) < 3 or o.sum() <= 0:
        return Fit(1.0, 1.0, PRIOR_SHARE)
    centre, best = 1.0, (-np.inf, 1.0, 1.0, PRIOR_SHARE)
    for _ in range(2):
        for shape in SHAPES:
            best = max(best, _evidence(o, e, float(shape), centre))
        for other in CENTRES:
            best = max(best, _evidence(o, e, best[1], float(other)))
        centre = best[2]
    for shape in best[1] * np.exp(np.linspace(-0.28, 0.28, 9)):
        best = max(best, _evidence(o, e, float(shape), centre))
    return Fit(best[1], best[2], best[3])


def read(observed: Array, expected: Array) -> Reading:
    """All readings of a peer group's counts against what its peers' rate leads to expect."""
    found = fit(observed, expected)
    o, e = observed, np.maximum(expected, 1e-9)
    shape, centre = found.shape, found.centre
    mean = e * centre
    z = (o - mean) / np.sqrt(mean + mean * mean / shape)
    above = gammaincc(shape + o, ABOVE * (shape + mean))
    honest, crooked = _likelihoods(o, e, shape, centre)
    top = np.maximum(honest, crooked.max(axis=0))
    right = (1 - found.share) * np.exp(honest - top)
    wrong = found.share * np.exp(crooked - top) / len(MULTIPLES)
    total = wrong.sum(axis=0)
    posterior = total / (right + total)
    part = (wrong * (1 - 1 / MULTIPLES[:, None])).sum(axis=0) / total
    # Shrunken count of a crooked party times the part that is too much: never more than lies above peers.
    excess = np.clip(part * o, 0.0, np.maximum(o - mean, 0.0))
    return Reading(z, above, np.where(expected > 0, posterior, 0.0), excess, found)


def priority(posterior: Array, money: Array) -> Array:
    """One score for being right and for the money: posterior × (1 + 1.5 × excess yuan ÷ its mean).

    The mean is taken over the group weighted by the posterior, so the score has no unit.
    """
    weight = posterior.sum()
    typical = float((posterior * money).sum() / weight) if weight > 0 else 0.0
    return posterior * (1 + MONEY_WEIGHT * money / typical) if typical > 0 else posterior


def _likelihoods(o: Array, e: Array, shape: float, centre: float) -> tuple[Array, Array]:
    means = np.concatenate([[1.0], MULTIPLES])[:, None] * (e * centre)[None, :]
    log = shape * np.log(shape / (shape + means)) + o[None, :] * np.log(means / (shape + means))
    return log[0], log[1:]


def _evidence(o: Array, e: Array, shape: float, centre: float) -> tuple[float, float, float, float]:
    honest, crooked = _likelihoods(o, e, shape, centre)
    common = gammaln(shape + o) - gammaln(shape)
    top = np.maximum(honest, crooked.max(axis=0))
    right, wrong = np.exp(honest - top), np.exp(crooked - top).mean(axis=0)
    share = PRIOR_SHARE
    for _ in range(12):
        blame = share * wrong / (share * wrong + (1 - share) * right)
        share = (blame.sum() + PRIOR_SHARE * PRIOR_WEIGHT) / (len(o) + PRIOR_WEIGHT)
    prior = PRIOR_WEIGHT * (PRIOR_SHARE * np.log(share) + (1 - PRIOR_SHARE) * np.log(1 - share))
    value = float((common + top + np.log(share * wrong + (1 - share) * right)).sum() + prior)
    return value, shape, centre, float(share)
