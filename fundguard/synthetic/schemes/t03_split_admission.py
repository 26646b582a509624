"""T03 split admission (分解住院): one course of treatment booked as two or three stays.

Source: enforcement.md §1.2 T03. A hospital and a ward doctor send patients out on paper and take them in
again for the same illness in the same department. Truth: hospital (main), doctor (member); events are
the later stays. Grades: 1 = ten patients, out for 0–2 days, the same diagnosis, three stays; 5 = four
patients, out for 9–14 days, a neighbouring diagnosis, two stays.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T03", 2
_PATIENTS, _STAYS = (10, 8, 7, 5, 4), (3, 3, 2, 2, 2)
_OUT = ((0, 3), (1, 4), (2, 7), (5, 11), (9, 15))
_NEIGHBOUR = {"I63.900": "G45.900", "J18.900": "J20.900", "M51.202": "M17.900", "I25.103": "I50.900"}


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one hospital ward that splits stays."""
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "private", "primary")[0])
    name = str(rng.choice(list(_NEIGHBOUR)))
    disease, other = plan.diseases.by_code[name], plan.diseases.by_code[_NEIGHBOUR[name]]
    doctor = plan.doctor_of(rng, place, "A02" if name.startswith("J") else "B02")
    person = plan.persons(rng, _PATIENTS[grade - 1], where=plan.city.people.age >= 45)
    low, high = _OUT[grade - 1]
    start = plan.calendar.first + rng.integers(0, max(1, plan.calendar.days - 20), len(person))
    for number in range(_STAYS[grade - 1]):
        nights = rng.integers(4, 7, len(person))
        same = (number == 0) | (rng.random(len(person)) < 1.1 - grade * 0.15)
        plan.stay(
            rng,
            person=person,
            day=start,
            disease=np.where(same, disease, other),
            place=place,
            days=nights,
            cost=rng.normal(4200, 350, len(person)),
            doctor=doctor,
            tag=scheme.tag,
            flags=v.KEEP | (v.WHOLE if number else 0),
            lines=rng.integers(40, 70, len(person)),
        )
        start = start + nights + rng.integers(low, high, len(person))
    plan.party(scheme, "place", place, "main")
    plan.party(scheme, "doctor", doctor)
