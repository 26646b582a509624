"""The lower bound covers, the floor holds, purposive samples are refused; the stop rule keeps its risk."""

import hashlib
import json
import random
from decimal import Decimal
from fractions import Fraction

import pytest

from core.errors import FundguardError
from fundguard.casework.draws.estimate import Stratum, estimate
from fundguard.casework.draws.sampling import ticket_order
from fundguard.casework.draws.stopping import stop
from tests.draws.conftest import ok, run, table


def population(share, seed):
    chance = random.Random(seed)
    return {
        f"R{n:04d}": Decimal(str(round(chance.lognormvariate(5, 1), 2)))
        if chance.random() < share
        else Decimal(0)
        for n in range(250)
    }


def test_the_lower_bound_covers_the_truth_nine_times_in_ten():
    strata = {"a": population(0.3, 1), "b": population(0.6, 2)}
    truth = sum(sum(each.values()) for each in strata.values())
    rows = {
        name: [{"id": key, "stratum": name, "excluded": "", "weight": 1} for key in each]
        for name, each in strata.items()
    }
    covered, points, trials = 0, Decimal(0), 300
    for trial in range(trials):
        seed = hashlib.sha256(f"cover{trial}".encode()).hexdigest()
        drawn = [
            Stratum(name, len(each), [each[key] for key, _ in ticket_order(seed, name, rows[name])[:40]])
            for name, each in strata.items()
        ]
        found = estimate(drawn, Decimal("0.90"))
        covered += found.lower <= truth
        points += found.point
        assert found.lower >= found.verified
    assert covered / trials >= 0.88
    assert abs(points / trials - truth) / truth < Decimal("0.04")


def test_a_hand_computed_estimate():
    """N = 10, n = 4, amounts 0 10 20 30: T = 150, s² = 166.67,
    Var = 10·6·166.67 / 4 = 2500, t(0.90, 3) = 1.6377."""
    found = estimate([Stratum("s", 10, [Decimal(n) for n in (0, 10, 20, 30)])], Decimal("0.90"))
    assert (found.point, found.standard_error, found.lower) == (
        Decimal("150.00"),
        Decimal("50.00"),
        Decimal("68.11"),
    )
    assert found.degrees == 3


def test_floor_census_and_too_small_a_sample():
    assert estimate(
        [Stratum("s", 3, [Decimal(1), Decimal(50), Decimal(0)])], Decimal("0.9")
    ).lower == Decimal(51)
    wild = estimate([Stratum("s", 100, [Decimal(0), Decimal(900)])], Decimal("0.9"))
    assert wild.lower == wild.verified == Decimal(900)
    with pytest.raises(FundguardError, match="extend"):
        estimate([Stratum("s", 10, [Decimal(3)])], Decimal("0.9"))
    assert estimate([Stratum("s", 10, [Decimal(0)] * 5)], Decimal("0.9")).lower == 0


def test_what_is_not_a_random_sample_is_refused(ceremony, tmp_path):
    ceremony.all()
    code, _, error = run("estimate", ceremony.transcript, "--sample", "purposive")
    assert code == 1
    assert "chosen, not drawn" in error
    code, _, error = run("estimate", ceremony.transcript)
    assert code == 1
    assert "results missing" in error
    drawn = [row["id"] for row in json.loads(ceremony.transcript.read_bytes())["body"]["selection"]]
    results = table(tmp_path / "r.csv", ["id", "result", "verified_amount"], [[k, "02", 100] for k in drawn])
    data = json.loads(ok("estimate", ceremony.transcript, "--results", results, "--json"))
    assert data["point"] == data["lower_bound"] == "2300.00"
    assert data["verified"] == "600.00"


@pytest.mark.parametrize("share", [Fraction(5, 100), Fraction(8, 100)])
def test_a_wrong_stop_is_as_rare_as_stated(share):
    units, rate, risk, wrong = 400, Fraction(5, 100), Fraction(1, 10), 0
    errors = [True] * int(units * share) + [False] * (units - int(units * share))
    for trial in range(200):
        chance = random.Random(trial)
        chance.shuffle(errors)
        wrong += stop(errors[:150], units, rate, risk).decision == "low"
    assert wrong / 200 <= 0.10


def test_it_stops_early_when_there_is_nothing_and_goes_on_when_unsure():
    clean = stop([False] * 200, 1000, Fraction(5, 100), Fraction(1, 10))
    assert clean.decision == "low"
    assert clean.used < 120
    assert "10.0%" in clean.statement
    dirty = stop([n % 4 == 0 for n in range(100)], 1000, Fraction(5, 100), Fraction(1, 10))
    assert dirty.decision == "high"
    assert stop([False] * 10, 1000, Fraction(5, 100), Fraction(1, 10)).decision == "read_on"
    whole = stop([n < 2 for n in range(100)], 100, Fraction(5, 100), Fraction(1, 100))
    assert whole.decision == "low"
    with pytest.raises(FundguardError):
        stop([], 10, Fraction(5, 100), Fraction(1, 10))
