"""Ordinary care: outpatient, emergency, chronic, pharmacy and therapy visits, and ordinary stays.

Rates, costs and stays per head follow the national bulletins (docs/synthetic.md, calibration).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.calendars import draw_seconds, draw_times
from fundguard.synthetic.city import SORT
from fundguard.synthetic.columnar import DAY, Array, runs
from fundguard.synthetic.plan import Plan

# (employee, resident) per head and year, and cost in yuan.
OUTPATIENT = ((7.18, 2.68), (262.0, 102.0))
THERAPY_SESSIONS = (0.12, 0.3)  # per head and year, part of the outpatient visits
CHRONIC = ((0.93, 0.52), (720.0, 370.0))
PHARMACY = ((5.8, 0.25), (96.0, 62.0))
# Where an outpatient goes: clinic, primary, secondary, tertiary, private, tcm.
_SORTS = ("clinic", "primary", "secondary", "tertiary", "private", "tcm")
_SHARES = {True: (0.22, 0.22, 0.26, 0.21, 0.04, 0.05), False: (0.42, 0.25, 0.17, 0.09, 0.04, 0.03)}
_LEVEL_COST = np.array([0.4, 0.65, 1.15, 1.65, 0.8, 1.0])
# tertiary, secondary, primary, private, tcm: share of stays, cost and days.
_STAY_SORTS = ("tertiary", "secondary", "primary", "private", "tcm")
_STAYS = {
    True: ((0.58, 0.24, 0.07, 0.05, 0.06), (16600, 9000, 6000, 6000, 8600), (7.6, 9.4, 11.6, 11.5, 10.5)),
    False: ((0.34, 0.36, 0.17, 0.07, 0.06), (12000, 5700, 3200, 3500, 5600), (7.9, 8.8, 9.0, 9.4, 9.6)),
}
STAYS_PER_HEAD = (0.213, 0.208)
COMPANION = 0.06  # visits that bring another member of the household along


def _heads(
    plan: Plan, rng: np.random.Generator, per_year: Sequence[float], extra: Array | None = None
) -> Array:
    """One entry per visit: persons drawn by Poisson around rate × intensity."""
    people = plan.city.people
    weight = people.intensity.copy() if extra is None else extra
    rate = np.where(people.employee, per_year[0], per_year[1])
    for insured in (True, False):
        group = people.employee == insured
        weight[group] /= max(weight[group].mean(), 1e-9)
    return np.repeat(np.arange(len(rate)), rng.poisson(rate * weight * plan.calendar.year))


def places_for(plan: Plan, rng: np.random.Generator, person: Array, sort: Array) -> Array:
    """Each person's usual place of a sort (by name position in the tuple given as `sort` of city.SORT)."""
    people, city = plan.city.people, plan.city
    out = np.zeros(len(person), dtype=np.int64)
    # Most go to the nearest; habits are kept by a draw that belongs to the person.
    habit = np.where((person * 2654435761) % 100 < 78, 0, 1)
    choice = np.where(rng.random(len(person)) < 0.88, habit, rng.integers(0, 3, len(person)))
    for number in np.unique(sort):
        rows = np.flatnonzero(sort == number)
        name = next(key for key, value in SORT.items() if value == number)
        out[rows] = city.near[name][people.community[person[rows]], choice[rows]]
    return out


def _choose_sort(
    rng: np.random.Generator,
    employee: Array,
    shares: Mapping[bool, tuple[float, ...]],
    names: tuple[str, ...],
) -> Array:
    out = np.empty(len(employee), dtype=np.int64)
    for insured in (True, False):
        rows = np.flatnonzero(employee == insured)
        out[rows] = rng.choice(len(names), len(rows), p=shares[insured])
    return out


def lognormal(rng: np.random.Generator, mean: Array, sigma: float) -> Array:
    """Lognormal draws with the given mean."""
    return mean * rng.lognormal(-sigma * sigma / 2, sigma, len(mean))


