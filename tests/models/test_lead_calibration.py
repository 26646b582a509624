"""From evidence to probability: rising, additive, the same in the night's SQL and where outcomes are learned from."""

import json
import math

import numpy as np
import pytest

from models import calibration as module
from models import train
from models.calibration import Calibration, calibration
from tests.leads import nights

BENT = Calibration(0.005, 0.5, 0.98, ((-2.0, -3.0), (0.0, -1.0), (1.0, 2.0)))


def test_the_shipped_table_rises_and_says_where_it_comes_from():
    text = module.FILE.read_text(encoding="utf-8")
    assert "provenance: synthetic" in text
    at = np.linspace(-6, 8, 500)
    assert np.all(np.diff(calibration().log_odds(at)) > 0)


def test_a_table_that_turns_evidence_round_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "calibration.yaml"
    file.write_text("prior: 0.005\nfurther: 0.5\nmost: 0.98\nknots:\n- [0, 1]\n- [1, 0]\n", "utf-8")
    monkeypatch.setattr(module, "FILE", file)
    with pytest.raises(ValueError, match="rise"):
        calibration.__wrapped__()


def test_facts_of_one_scheme_strengthen_each_other_and_further_ones_count_in_part():
    r = 3.0
    one, two = BENT.evidence(np.array([[r, 0.0], [r, r]]))
    assert one == pytest.approx(BENT.prior_log_odds + r)
    assert two == pytest.approx(one + r / 2)


def test_knots_are_met_and_the_ends_go_on():
    assert BENT.log_odds(np.array([-3.0, -2.0, 0.5, 1.0, 2.0])) == pytest.approx([-4.0, -3.0, 0.5, 2.0, 5.0])
    assert BENT.probability(np.array([[30.0]]))[0] == BENT.most


def test_the_night_says_what_the_table_says(duckdb_engine, monkeypatch):
    monkeypatch.setattr("pipelines.jobs.leads.calibration", lambda: BENT)
    many = [nights.hit(n) for n in range(20)]
    scores = [
        nights.score(("institution", "C001"), "split_stay", 0.95),
        nights.score(("institution", "C001")),
    ]
    listed, _ = nights.night(
        duckdb_engine, hits=[*nights.ordinary(), *many], rings=[nights.ring()], scores=scores
    )
    assert {lead["scheme"] for lead in listed} >= {"T03", "T08"}
    for lead in listed:
        reasons = json.loads(lead["reasons"])
        ratios = np.zeros((1, len(train.FAMILIES)))
        for reason in reasons:
            if reason["family"] in train.FAMILIES:
                ratios[0, train.FAMILIES.index(reason["family"])] += float(reason["ratio"])
        said = BENT.probability(ratios)[0]
        if not ratios.any():  # no evidence, no reason to share
            continue
        assert sum(float(reason["part"]) for reason in reasons) == pytest.approx(-math.log1p(-said), abs=3e-6)
        if lead["queue"] != "recover":
            assert lead["p_confirm"] == pytest.approx(said, abs=2e-6)


def test_general_comparisons_count_once(duckdb_engine, monkeypatch):
    monkeypatch.setattr("pipelines.jobs.leads.calibration", lambda: BENT)
    party = ("institution", "C001")
    one = [nights.score(party), nights.score(party, "split_stay", 0.95)]
    listed, _ = nights.night(duckdb_engine, scores=one)
    more, _ = nights.night(duckdb_engine, scores=[*one, nights.score(party, "isolation_forest", 0.9)])
    p = [next(x["p_confirm"] for x in found if x["scheme"] == "T03") for found in (listed, more)]
    assert p[0] == p[1]
