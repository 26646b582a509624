"""T05 induced admission (诱导住院、减免起付线): a broker brings one far village, nobody pays his part.

Source: enforcement.md §1.2 T05. Truth: hospital (main), the brought people (members); events are the
stays. Grades: 1 = nine people of one community in one fortnight, all waived; 5 = six people from
anywhere over the whole time, a fifth waived.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T05", 9
_PEOPLE, _SPREAD, _FREE = (9, 8, 8, 7, 6), (0.0, 0.1, 0.3, 0.7, 1.0), (1.0, 0.9, 0.7, 0.4, 0.2)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one hospital and the village a broker brings to it."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "private", "primary")[0])
    far = plan.city.people.community != plan.city.places.community[place]
    person = plan.persons(rng, _PEOPLE[at], where=(plan.city.people.age >= 55) & far, spread=_SPREAD[at])
    span = min(plan.calendar.days, 14 + 20 * at)
    start = plan.calendar.first + int(rng.integers(0, max(1, plan.calendar.days - span)))
    codes = [plan.diseases.by_code[c] for c in ("M51.202", "M17.900", "J44.900", "I25.103")]
    for round_ in range(2 if grade <= 3 else 1):
        day = start + rng.integers(0, max(1, span - 9), len(person)) + round_ * 30
        free = rng.random(len(person)) < _FREE[at]
        plan.stay(
            rng,
            person=person,
            day=day,
            disease=rng.choice(codes, len(person)),
            place=place,
            days=rng.integers(4, 9, len(person)),
            cost=rng.normal(4300, 500, len(person)),
            tag=scheme.tag,
            flags=np.where(free, v.FREE, 0) | v.KEEP | v.WHOLE,
            lines=rng.integers(35, 70, len(person)),
        )
    plan.party(scheme, "place", place, "main")
    plan.party(scheme, "person", person)
