"""T28 items that cannot be this patient's (限定性别/年龄): of the other sex, or for children only.

Source: enforcement.md §1.2 T28. Truth: institution (main); events are the lines. Grades: 1 = forty lines,
all of them plain; 5 = five lines in ordinary visits. A mistyped item now and then is noise, not truth.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T28", 1
_LINES = (40, 26, 16, 9, 5)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one institution that books other people's items on the cards it has."""
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "private", "primary", "secondary")[0])
    people, pools = plan.city.people, plan.catalogue.pools
    size = _LINES[grade - 1]
    adults = (people.age >= 30) & (people.dies > plan.calendar.last)
    for number, (who, pool) in enumerate(
        ((~people.female, "service_female"), (people.female, "service_male"), (adults, "drug_child"))
    ):
        part = size // 3 + (number < size % 3)
        if not part or not len(pools.get(pool, ())):
            continue
        person = rng.choice(np.flatnonzero(adults & who), part)
        day = plan.calendar.draw_days(rng, "hospital", part)
        key = plan.visit(
            rng,
            person=person,
            place=place,
            kind=v.KIND["outpatient"],
            begin=day * 86_400 + 9 * 3600 + rng.integers(0, 7 * 3600, part),
            disease=plan.diseases.by_code["K29.500"],
            cost=rng.uniform(60, 200, part),
            lines=rng.integers(2, 6, part),
            tag=scheme.tag,
            flags=v.KEEP,
        )
        plan.line(key=key, item=rng.choice(pools[pool], part), tag=scheme.tag)
    plan.party(scheme, "place", place, "main")
