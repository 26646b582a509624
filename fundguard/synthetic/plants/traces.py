"""Plant for trace codes settled twice (EXT-007), with the lawful repeats beside it.

From rules.md §6 and enforcement.md T13: a return between the sales, and an opened pack, must stay silent.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.plants.ground import events, outpatient, patients

_PITFALLS = {"returned": "退货后再次销售", "opened": "拆零销售"}


def code_sold_twice(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-007: one code, two sales, no return between them; the second line is the event."""
    scheme = plan.plant("rule:EXT-007", grade)
    place = int(plan.place(rng, "pharmacy")[0])
    people = plan.city.people
    buyers = people.employee & (people.age >= 20)
    count = events(grade)
    lawful = count // 2 + 1
    item = int(rng.choice(plan.catalogue.pools["drug_cad"]))
    last = plan.calendar.last
    base = int(scheme.tag) * 1_000
    for first_code, size, word in ((0, count, "twice"), (300, lawful, "returned"), (600, lawful, "opened")):
        code = base + first_code + np.arange(size)
        day = np.minimum(
            plan.calendar.draw_days(rng, "pharmacy", size), last - min(2, plan.calendar.days - 1)
        )
        for number in (0, 1):
            person = patients(plan, rng, size, buyers)
            returned = word == "returned" and number == 0
            key = outpatient(
                plan,
                rng,
                scheme,
                person,
                place,
                kind="pharmacy",
                lines=1,
                day=np.minimum(day + number * 2, last),
                flags=v.REFUND if returned else 0,
            )
            plan.line(
                key=key,
                item=item,
                after=0,
                trace=code,
                tag=scheme.tag,
                split=word == "opened",
                event=word == "twice" and number == 1,
                near=plan.side.pitfall(_PITFALLS[word]) if word != "twice" and number == 1 else 0,
            )
    plan.party(scheme, "place", place, "main")


PLANTS = {"EXT-007": code_sold_twice}
