"""T11 over-supply (超量开药、重复开药): one chronic medicine fetched at many places, far more than can be taken.

Source: enforcement.md §1.2 T11 (cover ratio above 1.3). Truth: the person (main); events are the lines
beyond the days that have passed. Grades: cover ratio and places: 1 = six times at five places;
5 = 1.6 times at two places.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES, PLACES = "T11", 1, False
_COVER, _PLACES = (6.0, 4.0, 3.0, 2.2, 1.6), (5, 4, 4, 3, 2)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one person who collects far more than can be taken."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    people = plan.city.people
    person = plan.persons(rng, 1, where=(people.age >= 50) & people.employee)
    if len(person) == 0:
        return
    visits = max(3, round(_COVER[at] * plan.calendar.days / 30))
    day = np.sort(rng.integers(plan.calendar.first, plan.calendar.last + 1, visits))
    places = rng.choice(plan.city.of_sort("primary", "clinic", "secondary"), _PLACES[at], replace=False)
    item = int(rng.choice(plan.catalogue.pools["drug_dm"]))
    key = plan.visit(
        rng,
        person=person[0],
        place=rng.choice(places, visits),
        kind=v.KIND["chronic"],
        begin=day * 86_400 + 9 * 3600 + rng.integers(0, 7 * 3600, visits),
        disease=plan.diseases.by_code["E11.900"],
        cost=np.full(visits, 40.0),
        lines=rng.integers(0, 2, visits),
        tag=scheme.tag,
        flags=v.KEEP,
    )
    pack = max(1, int(plan.catalogue.pack_days[item]))
    passed = day - day[0]
    taken = np.arange(visits) * 30
    plan.line(
        key=key,
        item=item,
        cnt=max(1, 30 // pack) * 10_000,
        days=30,
        tag=scheme.tag,
        event=taken > passed + 10,
    )
    plan.party(scheme, "person", person, "main")
