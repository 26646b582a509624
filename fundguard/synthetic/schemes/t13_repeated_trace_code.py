"""T13 repeated trace codes (追溯码重复): one box settled again and again, here or at a second shop.

Source: enforcement.md §1.2 T13, official triage. Truth: pharmacy (main) and, where the box travels, a
second pharmacy (member); events are the lines of every use after the first. Grades: 1 = three codes
scanned some twenty times at one pharmacy; 3 = two pharmacies, weeks apart; 5 = four codes used twice.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T13", 2
_CODES, _USES = (3, 4, 5, 5, 4), (20, 9, 5, 3, 2)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one pharmacy that scans the same boxes, or two between which they travel."""
    scheme = plan.plant(SCHEME, grade)
    places = plan.place(rng, "pharmacy", size=1 if grade in (1, 2) else 2)
    items = plan.catalogue.pools["drug_copd"] if grade < 4 else plan.catalogue.pools["drug_cad"]
    people = plan.city.people
    buyers = np.flatnonzero(people.employee & (people.dies > plan.calendar.last))
    for code in range(_CODES[grade - 1]):
        uses = _USES[grade - 1]
        person = rng.choice(buyers, uses, replace=False)
        day = np.sort(plan.calendar.draw_days(rng, "pharmacy", uses))
        place = places[np.arange(uses) % len(places)]
        key = plan.visit(
            rng,
            person=person,
            place=place,
            kind=v.KIND["pharmacy"],
            begin=day * 86_400 + 9 * 3600 + rng.integers(0, 11 * 3600, uses),
            disease=plan.diseases.by_code["J06.900"],
            cost=rng.uniform(20, 60, uses),
            lines=rng.integers(0, 3, uses),
            tag=scheme.tag,
            flags=v.KEEP,
        )
        plan.line(
            key=key,
            item=int(rng.choice(items)),
            after=0,
            days=30,
            tag=scheme.tag,
            event=np.arange(uses) > 0,
            trace=int(scheme.tag) * 1_000 + code,
        )
    plan.party(scheme, "place", places[:1], "main")
    plan.party(scheme, "place", places[1:])
