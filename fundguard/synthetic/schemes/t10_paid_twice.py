"""T10 paid twice (重复报销): one stay settled at the hospital and again by hand under another insurance.

Source: enforcement.md §1.2 T10. Truth: the person (main); events are the second settlements. Grades:
1 = three stays, same dates and amount; 5 = one stay, a month later, the amount shaved.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES, PLACES = "T10", 1, False
_STAYS, _LATER = (3, 2, 2, 1, 1), (2, 7, 12, 20, 30)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one person who is paid twice for the same stays."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    person = plan.persons(rng, 1, where=plan.city.people.age >= 30)
    if len(person) == 0:
        return
    day = plan.spread_days(rng, _STAYS[at], 30, edge=10)
    nights = rng.integers(4, 9, len(day))
    disease = rng.choice([plan.diseases.by_code[c] for c in ("K80.200", "J18.900")], len(day))
    cost = rng.normal(7000, 900, len(day))
    place = plan.city.near["secondary"][plan.city.people.community[person], 0]
    for again in (False, True):
        plan.stay(
            rng,
            person=np.repeat(person, len(day)),
            day=day,
            disease=disease,
            place=place,
            days=nights,
            cost=cost * (1 - 0.02 * grade * again),
            lines=60,
            tag=scheme.tag,
            flags=v.KEEP | (v.WHOLE | v.MANUAL | v.RESIDENT_FUND | v.OVERLAP if again else 0),
        )
    plan.party(scheme, "person", person, "main")
