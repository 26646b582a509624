"""T12 resale of insured medicine (倒卖医保药品、回流药): patients fetch dear drugs everywhere, a shop sells them again.

Source: enforcement.md §1.2 T12. Truth: the fetching patients (members) and the pharmacy where the boxes
come back (main); events are the fetched lines and the second sale of each box. Grades: 1 = five patients,
a dozen hospitals' visits each, boxes back in days; 5 = three patients, few visits, boxes back in weeks.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T12", 5
_PATIENTS, _VISITS, _BACK = (5, 5, 4, 4, 3), (12, 9, 7, 5, 4), (4, 8, 14, 21, 30)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one chain: patients, their boxes, and the shop that sells them again."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    people = plan.city.people
    person = plan.persons(rng, _PATIENTS[at], where=people.employee & (people.age >= 45))
    shop = int(plan.place(rng, "pharmacy")[0])
    hospitals = plan.city.of_sort("secondary", "tertiary", "primary", "tcm")
    who = np.repeat(person, _VISITS[at])
    span = max(1, plan.calendar.days - _BACK[at] - 2)
    day = plan.calendar.first + rng.integers(0, span, len(who))
    item = rng.choice(plan.catalogue.pools["drug_tumour"][-5:], len(who))
    trace = int(scheme.tag) * 1_000 + np.arange(len(who))
    fetched = plan.visit(
        rng,
        person=who,
        place=rng.choice(hospitals, len(who)),
        kind=v.KIND["special"],
        begin=day * 86_400 + 9 * 3600 + rng.integers(0, 7 * 3600, len(who)),
        disease=plan.diseases.by_code["C34.900"],
        cost=np.full(len(who), 100.0),
        lines=rng.integers(0, 2, len(who)),
        tag=scheme.tag,
        flags=v.KEEP,
    )
    plan.line(key=fetched, item=item, cnt=20_000, days=30, trace=trace, tag=scheme.tag)
    back = np.flatnonzero(rng.random(len(who)) < 0.6)
    buyers = rng.choice(np.flatnonzero(people.employee & (people.dies > plan.calendar.last)), len(back))
    sold = plan.visit(
        rng,
        person=buyers,
        place=shop,
        kind=v.KIND["pharmacy"],
        begin=(day[back] + rng.integers(1, _BACK[at] + 1, len(back))) * 86_400
        + 9 * 3600
        + rng.integers(0, 36_000, len(back)),
        disease=plan.diseases.by_code["C34.900"],
        cost=np.full(len(back), 50.0),
        lines=1,
        tag=scheme.tag,
        flags=v.KEEP,
    )
    plan.line(key=sold, item=item[back], cnt=10_000, days=14, trace=trace[back], tag=scheme.tag)
    plan.party(scheme, "place", shop, "main")
    plan.party(scheme, "person", person)
