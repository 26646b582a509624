"""Tickets agree with the published sampler; draws are fair; size and speed."""

import hashlib
import itertools
import json
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from core.errors import FundguardError
from fundguard.casework.draws.assignment import assign
from fundguard.casework.draws.canonical import canonical_bytes, sm3_hex
from fundguard.casework.draws.sampling import (
    label,
    object_ticket,
    parse_ratio,
    sample_size,
    ticket,
    ticket_order,
)
from tests.draws.conftest import HERE

VECTORS = json.loads((HERE / "example" / "vectors.json").read_text("utf-8"))
DRAWS = 2000


def seed_of(text):
    return hashlib.sha256(str(text).encode()).hexdigest()


def test_agrees_with_the_published_consistent_sampler():
    """Values printed in the documentation of consistent_sampler 1.0.9 (R. Rivest, MIT licence).

    Same construction: SHA-256(hex(SHA-256(seed)) + id), decimal digits reversed, first generation.
    """
    for vector in VECTORS["published"]:
        assert ticket(seed_of(vector["seed"]), vector["id"]) == vector["ticket"]


def test_own_vectors(verifier):
    for vector in VECTORS["own"]:
        assert label(*vector["label"]) == vector["text"]
        assert ticket(vector["seed"], vector["text"]) == vector["ticket"]
        *head, turn = vector["label"]
        if turn == 1:
            assert verifier.ticket(vector["seed"], head) == vector["ticket"]


def test_sm3_of_the_standard():
    """GB/T 32905-2016, appendix A, example 1."""
    assert sm3_hex(b"abc").startswith("66c7f0f462eeedd9d1f2d46bdc10e4e2")


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("abcXYZ_"), inner),
        max_leaves=20,
    )
)
def test_canonical_bytes_read_back_and_are_their_own_form(value):
    try:
        data = canonical_bytes(value)
    except FundguardError:  # half a character
        return
    assert json.loads(data) == value
    assert canonical_bytes(json.loads(data)) == data


@pytest.mark.parametrize("value", [1.5, None, {"é": 1}, 2**53, [object()], "\ud800"])
def test_canonical_refuses_what_has_no_single_text(value):
    with pytest.raises(FundguardError):
        canonical_bytes([value])


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(1, 1000), st.integers(0, 50))
def test_every_stratum_gives_at_least_one_and_never_more_than_it_has(units, thousandths, minimum):
    size = sample_size(units, parse_ratio(f"{thousandths}‰", "x"), minimum)
    assert 1 <= size <= units
    assert size == min(units, max(-(-units * thousandths // 1000), minimum))


def test_order_is_consistent_when_the_list_changes():
    def rows(n):
        return [{"id": f"H{i}", "stratum": "s", "excluded": "", "weight": 1} for i in n]

    whole = [key for key, _ in ticket_order(seed_of(1), "s", rows(range(100)))]
    part = [key for key, _ in ticket_order(seed_of(1), "s", rows(range(0, 100, 2)))]
    assert [key for key in whole if key in set(part)] == part


def uniform(counts, trials, share):
    """P value of equal inclusion: counts of units drawn without replacement, `share` each time."""
    units = len(counts)
    expected = trials * share
    statistic = sum((c - expected) ** 2 for c in counts) / (expected * (1 - share)) * (units - 1) / units
    return chi2.sf(statistic, units - 1)


def test_selection_shows_no_bias_over_2000_draws():
    rows = [{"id": f"H{i:04d}", "stratum": "s", "excluded": "", "weight": 1} for i in range(100)]
    counts = Counter()
    for draw in range(DRAWS):
        counts.update(key for key, _ in ticket_order(seed_of(draw), "s", rows)[:10])
    assert uniform([counts[row["id"]] for row in rows], DRAWS, 0.1) > 0.001


def people(count, **more):
    return [
        {
            "id": f"P{n}",
            "org": "",
            "county": "",
            "certified": True,
            "on_leave": False,
            "conflicts": [],
            "visited": [],
            "seal": "",
            **more,
        }
        for n in range(count)
    ]


def frame_of(objects, inspectors, **team):
    return {
        "objects": [{"id": key, "county": ""} for key in objects],
        "inspectors": inspectors,
        "experts": [],
        "team": {
            "size": 2,
            "certified": 1,
            "experts": 0,
            "max_load": 0,
            "cross_county": False,
            "rotate": False,
            "double_ratio": "0",
            **team,
        },
    }


def test_inspector_load_shows_no_bias_over_2000_draws():
    inspectors = people(20)
    inspectors[0]["conflicts"] = ["A"]
    frame = frame_of(["A", "B", "C"], inspectors)
    selection = [{"id": key, "position": n} for n, key in enumerate(["A", "B", "C"])]
    load, on_a, pairs = Counter(), Counter(), Counter()
    for draw in range(DRAWS):
        for row in assign(seed_of(draw), frame, selection):
            (on_a if row["object"] == "A" else load).update(row["team"])
            if row["object"] == "B":
                pairs.update([tuple(sorted(row["team"]))])
    assert on_a["P0"] == 0
    assert uniform([load[p["id"]] for p in inspectors], 2 * DRAWS, 0.1) > 0.001
    assert uniform([on_a[p["id"]] for p in inspectors[1:]], DRAWS, 2 / 19) > 0.001
    expected = DRAWS / 190
    cells = [pairs[tuple(sorted(p))] for p in itertools.combinations([p["id"] for p in inspectors], 2)]
    assert chi2.sf(sum((c - expected) ** 2 / expected for c in cells), 189) > 0.001


def test_weighted_draws_match_their_probabilities():
    weights = {"A": 1, "B": 2, "C": 3, "D": 4}
    first, second = Counter(), Counter()
    trials = 6000
    for draw in range(trials):
        keyed = sorted(weights, key=lambda key: object_ticket(seed_of(draw), "s", key, weights[key]))
        first[keyed[0]] += 1
        second[tuple(keyed[:2])] += 1
    total = sum(weights.values())
    statistic = sum((first[k] - trials * w / total) ** 2 / (trials * w / total) for k, w in weights.items())
    assert chi2.sf(statistic, 3) > 0.001
    chance = {
        (a, b): weights[a] / total * weights[b] / (total - weights[a])
        for a, b in itertools.permutations(weights, 2)
    }
    statistic = sum((second[k] - trials * p) ** 2 / (trials * p) for k, p in chance.items())
    assert chi2.sf(statistic, 11) > 0.001


def test_a_province_is_drawn_in_seconds():
    """21,988 objects, 400 inspectors with conflicts: five percent of them, as Shandong did live."""
    rows = [
        {"id": f"H{i:05d}", "stratum": "s", "excluded": "", "weight": 1, "county": ""} for i in range(21988)
    ]
    inspectors = people(400)
    for number, person in enumerate(inspectors):
        person["conflicts"] = [f"H{number * 50 + k:05d}" for k in range(5)]
    start = time.perf_counter()
    order = ticket_order(seed_of("山东"), "s", rows)
    selection = [{"id": key, "position": n} for n, (key, _) in enumerate(order[:1100])]
    frame = frame_of([], inspectors) | {"objects": rows}
    assert len(assign(seed_of("山东"), frame, selection)) == 1100
    assert time.perf_counter() - start < 30
