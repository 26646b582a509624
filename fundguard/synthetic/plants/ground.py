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


def patients(plan: Plan, rng: np.random.Generator, size: int, where: Array) -> Array:
    """Living people for whom `where` holds, not in any scheme; patients are no parties."""
    free = where & ~plan.used_person & (plan.city.people.dies > plan.calendar.last)
    found = np.flatnonzero(free)
    return rng.choice(found, size, replace=len(found) < size)


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
    **more: Any,
) -> Array:
    """One visit a person at `place`; gives the keys."""
    size = len(person)
    if day is None:
        day = plan.calendar.draw_days(rng, "hospital", size)
    return plan.visit(
        rng,
        person=person,
        place=place,
        kind=v.KIND[kind],
        begin=np.asarray(day) * 86_400 + 9 * 3600 + rng.integers(0, 7 * 3600, size),
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
        cost=rng.normal(5200, 500, len(person)),
        tag=scheme.tag,
        flags=v.KEEP | flags,
        lines=rng.integers(35, 70, len(person)),
        **more,
    )
