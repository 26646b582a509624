"""T22 dialysis padding (血液透析): sessions nobody had, more a week than anybody can have.

Source: enforcement.md §1.2 T22. Truth: the centre (main); events are the padded sessions. Grades: 1 = ten
patients with five or six a week; 5 = three patients with one more now and then.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T22", 1
_PATIENTS, _MORE = (10, 8, 6, 5, 3), (3.0, 2.0, 1.5, 1.0, 0.6)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one centre that bills sessions beyond those it gave."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "dialysis", "private")[0])
    person = plan.persons(rng, _PATIENTS[at], where=plan.city.people.age >= 35)
    days = np.arange(plan.calendar.first, plan.calendar.last + 1)
    weekday = (days + 3) % 7
    padding = _MORE[at] / 3.0
    for one in person:
        true_days = days[np.isin(weekday, [0, 2, 4])]
        other = days[np.isin(weekday, [1, 3, 5])]
        false_days = other[rng.random(len(other)) < padding]
        for day, flags in ((true_days, v.KEEP), (false_days, v.KEEP | v.WHOLE)):
            if len(day) == 0:
                continue
            begin = day * 86_400 + 8 * 3600 + rng.integers(0, 1200, len(day))
            plan.visit(
                rng,
                person=np.full(len(day), one),
                place=place,
                kind=v.KIND["dialysis"],
                begin=begin,
                end=begin + 4 * 3600,
                disease=plan.diseases.by_code["N18.001"],
                cost=rng.normal(480, 30, len(day)),
                lines=rng.integers(3, 6, len(day)),
                tag=scheme.tag if flags & v.WHOLE else -1,
                flags=flags,
            )
    plan.party(scheme, "place", place, "main")
