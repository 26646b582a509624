"""T02 hang-bed stays (挂床住院): in on paper, at home in fact; days without treatment, shopping meanwhile.

Source: enforcement.md §1.2 T02. Truth: hospital (main); events are the stays. Grades: 1 = twenty stays of
twelve days with bed and little else, the patient seen at pharmacies three times; 5 = six stays, half
treated, seen elsewhere once or never.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T02", 1
_STAYS, _ELSEWHERE = (20, 16, 12, 9, 6), (3.0, 2.0, 1.3, 0.8, 0.5)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one hospital with hang-bed stays."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "private", "primary")[0])
    person = plan.persons(rng, _STAYS[at], where=plan.city.people.age >= 50)
    nights = rng.integers(9, 15, len(person))
    day = plan.calendar.first + rng.integers(0, max(1, plan.calendar.days - 16), len(person))
    thin = rng.random(len(person)) < 1.15 - 0.13 * grade
    plan.stay(
        rng,
        person=person,
        day=day,
        disease=plan.diseases.by_code["I25.103"],
        place=place,
        days=nights,
        cost=rng.normal(2600, 200, len(person)),
        tag=scheme.tag,
        flags=np.where(thin, v.THIN, 0) | v.KEEP | v.WHOLE,
        lines=rng.integers(14, 40, len(person)),
    )
    times = rng.poisson(_ELSEWHERE[at], len(person))
    who = np.repeat(np.arange(len(person)), times)
    out = day[who] + 1 + (rng.random(len(who)) * (nights[who] - 2)).astype(int)
    if len(who):
        plan.visit(
            rng,
            person=person[who],
            place=plan.city.near["pharmacy"][plan.city.people.community[person[who]], 0],
            kind=v.KIND["pharmacy"],
            begin=out * 86_400 + 9 * 3600 + rng.integers(0, 10 * 3600, len(who)),
            disease=plan.diseases.by_code["I10.x00x002"],
            cost=rng.uniform(30, 160, len(who)),
            lines=rng.integers(1, 4, len(who)),
            tag=scheme.tag,
            flags=v.KEEP | v.OVERLAP,
        )
    plan.party(scheme, "place", place, "main")
