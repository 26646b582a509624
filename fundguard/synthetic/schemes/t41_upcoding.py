"""T41 upcoding (DRG 高编高套): secondary diagnoses that no test or medicine supports, case after case.

Source: enforcement.md §1.2 T41 (57.89 % of cases with complications in a township hospital). Truth:
hospital (main); events are the stays. Grades: 1 = sixty cases, three in four with complications;
5 = twelve cases among ordinary ones.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T41", 1
_CASES = (60, 44, 32, 20, 12)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one small hospital whose cases are all grave on paper."""
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "primary", "private")[0])
    person = plan.persons(rng, _CASES[grade - 1], where=plan.city.people.age >= 45)
    plan.used_person[person] = False  # patients, not parties
    plan.stay(
        rng,
        person=person,
        day=plan.calendar.draw_days(rng, "ward", len(person)),
        disease=rng.choice(
            [plan.diseases.by_code[c] for c in ("J18.900", "J20.900", "I50.900")], len(person)
        ),
        place=place,
        days=rng.integers(4, 8, len(person)),
        cost=rng.normal(3400, 400, len(person)),
        tag=scheme.tag,
        flags=v.KEEP | v.WHOLE | v.UPCODED,
        lines=rng.integers(45, 80, len(person)),
    )
    plan.party(scheme, "place", place, "main")
