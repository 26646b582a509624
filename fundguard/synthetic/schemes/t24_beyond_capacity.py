"""T24 phantom services beyond capacity (虚构项目、能力不符): more treatment minutes than a day has.

Source: enforcement.md §1.2 T24. Truth: therapist (main), institution (member); events are the planted
lines. Grades: minutes a day booked on one therapist: 1 = about thirty hours on most days; 5 = about
twelve hours on a few days, among ordinary sessions.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES = "T24", 2
_HOURS, _SHARE = (30, 24, 19, 15, 12), (0.8, 0.6, 0.5, 0.35, 0.25)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one therapist whose booked sessions cannot fit into the day."""
    scheme = plan.plant(SCHEME, grade)
    place = int(plan.place(rng, "rehab", "private", "tcm")[0])
    doctor = plan.doctor_of(rng, place, "G02")
    days = np.arange(plan.calendar.first, plan.calendar.last + 1)
    days = days[((days + 3) % 7 < 6) & (rng.random(len(days)) < _SHARE[grade - 1])][:45]
    items = plan.catalogue.pools["therapy_rehab"]
    minutes = plan.catalogue.minutes[items]
    sessions = int(_HOURS[grade - 1] * 60 / minutes.mean() / 3) + 1
    when = np.repeat(days, sessions)
    people = plan.city.people
    # The same two or three dozen cards come round: real patients of a real course, padded.
    pool = plan.persons(rng, 40, where=people.age >= 45)
    plan.used_person[pool] = False
    person = rng.choice(pool, len(when))
    key = plan.visit(
        rng,
        person=person,
        place=place,
        kind=v.KIND["therapy"],
        begin=when * 86_400 + 8 * 3600 + rng.integers(0, 9 * 3600, len(when)),
        disease=plan.diseases.by_code["I69.300"],
        cost=np.full(len(when), 40.0),
        lines=1,
        doctor=doctor,
        tag=scheme.tag,
        flags=v.KEEP,
    )
    for _ in range(3):
        item = rng.choice(items, len(when))
        plan.line(
            key=key,
            item=item,
            after=rng.integers(0, 900, len(when)),
            doctor=doctor,
            minutes=plan.catalogue.minutes[item],
            tag=scheme.tag,
        )
    plan.party(scheme, "doctor", doctor, "main")
    plan.party(scheme, "place", place)
