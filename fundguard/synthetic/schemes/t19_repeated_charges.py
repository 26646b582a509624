"""T19 repeated and excessive charges (重复收费、超标准收费): a ward bills per-day items twice and hours past the clock.

Source: enforcement.md §1.2 T19. Truth: hospital (main); events are the surplus lines. Grades: share of
its stays touched and lines each: 1 = thirty stays, six lines; 5 = five stays, one line.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import WHOLE, Plan

SCHEME, PARTIES = "T19", 1
_STAYS, _LINES = (30, 20, 14, 9, 5), (6, 4, 3, 2, 1)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one hospital that charges the same days twice."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "secondary", "primary", "private")[0])
    people = plan.city.people
    person = plan.persons(rng, _STAYS[at], where=people.age >= 40)
    plan.used_person[person] = False  # patients, not parties
    nights = rng.integers(5, 10, len(person))
    day = plan.calendar.first + rng.integers(0, max(1, plan.calendar.days - 12), len(person))
    key = plan.stay(
        rng,
        person=person,
        day=day,
        disease=plan.diseases.by_code["I63.900"],
        place=place,
        days=nights,
        cost=rng.normal(6000, 900, len(person)),
        tag=scheme.tag,
        flags=v.KEEP,
    )
    hours = [plan.catalogue.by_code[c] for c in ("003107010220000", "003107010280000")]
    daily = [plan.catalogue.by_code[c] for c in ("001201000040000", "001102000050000")]
    for number in range(_LINES[at]):
        hourly = number % 2 == 0
        cnt = rng.integers(30, 49, len(key)) * 10_000 if hourly else np.full(len(key), 10_000)
        plan.line(
            key=key,
            item=rng.choice(hours if hourly else daily, len(key)),
            cnt=cnt,
            part=(cnt - 240_000) * WHOLE // cnt if hourly else WHOLE,
            after=(1 + number // 2) * 86_400 - (8 if hourly else 2) * 3600,
            tag=scheme.tag,
        )
    plan.party(scheme, "place", place, "main")
