"""T17 prescription mill (处方造假、秒开处方): one doctor's name on a pharmacy's scripts, several a minute.

Source: enforcement.md §1.2 T17. Truth: pharmacy (main), doctor (member); events are the settlements.
Grades: scripts a day and seconds between them: 1 = forty, 15 s apart, at night too; 5 = eight, four
minutes apart, in open hours.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T17", 2
_SCRIPTS, _APART, _DAYS = (40, 28, 20, 12, 8), (15, 30, 60, 120, 240), (12, 10, 9, 8, 7)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one doctor who signs for one pharmacy."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    people = plan.city.people
    shop = int(plan.place(rng, "pharmacy")[0])
    clinic = int(plan.city.near["clinic"][plan.city.places.community[shop], 0])
    doctor = plan.doctor_of(rng, clinic, "A01")
    buyers = np.flatnonzero(people.employee & (people.dies > plan.calendar.last) & (people.age >= 18))
    for day in plan.spread_days(rng, _DAYS[at], 4, edge=1):
        size = _SCRIPTS[at]
        hour = int(rng.choice([21, 22, 12])) if grade <= 2 else int(rng.integers(9, 18))
        gap = np.cumsum(rng.exponential(_APART[at], size).astype(int) + 2)
        plan.visit(
            rng,
            person=rng.choice(buyers, size, replace=False),
            place=shop,
            kind=v.KIND["pharmacy"],
            begin=day * 86_400 + hour * 3600 + gap,
            disease=plan.diseases.by_code["E11.900"],
            cost=rng.normal(210, 40, size).clip(50),
            lines=rng.integers(1, 3, size),
            doctor=doctor,
            tag=scheme.tag,
            flags=v.KEEP | v.WHOLE,
        )
    plan.party(scheme, "place", shop, "main")
    plan.party(scheme, "doctor", doctor)
