"""T23 sham physiotherapy (康复、理疗、中医虚假治疗): kin and friends of a clinic treated on a fixed rhythm, on paper.

Source: enforcement.md §1.2 T23 (every 12 or 24 days, about 240 yuan a record, from far away). The share of
traditional medicine itself is lawful without limit. Truth: clinic (main), the names (members); events are
the settlements. Grades: 1 = eight names every four days; 5 = four names every fortnight, with jitter.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T23", 7
_NAMES, _EVERY, _JITTER = (8, 7, 6, 5, 4), (4, 6, 8, 12, 14), (0, 0, 1, 2, 3)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one clinic and the names it treats on paper."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "clinic", "rehab", "tcm")[0])
    person = plan.persons(rng, _NAMES[at], where=plan.city.people.employee & (plan.city.people.age >= 30))
    doctor = plan.doctor_of(rng, place, "G01")
    day = np.arange(
        plan.calendar.first + int(rng.integers(0, _EVERY[at])), plan.calendar.last + 1, _EVERY[at]
    )
    who, when = np.tile(np.arange(len(person)), len(day)), np.repeat(day, len(person))
    keep = rng.random(len(who)) < 1.0 - 0.06 * at
    who, when = who[keep], when[keep] + rng.integers(0, _JITTER[at] + 1, int(keep.sum()))
    inside = when <= plan.calendar.last
    who, when = who[inside], when[inside]
    if len(who) == 0:
        return
    plan.visit(
        rng,
        person=person[who],
        place=place,
        kind=v.KIND["therapy"],
        begin=when * 86_400 + 14 * 3600 + rng.integers(0, 1800 * grade, len(who)),
        disease=plan.diseases.by_code["M54.500"],
        cost=rng.normal(240, 8 * grade, len(who)).clip(80),
        lines=5,
        doctor=doctor,
        tag=scheme.tag,
        flags=v.KEEP | v.WHOLE,
    )
    plan.party(scheme, "place", place, "main")
    plan.party(scheme, "person", person)
