"""Suite C1: four detectors, three schemes, one list; with 0 to 3,000 reviewed leads.

World: 30,000 parties, 1 % crooked in one of three disjoint schemes. Three detector values share a busy
factor (.3); the first scheme shifts the first by 2.0 and is hit by a hard rule in 55 % (others .4 %), the
second shifts the second by 3.2, the third the third by 3.0. Detectors' ratios are known from planted
schemes, as in the night. Reviewed: 85 % from the top of noisy-or, 15 % drawn from the rest with known
propensity. What is learned is what the night applies: a multiplier per scheme's part, only where the gate lets it pass.
The label-free score is `ranker.combine`; the night itself joins families by noisy-or in SQL and does not call it.

Run: python -m tests.bench.combination [--worlds 10] [--out docs/bench/combination.json]
"""

import numpy as np
from sklearn.metrics import average_precision_score

from models import gate, ranker
from tests.bench.report import interval, options, publish

SIGNAL = np.array([2.0, 3.2, 3.0])
SCHEMES = ("first", "second", "third", "first")
PRIOR = 0.0033
RULE = np.log([0.45 / 0.996, 0.55 / 0.004])
BUDGETS = (0, 30, 100, 300, 1000, 3000)


def world(rng):
    n = 30_000
    crooked = rng.random(n) < 0.01
    scheme = np.where(crooked, rng.integers(0, 3, n), -1)
    values = rng.normal(size=(n, 3)) + 0.3 * rng.normal(size=(n, 1))
    rule = (rng.random(n) < np.where(scheme == 0, 0.55, 0.004)).astype(int)
    for k in range(3):
        values[:, k] += SIGNAL[k] * (scheme == k)
    return values, rule, crooked.astype(float)


def noisy(values, rule):
    ratios = np.column_stack([(values * SIGNAL - SIGNAL**2 / 2) / 1.09, RULE[rule]])
    return ranker.noisy_or(1 / (1 + np.exp(-(ratios + np.log(PRIOR / (1 - PRIOR))))))


def ours(values, rule, bulk):
    return np.column_stack([ranker.signal_ratios(values, SIGNAL, bulk), RULE[rule]])


def main():
    asked = options(__doc__, worlds=10)
    found, passed = {}, dict.fromkeys(BUDGETS, 0)
    for n in range(asked.worlds):
        rng = np.random.default_rng(asked.seed + n)
        values, rule, crooked = world(rng)
        new_values, new_rule, truth = world(rng)
        first = noisy(values, rule)
        bulk = values[first < 0.1]
        ratios, new_ratios = ours(values, rule, bulk), ours(new_values, new_rule, bulk)
        score, new_score = (ranker.combine(r, SCHEMES, PRIOR) for r in (ratios, new_ratios))
        scores = {
            "noisy-or": noisy(new_values, new_rule),
            "mean z": new_values.mean(axis=1),
            "rules first": new_rule * 100 + new_values.mean(axis=1),
            "max z": new_values.max(axis=1),
        }
        for budget in BUDGETS:
            scores[f"ours, {budget} reviewed"] = new_score
            if not budget:
                continue
            top = int(budget * 0.85)
            order = np.argsort(-first, kind="stable")
            drawn = rng.choice(order[top:], budget - top, replace=False)
            reviewed = np.concatenate([order[:top], drawn])
            was_drawn = np.arange(budget) >= top
            weight = ranker.review_weights(
                np.arange(budget), was_drawn, np.full(budget, (budget - top) / (len(order) - top))
            )
            parts, new_parts = (ranker.scheme_parts(r, SCHEMES, PRIOR) for r in (ratios, new_ratios))
            known = gate.Reviewed.plain(crooked[reviewed], weight)
            verdict = gate.gate_trust(score[reviewed], parts[reviewed], known, seed=n)
            trust = ranker.fit_trust(parts[reviewed], crooked[reviewed], weight)
            scores[f"trust without gate, {budget} reviewed"] = trust.apply(new_parts)
            if verdict.passed:
                passed[budget] += 1
                scores[f"ours, {budget} reviewed"] = trust.apply(new_parts)
        for name, value in scores.items():
            top = np.argsort(-value, kind="stable")[:100]
            found.setdefault(name, []).append((truth[top].mean(), average_precision_score(truth, value)))
        found.setdefault("calibration", []).append((ranker.calibration_error(new_score, truth), 0))
    calibration = found.pop("calibration")
    publish(
        {
            "suite": "C1",
            "worlds": asked.worlds,
            "orders": {
                name: {"p_at_100": interval([v[0] for v in values]), "ap": interval([v[1] for v in values])}
                for name, values in found.items()
            },
            "worlds_below_noisy_or": {
                str(budget): int(
                    sum(
                        a[0] < b[0]
                        for a, b in zip(found[f"ours, {budget} reviewed"], found["noisy-or"], strict=True)
                    )
                )
                for budget in BUDGETS
            },
            "gate_passed": {str(k): v for k, v in passed.items()},
            "calibration_error": interval([c[0] for c in calibration]),
        },
        asked.out,
    )


if __name__ == "__main__":
    main()
