"""T33 false chronic status (门诊慢特病虚假认定): a batch of people registered by one doctor, at the ceiling at once.

Source: enforcement.md §1.2 T33 (no stay in the year before, no imaging; one assessor). Truth: the doctor
(main), the registered (members); events are the settlements. Grades: 1 = eight people from one day on, every
ten days, dear; 5 = five people, monthly, ordinary amounts.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES, PLACES = "T33", 8, False
_PEOPLE, _EVERY, _COST = (8, 8, 7, 6, 5), (10, 14, 20, 25, 30), (1500, 1200, 950, 800, 650)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one doctor and the people falsely registered with a stroke."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    people = plan.city.people
    place = int(rng.choice(plan.city.of_sort("secondary", "tertiary")))
    doctor = plan.doctor_of(rng, place, "A04")
    person = plan.persons(rng, _PEOPLE[at], where=(people.chronic < 0) & (people.age >= 40))
    start = plan.calendar.first + int(rng.integers(0, max(1, plan.calendar.days // 3)))
    for one in person:
        day = np.arange(start + int(rng.integers(0, 3 + 6 * at)), plan.calendar.last + 1, _EVERY[at])
        if len(day) == 0:
            continue
        plan.visit(
            rng,
            person=np.full(len(day), one),
            place=place,
            kind=v.KIND["chronic"],
            begin=day * 86_400 + 8 * 3600 + rng.integers(0, 8 * 3600, len(day)),
            disease=plan.diseases.by_code["I69.300"],
            cost=rng.normal(_COST[at], 40 * grade, len(day)),
            lines=rng.integers(4, 8, len(day)),
            doctor=doctor,
            tag=scheme.tag,
            flags=v.KEEP | v.WHOLE,
        )
    plan.party(scheme, "doctor", doctor, "main")
    plan.party(scheme, "person", person)
