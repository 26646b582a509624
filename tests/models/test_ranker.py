"""Learning from outcomes, and how sure the list is, through public functions."""

import numpy as np
import pytest

from models import anomaly, gate, peers, ranker
from models.calibration import calibration


def outcomes(n, seed=1):
    """Ratios of two families: the first says nothing, the second everything."""
    rng = np.random.default_rng(seed)
    ratios = rng.uniform(0, 6, size=(n, 2))
    truth = (rng.random(n) < 1 / (1 + np.exp(-2 * (ratios[:, 1] - 4)))).astype(float)
    return calibration().probability(ratios), ratios, gate.Reviewed.plain(truth, np.ones(n))


def test_the_gate_keeps_the_champion_while_little_is_decided():
    assert not gate.gate_trust(*outcomes(100), seed=1).passed


def test_the_gate_lets_a_clear_gain_pass_and_noise_not():
    assert gate.gate_trust(*outcomes(800), seed=1).passed
    _, ratios, known = outcomes(800)
    strange = np.random.default_rng(2).uniform(0, 6, size=ratios.shape)
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