def outpatient(plan: Plan, rng: np.random.Generator) -> None:
    """Ordinary and emergency visits, with companions of the same household now and then."""
    (rates, costs), city = OUTPATIENT, plan.city
    alone = [rate - sessions for rate, sessions in zip(rates, THERAPY_SESSIONS, strict=True)]
    person = _heads(plan, rng, [rate / (1 + COMPANION) for rate in alone])
    which = _choose_sort(rng, city.people.employee[person], _SHARES, _SORTS)
    place = places_for(plan, rng, person, np.array([SORT[name] for name in _SORTS])[which])
    emergency = (rng.random(len(person)) < 0.06) & np.isin(which, [2, 3])
    clinic = which == 0
    begin = draw_times(rng, plan.calendar, "hospital", len(person))
    for mask, profile in ((clinic, "clinic"), (emergency, "emergency")):
        begin[mask] = draw_times(rng, plan.calendar, profile, int(mask.sum()))
    second = np.flatnonzero((rng.random(len(person)) < COMPANION) & (city.people.household_size[person] > 1))
    mate = plan.housemate(rng, person[second])
    person = np.concatenate([person, mate])
    which, place = np.concatenate([which, which[second]]), np.concatenate([place, place[second]])
    emergency = np.concatenate([emergency, np.zeros(len(second), dtype=bool)])
    begin = np.concatenate([begin, begin[second] + rng.integers(-600, 1200, len(second))])
    employee = city.people.employee[person]
    level = _LEVEL_COST[which] * np.where(emergency, 1.3, 1.0)
    for insured in (True, False):
        level[employee == insured] /= level[employee == insured].mean()
    kind = np.where(
        emergency, v.KIND["emergency"], np.where(which == 0, v.KIND["village"], v.KIND["outpatient"])
    )
    disease = plan.diseases.draw(rng, city.people, person, stay=False)
    lines = np.clip(np.round(rng.lognormal(np.log(np.where(which == 0, 6.2, 7.4)), 0.55)), 1, 40)
    plan.visit(
        rng,
        person=person,
        place=place,
        kind=kind,
        begin=begin,
        disease=disease,
        cost=lognormal(rng, level * np.where(employee, *costs), 0.85),
        lines=lines,
    )


def pharmacy(plan: Plan, rng: np.random.Generator) -> None:
    """Purchases; where a village has one pharmacy, market days (every fifth) draw the crowd."""
    (rates, costs), city = PHARMACY, plan.city
    person = _heads(plan, rng, tuple(r / (1 + COMPANION) for r in rates))
    home = city.people.community[person]
    place = places_for(plan, rng, person, np.full(len(person), SORT["pharmacy"]))
    sole = city.sole_pharmacy[home]
    place = np.where(sole >= 0, sole, place)
    begin = draw_times(rng, plan.calendar, "pharmacy", len(person))
    market = (sole >= 0) & (rng.random(len(person)) < 0.65)
    day = begin // DAY
    to_market = np.minimum(day - (day - home) % 5, plan.calendar.last)
    to_market = np.where(to_market < plan.calendar.first, day, to_market)
    morning = (to_market * DAY) + 8 * 3600 + rng.integers(0, 2 * 3600, len(person))
    begin = np.where(market, morning, begin)
    second = np.flatnonzero((rng.random(len(person)) < COMPANION) & (city.people.household_size[person] > 1))
    person = np.concatenate([person, plan.housemate(rng, person[second])])
    place = np.concatenate([place, place[second]])
    begin = np.concatenate([begin, begin[second] + rng.integers(20, 400, len(second))])
    employee = city.people.employee[person]
    plan.visit(
        rng,
        person=person,
        place=place,
        kind=v.KIND["pharmacy"],
        begin=begin,
        disease=plan.diseases.draw(rng, city.people, person, stay=False),
        cost=lognormal(rng, np.where(employee, *costs), 0.7),
        lines=np.clip(np.round(rng.lognormal(np.log(2.2), 0.5, len(person))), 1, 12),
    )


def chronic(plan: Plan, rng: np.random.Generator) -> None:
    """Registered chronic patients about every month or two, steady in place and medicine."""
    (rates, costs), city = CHRONIC, plan.city
    people = city.people
    bearers = np.flatnonzero(people.chronic >= 0)
    share = {
        k: (people.employee[bearers] == k).sum() / max(1, (people.employee == k).sum()) for k in (True, False)
    }
    per_year = np.where(
        people.employee[bearers],
        *(r / max(share[k], 0.02) for r, k in zip(rates, (True, False), strict=True)),
    )
    per_year = np.clip(per_year * rng.uniform(0.6, 1.4, len(bearers)), 0.5, 11.0)
    gap = 365.0 / per_year
    count = np.floor(plan.calendar.days / gap + rng.random(len(bearers))).astype(int)
    person = np.repeat(bearers, count)
    number = runs(count)
    step = np.repeat(gap, count)
    offset = np.repeat(rng.random(len(bearers)), count)
    day = plan.calendar.first + ((number + offset) * step + rng.normal(0, 2.0, len(person))).astype(int)
    inside = (day >= plan.calendar.first) & (day <= plan.calendar.last)
    person, day = person[inside], day[inside]
    day = plan.workday(rng, day)
    sort = np.array([SORT[name] for name in ("primary", "secondary", "tertiary", "primary")])
    place = city.near["primary"][people.community[person], 0]
    place = places_for(plan, rng, person, sort[(person * 7919) % 4])
    employee = people.employee[person]
    plan.visit(
        rng,
        person=person,
        place=place,
        kind=v.KIND["chronic"],
        begin=day * DAY + draw_seconds(rng, "hospital", len(person)),
        disease=people.chronic[person],
        cost=lognormal(rng, np.where(employee, *costs), 0.5),
        lines=np.clip(np.round(rng.lognormal(np.log(5.4), 0.4, len(person))), 1, 15),
    )


