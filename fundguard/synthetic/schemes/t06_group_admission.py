"""T06 group admission (集体住院、组团出入院): the same people lie in and leave together, again and again.

Source: enforcement.md §1.2 T06 (events of eight and more in and out together). Truth: hospital (main),
the group (members); events are the joint stays. Grades: 1 = one village, four rounds, nearly all come,
same day in and out; 5 = people from anywhere, two rounds, half come, two days of jitter, lawful visits
of their own around it.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T06", 10
_SIZE, _ROUNDS = (11, 10, 9, 9, 8), (4, 4, 3, 3, 2)
_COME, _JITTER, _SPREAD = (0.95, 0.85, 0.8, 0.65, 0.55), (0, 1, 1, 2, 2), (0.0, 0.1, 0.3, 0.7, 1.0)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one group and its hospital."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "private", "rehab", "primary")[0])
    person = plan.persons(rng, _SIZE[at], where=plan.city.people.age >= 50, spread=_SPREAD[at])
    doctor = plan.doctor_of(rng, place, "A03")
    diseases = [plan.diseases.by_code[c] for c in ("M51.202", "I25.103", "E11.900", "I63.900")]
    for day in plan.spread_days(rng, _ROUNDS[at], 26, edge=9):
        come = person[rng.random(len(person)) < _COME[at]]
        jitter = rng.integers(0, _JITTER[at] + 1, len(come))
        leave = int(rng.integers(5, 8)) + rng.integers(0, _JITTER[at] + 1, len(come))
        plan.stay(
            rng,
            person=come,
            day=day + jitter,
            disease=rng.choice(diseases[: 1 + grade // 2], len(come)),
            place=place,
            days=np.maximum(leave - jitter, 2),
            cost=rng.normal(5200, 250 + 120 * grade, len(come)),
            doctor=doctor,
            tag=scheme.tag,
            flags=v.KEEP | v.WHOLE | (v.FREE if grade <= 3 else 0),
            lines=rng.integers(35, 60, len(come)),
        )
    plan.party(scheme, "place", place, "main")
    plan.party(scheme, "person", person)
