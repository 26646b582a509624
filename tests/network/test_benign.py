"""Benign tags: what a calendar, a household register and a visit's own codes explain."""

import random

import pytest

from features.network.benign import care_tags, household_tags, schedule_tags


@pytest.mark.parametrize(
    "days",
    [
        [d for d in range(180) if d % 7 in (0, 2, 4)],
        list(range(5, 180, 14)),
        [d + (d // 14) % 2 for d in range(5, 180, 14)],
        [*range(0, 45, 5), 100, 105, 110],
        list(range(3, 180, 30)),
    ],
    ids=["dialysis", "fortnight", "fortnight, a day late now and then", "market day", "monthly"],
)
def test_a_calendar_is_seen(days):
    assert schedule_tags(days, 180) == ["schedule"]


@pytest.mark.parametrize("events", [3, 4, 5, 8, 16, 30])
def test_days_at_random_are_no_calendar(events):
    drawn = random.Random(1)
    tagged = sum(bool(schedule_tags(drawn.sample(range(180), events), 180)) for _ in range(300))
    assert tagged <= 3


@pytest.mark.parametrize(
    "households, units, tags",
    [
        (["a", "a", "a", "b"], 2, ["household"]),
        (["a", "b", "c", "d"], 4, []),
        ([None] * 4, 4, ["household"]),
        ([None] * 6, 6, []),
        ([None] * 5, 2, ["household"]),
        (["home"] * 10 + [None] * 2, 3, ["nursing_home"]),
    ],
)
def test_households(households, units, tags):
    assert household_tags(households, units, 4, 5) == tags


def test_codes_of_half_the_visits():
    assert care_tags(["dialysis", "dialysis", "", ""]) == ["dialysis"]
    assert care_tags(["dialysis", "", ""]) == []
