"""Benign tags: what a calendar, a household register and a visit's own codes explain."""

import random

import pytest

from features.network.benign import care_tags, crowd_tags, household_tags, schedule_tags
from features.network.group import Component, Visit, tail_surprise
from features.network.parameters import parameters
from features.network.ring import expected_by_chance, score_of


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
    "households, units, homes, tags",
    [
        (["a", "a", "a", "b"], 2, 0, ["household"]),
        (["a", "b", "c", "d"], 4, 0, []),
        (["a", "a", "a", "b", "c", "d"], 4, 0, ["household"]),
        ([None] * 4, 4, 2, ["household"]),
        ([None] * 4, 4, 3, []),
        ([None] * 3, 3, 3, ["household"]),
        ([None] * 6, 6, 0, []),
        ([None] * 5, 2, 0, ["household"]),
        (["home"] * 10 + [None] * 2, 3, 3, ["nursing_home"]),
    ],
)
def test_households(households, units, homes, tags):
    assert household_tags(households, units, homes, 4, 5) == tags


def test_codes_of_half_the_visits():
    assert care_tags(["dialysis", "dialysis", "", ""]) == ["dialysis"]
    assert care_tags(["dialysis", "", ""]) == []


@pytest.mark.parametrize(
    "years, persons, days, tags",
    [
        ([2015] * 30 + [2016] * 8 + [1980], 39, 2, ["school"]),
        ([2015] * 6, 6, 5, []),
        ([1960] * 40, 40, 2, ["mass_event"]),
        ([1960] * 40, 40, 5, []),
        ([None] * 12, 12, 2, []),
    ],
    ids=["one class", "six children", "vaccination", "forty cards five times", "nothing known"],
)
def test_crowds_that_come_twice(years, persons, days, tags):
    assert crowd_tags(years, persons, days, 2026) == tags


def component(visits):
    """A component of all pairs of the persons of (person, place, day, minute)."""
    persons = sorted({person for person, *_ in visits})
    edges = [(a, b, 3.0) for a in persons for b in persons if a < b]
    seen = [Visit(*visit, rate=0.01, traffic=200) for visit in visits]
    return Component(edges, seen, {**parameters({}), "half": 0.6, "quarter": 0.4}, {})


def families_in(known, persons):
    """How many families the persons could be."""
    events = known.events(persons)
    return len(set(known.units(persons, events, known.lives(persons, events).apart).values()))


def test_a_family_is_known_by_its_own_outings():
    alone = [(person, "H", day, 600) for day in (10, 30) for person in "ab"]
    joint = [(person, "H", day, 600) for day in (50, 90) for person in "abcdef"]
    assert component(alone + joint).families("abcdef", set()) == [("a", "b")]
    assert component(joint).families("abcdef", set()) == []


def test_who_lives_apart_is_no_family():
    joint = [(person, "H", day, 600) for day in (50, 90, 130) for person in "abcdef"]
    at_home = [(person, f"home of {person}", day, 500) for person in "abcd" for day in (20, 70)]
    together = component(joint)
    assert families_in(together, "abcdef") == 3
    apart = component(joint + at_home)
    (group,) = apart.groups()
    assert (group.persons, group.units, group.homes) == (list("abcdef"), 4, 4)


def test_a_place_both_go_to_keeps_two_persons_one_family():
    joint = [(person, "H", day, 600) for day in (50, 90, 130) for person in "ab"]
    homes = [
        ("a", "clinic", 20, 500),
        ("a", "clinic", 25, 500),
        ("b", "shop", 30, 500),
        ("b", "shop", 31, 500),
    ]
    events = component(joint).events("ab")
    assert component(joint + homes).lives("ab", events).apart == {("a", "b"): 0, ("b", "a"): 0}
    assert component([*joint, *homes, ("b", "clinic", 77, 500)]).lives("ab", events).apart == {}


def test_strangers_who_meet_by_threes_and_fours_are_no_family():
    """A small ring at half attendance: its own evenings look like a family's outings until other visits speak."""
    evenings = [(20, "abcd"), (55, "abcd"), (93, "abc"), (130, "abcd")]
    joint = [(person, "H", day, 600) for day, there in evenings for person in there]
    lives = [(person, f"home of {person}", day, 500) for person in "abcd" for day in range(2, 170, 8)]
    about = [(p, f"shop {n} of {p}", 6 + 16 * n, 500) for p in "abcd" for n in range(10)]
    settled = {}
    for name, visits in (("little known", joint + lives), ("well known", joint + lives + about)):
        known = component(visits)
        settled[name] = families_in(known, "abcd")
    assert settled == {"little known": 1, "well known": 4}


def test_meetings_close_in_time_are_no_course():
    visits = [(p, "H", day, 900) for p in "abcdef" for day in (52, 57, 110)]
    found = component(visits).events("abcdef")
    assert len({round(event.surprise, 6) for event in found}) == 1


def test_a_course_of_treatment_explains_its_meetings():
    often = [(p, "H", day, 900) for p in "abcdef" for day in range(10, 40, 2)]
    seldom = [(p, "H", day, 900) for p in "abcdef" for day in (10, 60, 110)]
    (ring,) = [event for event in component(seldom).events("abcdef") if event.day == 60]
    assert ring.surprise > 5
    assert [
        event for event in component(often).events("abcdef") if event.day == 20 and event.surprise > 2
    ] == []


def test_scores_compare_across_kinds():
    assert score_of(3, 0.9, tagged=False) > score_of(1, 0.9, tagged=False) > 5
    assert score_of(60, 0.9, tagged=True) < 5 <= score_of(1e-6, 0.3, tagged=False)


def test_groups_expected_by_chance_fall_with_strength():
    null = [float(n) for n in range(-5, 8)]
    figures = [expected_by_chance(strength, null, 2) for strength in (0, 7, 12, 30)]
    assert figures == sorted(figures, reverse=True)
    assert figures[0] == 4.0
    assert figures[-1] < 1e-3
    assert tail_surprise(5, 0.1) > tail_surprise(3, 0.1)
