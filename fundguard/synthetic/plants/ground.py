"""What the plants share: how many events a grade gives, and visits or stays to hang lines on."""

from typing import Any

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import Array
from fundguard.synthetic.plan import Plan, Scheme

_EVENTS = (16, 12, 9, 6, 4)


def events(grade: int) -> int:
    """Planted violations of one plant; half as many near misses stand beside them."""
    return _EVENTS[grade - 1]


def near(grade: int, kinds: int = 1) -> int:
    """Near misses of one kind where a plant has `kinds` of them: half as many as events, together."""
    return max(1, round(events(grade) / 2 / kinds))


def patients(plan: Plan, rng: np.random.Generator, size: int, where: Array | str) -> Array:
    """Living people for whom `where` (a mask or a word of `who`) holds; patients are no parties.

    Those no other plant has taken come first, so that plants do not meet in one person.
    """
    mask = who(plan, where) if isinstance(where, str) else where
    found = np.flatnonzero(mask & ~plan.used_person & (plan.city.people.dies > plan.calendar.last))
    fresh = found[~plan.patient[found]]
    chosen = rng.choice(fresh if len(fresh) >= size else found, size, replace=len(found) < size)
    plan.patient[chosen] = True
    return chosen


def who(plan: Plan, word: str) -> Array:
    """The people a word stands for."""
    people = plan.city.people
    age, adult = people.age, (people.age >= 25) & (people.age <= 58)
    masks = {
        "adult": (age >= 25) & (age <= 60),
        "anybody": (age >= 20) & (age <= 80),
        "grown": (age >= 40) & (age < 75),
        "old": age >= 66,
        "woman": adult & people.female,
        "man": adult & ~people.female,
        "employed woman": adult & people.female & people.employee,
        "resident woman": adult & people.female & ~people.employee,
        "young mother": (age >= 22) & (age <= 40) & people.female,
        "employee": adult & people.employee,
        "child": (age >= 5) & (age <= 10),
        "junior": (age >= 6) & (age <= 10),
        "teen": (age >= 14) & (age <= 15),
        "girl": (age >= 4) & (age <= 9) & people.female,
        "pupil": (age >= 6) & (age <= 13),
        "toddler": (age >= 3) & (age <= 6),
        "grown man": (age >= 50) & (age < 75) & ~people.female,
        "just grown": (age >= 19) & (age <= 21),
    }
    return masks[word]


def days_since(plan: Plan, rng: np.random.Generator, size: int, since: int = 0, room: int = 1) -> Array:
    """Days on which limits in force since a day bind, `room` days clear of the last one."""
    first = max(plan.calendar.first, since)
    return first + rng.integers(0, max(1, plan.calendar.last - room - first + 1), size)


def outpatient(
    plan: Plan,
    rng: np.random.Generator,
    scheme: Scheme,
    person: Array,
    place: Array | int,
    *,
    kind: str = "outpatient",
    flags: Array | int = 0,
    disease: str = "K29.500",
    day: Array | None = None,
    hour: int = 9,
    **more: Any,
) -> Array:
    """One visit a person at `place`, within seven hours from `hour` on; gives the keys."""
    size = len(person)
    if day is None:
        day = plan.calendar.draw_days(rng, "hospital", size)
    return plan.visit(
        rng,
        person=person,
        place=place,
        kind=v.KIND[kind],
        begin=np.asarray(day) * 86_400 + hour * 3600 + rng.integers(0, 7 * 3600, size),
        disease=plan.diseases.by_code[disease],
        cost=rng.uniform(60, 180, size),
        lines=more.pop("lines", rng.integers(2, 5, size)),
        tag=scheme.tag,
        flags=v.KEEP | flags,
        **more,
    )


def stay(
    plan: Plan,
    rng: np.random.Generator,
    scheme: Scheme,
    person: Array,
    place: Array | int,
    *,
    day: Array | None = None,
    days: Array | int = 6,
    flags: Array | int = 0,
    disease: Array | str = "I63.900",
    **more: Any,
) -> Array:
    """One stay a person at `place`, over before the last day where there is room; gives the keys."""
    if day is None:
        room = max(1, plan.calendar.days - int(np.max(days)) - 2)
        day = plan.calendar.first + rng.integers(0, room, len(person))
    return plan.stay(
        rng,
        person=person,
        day=day,
        disease=plan.diseases.by_code[disease] if isinstance(disease, str) else disease,
        place=place,
        days=days,
        cost=more.pop("cost", rng.normal(5200, 500, len(person))),
        tag=scheme.tag,
        flags=v.KEEP | flags,
        lines=more.pop("lines", rng.integers(35, 70, len(person))),
        **more,
    )


def plain_stay(
    plan: Plan,
    rng: np.random.Generator,
    scheme: Scheme,
    person: Array,
    place: Array | int,
    *,
    days: int = 6,
    treated: bool = True,
    **more: Any,
) -> Array:
    """A stay whose lines are all known: bed, nursing and ward round a night; `treated`: a drip each day."""
    flags = more.pop("flags", 0)
    key = stay(plan, rng, scheme, person, place, days=days, flags=v.BARE | flags, lines=0, **more)
    pools = plan.catalogue.pools
    daily = [int(pools[name][0]) for name in ("bed", "nurse", "consult_stay")]
    for number in range(days):
        for order, item in enumerate(daily):
            plan.line(key=key, item=item, after=number * 86_400 + 600 + order, tag=scheme.tag, event=False)
        if treated:
            for order, item in enumerate(
                (plan.catalogue.by_code["001204000060000"], int(pools["drug_infusion"][4]))
            ):
                plan.line(
                    key=key, item=item, after=number * 86_400 + 1_200 + order, tag=scheme.tag, event=False
                )
    return key
