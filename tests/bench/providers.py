"""Suite P1: providers whose rate is too high, found by one score that is right and finds the money.

World: 4,000 providers, expected events a day log-normal (0.01 to 10), honest rates gamma with shape 8,
1.5 % crooked at 1.8 to 4 times their own honest rate all the time, yuan per event log-normal. 150 days;
nights on days 120 to 147. The usual detectors see a window of 90 days; ours all days up to the night.
Parameters were fixed from the published description before tuning; seeds differ from those used to tune.

Two orders know the world's own parameters (shape, share, range of the multiples): the exact posterior, which
no order beats in expected precision, and the exact expected gain, which none beats in expected money. Events
are Poisson at constant rates, so the total of all days holds everything there is to know: what lies above
these two is out of anybody's reach, and no single order reaches both.

Run: python -m tests.bench.providers [--worlds 10] [--out docs/bench/providers.json]
"""

import numpy as np
from scipy.stats import gamma

from models import peers
from tests.bench.report import interval, options, publish

DAYS, WINDOW, NIGHTS = 150, 90, range(120, 150, 3)
SHAPE, SHARE, LEAST, MOST = 8, 0.015, 1.8, 4


def world(seed):
    rng = np.random.default_rng(seed)
    n = 4000
    expected = np.exp(rng.normal(1.2, 1.3, n)) / 10
    honest = rng.gamma(SHAPE, 1 / SHAPE, n)
    crooked = rng.random(n) < SHARE
    times = np.where(crooked, rng.uniform(LEAST, MOST, n), 1)
    yuan = np.exp(rng.normal(5, 0.6, n))
    events = np.cumsum(rng.poisson((expected * honest * times)[:, None], (n, DAYS)), axis=1)
    gain = np.where(crooked, (times - 1) * expected * honest * WINDOW * yuan, 0)
    return expected, crooked, yuan, events, gain


def knowing(o, e):
    """Posterior and expected excess events of each provider, for who knows how the world was made."""
    times = np.linspace(LEAST, MOST, 45)[:, None]

    def log_likelihood(mean):
        return SHAPE * np.log(SHAPE / (SHAPE + mean)) + o * np.log(mean / (SHAPE + mean))

    honest, crooked = log_likelihood(e), log_likelihood(times * e)
    top = np.maximum(honest, crooked.max(axis=0))
    right = (1 - SHARE) * np.exp(honest - top)
    wrong = SHARE * np.exp(crooked - top) / len(times)
    rate = (SHAPE + o) / (SHAPE + times * e)
    total = right + wrong.sum(axis=0)
    return wrong.sum(axis=0) / total, (wrong * (times - 1) * rate * e).sum(axis=0) / total


def orders(expected, yuan, events, night):
    """Name → score of every order compared, on one night."""
    o = (events[:, night] - events[:, night - WINDOW]).astype(float)
    e = expected * WINDOW
    near = peers.read(o, e)
    shape = near.fit.shape
    whole = events[:, night].astype(float)
    reading = peers.read(whole, expected * (night + 1))
    posterior, excess = knowing(whole, expected * (night + 1))
    return {
        "bound: best precision for who knows the world": posterior,
        "bound: best money for who knows the world": excess * yuan,
        "raw ratio": o / e,
        "raw excess yuan": (o - e) * yuan,
        "Poisson z": (o - e) / np.sqrt(e),
        "funnel z, 90 days": (o - e) / np.sqrt(e + e * e / shape),
        "EB P(rate > 1.8), 90 days": gamma.sf(1.8, shape + o, scale=1 / (shape + e)),
        "one score, 90 days": peers.priority(near.posterior, near.excess * yuan),
        "funnel z, all days": reading.z,
        "EB P(rate > 1.8), all days": reading.above,
        "one score, all days": peers.priority(reading.posterior, reading.excess * yuan),
    }, reading.posterior


def main():
    asked = options(__doc__, worlds=10)
    found, calibration = {}, []
    for n in range(asked.worlds):
        expected, crooked, yuan, events, gain = world(asked.seed + n)
        per_world = {}
        for night in NIGHTS:
            scores, posterior = orders(expected, yuan, events, night)
            for name, score in scores.items():
                top = np.argsort(-score, kind="stable")[:50]
                per_world.setdefault(name, []).append((crooked[top].mean(), gain[top].sum() / gain.sum()))
            calibration.append(abs(posterior.sum() - crooked.sum()) / len(crooked))
        for name, values in per_world.items():
            found.setdefault(name, []).append(np.mean(values, axis=0))
    publish(
        {
            "suite": "P1",
            "worlds": asked.worlds,
            "nights": len(NIGHTS),
            "orders": {
                name: {
                    "p_at_50": interval([v[0] for v in values]),
                    "money_recall_at_50": interval([v[1] for v in values]),
                }
                for name, values in found.items()
            },
            "difference": {
                f"one score, {days} − {base}": {
                    "p_at_50": interval(
                        [a[0] - b[0] for a, b in zip(found[f"one score, {days}"], found[base], strict=True)]
                    ),
                    "money_recall_at_50": interval(
                        [a[1] - b[1] for a, b in zip(found[f"one score, {days}"], found[base], strict=True)]
                    ),
                }
                for days in ("90 days", "all days")
                for base in ("funnel z, 90 days", "EB P(rate > 1.8), 90 days")
            },
            "base_rate_error": interval(calibration),
        },
        asked.out,
    )


if __name__ == "__main__":
    main()
