"""T09 benefits after death (死亡后享受待遇): relatives go on using the card, or a clinic goes on billing.

Source: enforcement.md §1.2 T09. Truth: the dead person (main) and, in grades 1–2, the clinic (member);
events are the settlements after death. Grades: 1 = eight visits over the rest of the time; 5 = one visit
within a fortnight.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES, PLACES = "T09", 2, False
_VISITS = (8, 6, 4, 2, 1)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one dead person whose card lives on."""
    scheme = plan.plant(SCHEME, grade)
    people = plan.city.people
    person = plan.persons(rng, 1, where=people.age >= 65)
    if len(person) == 0:
        return
    died = plan.calendar.first + int(plan.calendar.days * rng.uniform(0.05, 0.4))
    people.dies[person] = died
    visits = _VISITS[grade - 1]
    first = died + 2 + int(rng.integers(0, 4))
    last = plan.calendar.last if grade < 5 else min(first + 10, plan.calendar.last)
    day = np.sort(rng.integers(first, max(last, first) + 1, visits))
    clinic = int(plan.city.near["clinic"][people.community[person[0]], 0])
    pharmacy = int(plan.city.near["pharmacy"][people.community[person[0]], 0])
    place = np.where(rng.random(visits) < 0.6, clinic, pharmacy) if grade > 2 else np.full(visits, clinic)
    plan.visit(
        rng,
        person=person[0],
        place=place,
        kind=np.where(place == pharmacy, v.KIND["pharmacy"], v.KIND["chronic"]),
        begin=day * 86_400 + 9 * 3600 + rng.integers(0, 7 * 3600, visits),
        disease=plan.diseases.by_code["I10.x00x002"],
        cost=rng.uniform(80, 400, visits),
        lines=rng.integers(2, 5, visits),
        tag=scheme.tag,
        flags=v.KEEP | v.WHOLE | v.AFTER_DEATH,
    )
    plan.party(scheme, "person", person, "main")
    if grade <= 2:
        plan.party(scheme, "place", clinic)
        plan.used_place[clinic] = True
