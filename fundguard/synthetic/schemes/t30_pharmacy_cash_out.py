"""T30 cash-out at a pharmacy (药店套现、集中刷卡): a bundle of kept cards swiped one after another.

Source: enforcement.md §1.2 T30. Truth: pharmacy (main), card holders (members); events are the
settlements. Grades: seconds between cards, times, share of the cards present, hour: 1 = 30 s apart on
one terminal after closing, ten times; 5 = quarter hours apart in open hours, four times, half the cards,
and the holders shop for themselves too.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T30", 9
_CARDS, _TIMES = (10, 9, 8, 7, 6), (10, 8, 6, 5, 4)
_APART, _COME = (30, 60, 150, 420, 900), (0.95, 0.9, 0.8, 0.65, 0.5)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one pharmacy and its bundle of cards."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "pharmacy")[0])
    person = plan.persons(rng, _CARDS[at], where=plan.city.people.employee & (plan.city.people.age >= 25))
    for day in plan.spread_days(rng, _TIMES[at], 6, edge=1):
        come = rng.permutation(person[rng.random(len(person)) < _COME[at]])
        if len(come) == 0:
            continue
        hour = 22 if grade <= 2 and rng.random() < 0.6 else int(rng.integers(9, 20))
        gap = np.cumsum(rng.exponential(_APART[at], len(come)).astype(int) + 5)
        plan.visit(
            rng,
            person=come,
            place=place,
            kind=v.KIND["pharmacy"],
            begin=day * 86_400 + hour * 3600 + gap,
            disease=plan.diseases.by_code["I25.103"],
            cost=rng.normal(380 - 40 * grade, 60, len(come)).clip(60),
            lines=rng.integers(1, 4, len(come)),
            terminal=3,
            tag=scheme.tag,
            flags=v.KEEP | v.WHOLE,
        )
    plan.party(scheme, "place", place, "main")
    plan.party(scheme, "person", person)
