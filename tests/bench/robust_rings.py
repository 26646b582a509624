"""Suite robust: rings of grade 2 and 4 among other villages, clocks and lawful crowds. See docs/bench/rings.md.

The worlds of G1 plus one thing each that the detector was not made for: rehabilitation courses, school
check-ups, day-care pensioners, an epidemic, vaccination days, queues at opening, other sizes. No register
and no codes are given, as in G1.
"""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np

from tests.bench.g1_rings import FIRST_SEED
from tests.bench.ring_world import GRADES, Grade, World, make_world
from tests.bench.rings import arguments, detected, judge, report

CITY = 120
CHILD = 2015

Change = Callable[[World, np.random.Generator], World]


def with_visits(world: World, visits: list[tuple[np.ndarray, int, int, np.ndarray]]) -> World:
    """The world with more visits: (persons, place, day, minutes of each)."""
    parts = [np.column_stack([world.person, world.place, world.day, world.minute, world.care])]
    for who, place, day, minute in visits:
        columns = [np.broadcast_to(np.asarray(part), who.size) for part in (who, place, day, minute, 0)]
        parts.append(np.column_stack(columns).astype(np.int64))
    rows = np.unique(np.vstack(parts), axis=0)
    return replace(
        world, person=rows[:, 0], place=rows[:, 1], day=rows[:, 2], minute=rows[:, 3], care=rows[:, 4]
    )


def drawn(world: World, random: np.random.Generator, groups: int, size: int, kind: int) -> list[np.ndarray]:
    """Disjoint groups of persons without any other part; they become a cohort of that kind."""
    free = random.permutation(np.flatnonzero((world.cohort == 0) & (world.ring < 0)))
    chosen = [free[i * size : (i + 1) * size] for i in range(groups)]
    for people in chosen:
        world.cohort[people] = kind
    return chosen


def rehabilitation(world: World, random: np.random.Generator) -> World:
    """Six centres, fifteen persons each: thrice a week for five weeks, everybody at an hour of its own."""
    visits = []
    for number, people in enumerate(drawn(world, random, 6, 15, 3)):
        for person in people:
            start, hour = random.integers(0, world.days - 35), random.integers(8, 17)
            for day in range(int(start), int(start) + 35):
                if day % 7 in (0, 2, 4) and random.random() < 0.95:
                    visits.append(
                        (np.array([person]), 40 + number, day, 60 * hour + random.integers(0, 20, 1))
                    )
    return with_visits(world, visits)


def school(world: World, random: np.random.Generator) -> World:
    """Ten classes of forty, examined on two mornings."""
    visits = []
    for number, people in enumerate(drawn(world, random, 10, 40, 4)):
        world.born[people] = CHILD
        for day in random.choice(world.days, 2, replace=False):
            here = people[random.random(people.size) < 0.95]
            visits.append((here, 50 + number % 4, int(day), 500 + random.integers(0, 60, here.size)))
    return with_visits(world, visits)


def pensioners(world: World, random: np.random.Generator) -> World:
    """Five day-care houses of twenty-five: the clinic day is Wednesday, more than half come."""
    visits = []
    for number, people in enumerate(drawn(world, random, 5, 25, 5)):
        for day in range(2, world.days, 7):
            here = people[random.random(people.size) < 0.6]
            visits.append((here, 60 + number, day, 540 + random.integers(0, 60, here.size)))
    return with_visits(world, visits)


def epidemic(world: World, random: np.random.Generator) -> World:
    """Two weeks in which every third village goes to its clinic once more each."""
    visits = []
    for village in range(0, int(world.village.max()) + 1, 3):
        people = np.flatnonzero(world.village == village)
        start = random.integers(0, world.days - 14)
        for day in range(int(start), int(start) + 14):
            here = people[random.random(people.size) < 1 / 14]
            minutes = np.clip(random.normal(570, 90, here.size), 420, 1020)
            visits.append((here, CITY + 2 * village, day, minutes))
    return with_visits(world, visits)


def vaccination(world: World, random: np.random.Generator) -> World:
    """Each village clinic vaccinates a third of its village, and again four weeks later."""
    visits = []
    for village in range(int(world.village.max()) + 1):
        people = np.flatnonzero((world.village == village) & (random.random(world.village.size) < 0.3))
        first = int(random.integers(0, world.days - 28))
        for day in (first, first + 28):
            here = people[random.random(people.size) < 0.9]
            visits.append((here, CITY + 2 * village, day, 480 + random.integers(0, 180, here.size)))
    return with_visits(world, visits)


def queue(world: World, random: np.random.Generator) -> World:
    """Four of ten visits stand at the door when it opens at eight; rings keep their own hours."""
    early = (random.random(world.minute.size) < 0.4) & (world.ring[world.person] < 0) & (world.care == 0)
    minute = np.where(early, 475 + random.integers(0, 20, world.minute.size), world.minute)
    return replace(world, minute=minute)


CASES: dict[str, tuple[dict, Change | None]] = {
    "few large villages": ({"villages": 15, "city": 120}, None),
    "many small villages": ({"villages": 100, "city": 120}, None),
    "half a year more": ({"days": 365, "visits_mean": 12.0}, None),
    "rehabilitation courses": ({}, rehabilitation),
    "school check-ups": ({}, school),
    "day-care pensioners": ({}, pensioners),
    "epidemic": ({}, epidemic),
    "vaccination days": ({}, vaccination),
    "queue at opening": ({}, queue),
}


def varied(seed: int, shape: Grade, sizes: dict, change: Change | None) -> World:
    """A world of that grade with one thing changed."""
    world = make_world(seed, shape, **sizes)
    return change(world, np.random.default_rng([seed, 99])) if change else world


def main() -> None:
    """Print P@20 and benign groups in the top 20 per case and grade, with intervals over seeds."""
    options, started = arguments("robust_rings", __doc__ or ""), perf_counter()
    cases: dict[str, list[dict]] = {}
    for name, (sizes, change) in CASES.items():
        for grade in (2, 4):
            for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
                world = varied(seed, GRADES[grade], sizes, change)
                found = judge(world, detected(world, registers=False, codes=False))
                cases.setdefault(f"grade {grade}, {name}", []).append(found)
    report("robust", cases, options, started)


if __name__ == "__main__":
    main()
