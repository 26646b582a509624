"""Combining detectors and learning from outcomes, through public functions."""

import numpy as np
import pytest

from models import anomaly, gate, peers, ranker


def test_noisy_or_counts_a_family_once():
    p = np.array([[0.5, 0.5, 0.2]])
    assert ranker.noisy_or(p)[0] == pytest.approx(1 - 0.5 * 0.5 * 0.8)
    assert ranker.noisy_or(p, ["rule", "rule", "ring"])[0] == pytest.approx(1 - 0.5 * 0.8)


def test_facts_of_one_scheme_strengthen_each_other():
    ratios = np.array([[3.0, 3.0]])
    together = ranker.combine(ratios, ["a", "a"], 0.01)[0]
    apart = ranker.combine(ratios, ["a", "b"], 0.01)[0]
    assert together > 0.75 > 0.4 > apart


def outcomes(n, seed=1):
    """Parts of two families: the first says nothing, the second everything."""
    rng = np.random.default_rng(seed)
    parts = rng.exponential(0.5, size=(n, 2))
    truth = (rng.random(n) < -np.expm1(-2 * parts[:, 1])).astype(float)
    return -np.expm1(-parts.sum(axis=1)), parts, gate.Reviewed.plain(truth, np.ones(n))


def test_the_gate_keeps_the_champion_while_little_is_decided():
    assert not gate.gate_trust(*outcomes(100), seed=1).passed


def test_the_gate_lets_a_clear_gain_pass_and_noise_not():
    assert gate.gate_trust(*outcomes(800), seed=1).passed
    _, parts, known = outcomes(800)
    strange = np.random.default_rng(2).exponential(0.5, size=parts.shape)
    sure = np.clip(known.confirmed * 0.4 + 0.3, 0, 1)
    assert not gate.gate_trust(sure, strange, known, seed=1).passed


def test_how_many_of_the_first_are_false():
    assert ranker.false_in_top(np.full(100, 1.0), 20) == 0
    assert 3 <= ranker.false_in_top(np.full(100, 0.9), 20) <= 4


def test_how_many_of_the_first_are_false_is_measured_where_outcomes_are():
    sure = np.full(50, 0.95)
    said = ranker.false_bound(sure, 20)
    assert (said.k, said.measured) == (20, False)
    assert said.most == ranker.false_in_top(sure, 20)
    # 3 of 60 refuted: Clopper–Pearson upper end at 90 % is .1088, of 20 that is 2.2.
    found = ranker.false_bound(sure, 20, reviewed=60, refuted=3)
    assert (found.most, found.measured) == (3, True)
    assert ranker.false_bound(sure, 20, reviewed=40, refuted=40).most == 20
    assert ranker.false_bound(sure[:3], 20).k == 3
    assert ranker.false_bound(sure[:0], 20).most == 0


def test_mixture_finds_the_crooked_and_knows_how_many():
    rng = np.random.default_rng(3)
    expected = np.exp(rng.normal(3, 1, 2000))
    crooked = rng.random(2000) < 0.02
    observed = rng.poisson(expected * rng.gamma(8, 1 / 8, 2000) * np.where(crooked, 3, 1)).astype(float)
    reading = peers.read(observed, expected)
    assert crooked[np.argsort(-reading.posterior)[:20]].mean() > 0.8
    assert reading.posterior.sum() == pytest.approx(crooked.sum(), rel=0.5)


def test_the_explainable_anomaly_points_at_the_strange_column():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(300, 4))
    values[7, 2] = 9.0
    parts = anomaly.explainable(values)
    assert parts.shape == values.shape
    assert int(np.argmax(parts.sum(axis=1))) == 7
    assert int(np.argmax(parts[7])) == 2
