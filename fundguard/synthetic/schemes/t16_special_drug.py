"""T16 special-drug fraud (特药、双通道): forged scripts for a very dear drug, filled at one pharmacy.

Source: enforcement.md §1.2 T16 (one doctor's name, one pharmacy, patients the hospital never saw). Truth:
pharmacy (main), prescriber and patients (members); events are the lines. Grades: 1 = six patients, every
fortnight, five boxes; 5 = three patients, every two months, one box, with a hospital visit before.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T16", 7
_PATIENTS, _EVERY, _BOXES = (6, 6, 5, 4, 3), (12, 16, 24, 35, 50), (5, 4, 3, 2, 1)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one pharmacy, one prescriber and their patients."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    people = plan.city.people
    shop = int(plan.place(rng, "pharmacy")[0])
    hospital = int(rng.choice(plan.city.of_sort("secondary", "tertiary")))
    doctor = plan.doctor_of(rng, hospital, "F01")
    person = plan.persons(rng, _PATIENTS[at], where=people.employee & (people.age >= 35))
    day = plan.spread_days(rng, max(1, plan.calendar.days // _EVERY[at]), _EVERY[at], edge=2)
    who, when = np.repeat(person, len(day)), np.tile(day, len(person))
    when = np.minimum(when + rng.integers(0, 3, len(when)), plan.calendar.last)
    key = plan.visit(
        rng,
        person=who,
        place=shop,
        kind=v.KIND["pharmacy"],
        begin=when * 86_400 + 9 * 3600 + rng.integers(0, 36_000, len(who)),
        disease=plan.diseases.by_code["C34.900"],
        cost=np.full(len(who), 60.0),
        lines=1,
        doctor=doctor,
        tag=scheme.tag,
        flags=v.KEEP,
    )
    item = int(plan.catalogue.pools["drug_tumour"][-1])
    plan.line(
        key=key, item=item, cnt=_BOXES[at] * 10_000, price=268_000, days=28 * _BOXES[at], tag=scheme.tag
    )
    if grade >= 4:
        plan.visit(
            rng,
            person=person,
            place=hospital,
            kind=v.KIND["outpatient"],
            begin=day[0] * 86_400 + 8 * 3600 + rng.integers(0, 900, len(person)),
            disease=plan.diseases.by_code["C34.900"],
            cost=rng.uniform(100, 300, len(person)),
            lines=3,
            doctor=doctor,
        )
    plan.party(scheme, "place", shop, "main")
    plan.party(scheme, "doctor", doctor)
    plan.party(scheme, "person", person)