def therapy(plan: Plan, rng: np.random.Generator) -> None:
    """Courses of physiotherapy, needles and massage: some ten sessions, two or three days apart."""
    city = plan.city
    weight = city.people.intensity * (city.people.age > 25)
    starts = _heads(plan, rng, (0.045, 0.03), weight.astype(float))
    sessions = rng.integers(5, 14, len(starts))
    first = plan.calendar.draw_days(rng, "hospital", len(starts))
    person = np.repeat(starts, sessions)
    gap = np.repeat(rng.choice([1, 2, 3], len(starts)), sessions)
    day = np.repeat(first, sessions) + runs(sessions) * gap
    hour = np.repeat(rng.integers(8, 17, len(starts)), sessions) * 3600
    place = np.repeat(
        places_for(plan, rng, starts, np.array([SORT["tcm"], SORT["rehab"], SORT["primary"]])[starts % 3]),
        sessions,
    )
    disease = np.repeat(
        np.array([plan.diseases.by_code[c] for c in ("M54.500", "M75.000", "M51.202")])[starts % 3], sessions
    )
    keep = day <= plan.calendar.last
    person, day, place, hour, disease = (a[keep] for a in (person, day, place, hour, disease))
    plan.visit(
        rng,
        person=person,
        place=place,
        kind=v.KIND["therapy"],
        begin=day * DAY + hour + rng.integers(0, 1500, len(person)),
        disease=disease,
        cost=lognormal(rng, np.full(len(person), 120.0), 0.3),
        lines=rng.integers(2, 5, len(person)),
    )


def stays(plan: Plan, rng: np.random.Generator) -> None:
    """Ordinary stays: level, days and cost by insurance; some began before the first day."""
    city = plan.city
    rates = tuple(max(rate - plan.cohort_stays, 0.05) for rate in STAYS_PER_HEAD)
    person = _heads(plan, rng, rates)
    # The first days would be empty of inpatients without the stays that began before them.
    before = 20
    scale = (plan.calendar.days + before) / plan.calendar.days
    person = np.concatenate([person, _heads(plan, rng, tuple(r * (scale - 1) for r in rates))])
    disease = plan.diseases.draw(rng, city.people, person, stay=True)
    day = plan.calendar.first - before + rng.integers(0, plan.calendar.days + before, len(person))
    ordinary = plan.calendar.draw_days(rng, "ward", len(person))
    day = np.where(day < plan.calendar.first, day, ordinary)
    plan.stay(rng, person=person, day=day, disease=disease)


def stay_shape(rng: np.random.Generator, employee: Array, which: Array) -> tuple[Array, Array]:
    """Days and cost of stays at places `which` (position in the five sorts of hospitals)."""
    days, cost = np.empty(len(which)), np.empty(len(which))
    for insured in (True, False):
        rows = employee == insured
        cost[rows] = np.array(_STAYS[insured][1])[which[rows]]
        days[rows] = np.array(_STAYS[insured][2])[which[rows]]
    length = np.clip(np.round(lognormal(rng, days * 1.05, 0.5)), 1, 60).astype(int)
    cost = lognormal(rng, cost * (0.45 + 0.55 * length / days), 0.5)
    return length, cost


def stay_places(plan: Plan, rng: np.random.Generator, person: Array) -> tuple[Array, Array]:
    """Which sort of hospital each person lies in, and the hospital."""
    shares = {insured: _STAYS[insured][0] for insured in (True, False)}
    which = _choose_sort(rng, plan.city.people.employee[person], shares, _STAY_SORTS)
    sort = np.array([SORT[name] for name in _STAY_SORTS])[which]
    return which, places_for(plan, rng, person, sort)
