"""T01 sham admission (虚假住院): paid patients, fixed short stays, nobody pays his part.

Source: enforcement.md §1.2 T01 (5,000–8,000 yuan a stay, two or three days, few chronic diagnoses, no
outpatient contact before). Truth: hospital (main), patients (members); events are the stays. Grades:
1 = six stays a head, all waived, one narrow band of cost; 5 = two stays a head, ordinary payment, wide.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T01", 8
_PATIENTS, _STAYS, _BAND = (8, 8, 7, 6, 6), (6, 5, 4, 3, 2), (150, 250, 450, 800, 1300)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one hospital with its paid patients."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "private")[0])
    person = plan.persons(rng, _PATIENTS[at], where=plan.city.people.age >= 40)
    diseases = [plan.diseases.by_code[c] for c in ("E11.900", "M51.202", "M17.900")]
    doctors = [plan.doctor_of(rng, place, d) for d in ("A03", "B02")]
    for one in person:
        day = plan.spread_days(rng, _STAYS[at], 9, edge=5)
        plan.stay(
            rng,
            person=np.full(len(day), one),
            day=day,
            disease=rng.choice(diseases, len(day)),
            place=place,
            days=rng.integers(2, 4 + grade // 3, len(day)),
            cost=rng.normal(6200, _BAND[at], len(day)),
            doctor=rng.choice(doctors, len(day)),
            tag=scheme.tag,
            flags=v.KEEP | v.WHOLE | v.PACKAGE | (v.FREE if grade <= 3 else 0),
            lines=rng.integers(30, 45, len(day)),
        )
    plan.party(scheme, "place", place, "main")
    plan.party(scheme, "person", person)
