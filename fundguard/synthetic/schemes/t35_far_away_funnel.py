"""T35 far-away funnel (异地就医): people insured elsewhere, all in one small hospital, one after another.

Source: enforcement.md §1.2 T35. Truth: hospital (main), patients (members); events are the stays. Grades:
1 = ten people in two weeks, never seen elsewhere in the city; 5 = five over the whole time, who also use
other places here.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T35", 8
_PEOPLE, _SPAN, _ELSEWHERE = (10, 9, 8, 6, 5), (14, 25, 40, 70, 400), (0, 0, 0, 1, 3)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one hospital fed from another prefecture."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    people = plan.city.people
    place = int(plan.place(rng, "private")[0])
    person = plan.persons(rng, _PEOPLE[at], where=people.age >= 35)
    people.away[person] = True
    span = min(_SPAN[at], plan.calendar.days)
    start = plan.calendar.first + int(rng.integers(0, max(1, plan.calendar.days - span)))
    # Whoever lives elsewhere has little business at the city's other doctors.
    people.intensity[person] = 0.02 if grade <= 3 else people.intensity[person]
    plan.stay(
        rng,
        person=person,
        day=start + rng.integers(0, max(1, span - 8), len(person)),
        disease=rng.choice([plan.diseases.by_code[c] for c in ("M51.202", "M17.900")], len(person)),
        place=place,
        days=rng.integers(5, 9, len(person)),
        cost=rng.normal(6800, 700, len(person)),
        tag=scheme.tag,
        flags=v.KEEP | v.WHOLE,
        lines=rng.integers(50, 80, len(person)),
    )
    for _ in range(_ELSEWHERE[at]):
        plan.visit(
            rng,
            person=person,
            place=plan.city.near["clinic"][people.community[person], 0],
            kind=v.KIND["village"],
            begin=plan.calendar.draw_days(rng, "clinic", len(person)) * 86_400 + 36_000,
            disease=plan.diseases.by_code["J06.900"],
            cost=rng.uniform(30, 90, len(person)),
            lines=2,
        )
    plan.party(scheme, "place", place, "main")
    plan.party(scheme, "person", person)
