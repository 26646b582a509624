"""T08 card bundles (借卡、敛卡): a collector takes borrowed cards round clinics and pharmacies.

Source: enforcement.md §1.2 T08; the grades follow the ring world of detection.md §2.3. Truth: the card
holders (members), no institution; events are the settlements. Grades: rounds, share of cards present,
minutes of jitter, number of places: 1 = sixteen rounds at one place, .9, 30 s; 5 = four rounds over
four places, .6, 45 min, and the holders' own lawful visits around.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan

SCHEME, PARTIES, PLACES = "T08", 10, False
_CARDS, _ROUNDS, _COME = (10, 9, 8, 8, 7), (16, 8, 5, 8, 4), (0.9, 0.8, 0.8, 0.5, 0.6)
_JITTER, _PLACES = (300, 900, 1800, 3600, 2700), (1, 2, 2, 3, 4)


def plant(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """Plants one bundle of cards that travels."""
    at = grade - 1
    scheme = plan.plant(SCHEME, grade)
    person = plan.persons(rng, _CARDS[at], where=plan.city.people.age >= 30)
    sorts = ("clinic", "pharmacy", "private")
    places = rng.choice(plan.city.of_sort(*sorts), _PLACES[at], replace=False)
    for day in plan.spread_days(rng, _ROUNDS[at], 4, edge=1):
        come = person[rng.random(len(person)) < _COME[at]]
        if len(come) == 0:
            continue
        place = int(rng.choice(places))
        at_pharmacy = plan.city.places.first_doctor[place, 0] < 0
        begin = day * 86_400 + int(rng.integers(8, 18)) * 3600 + rng.integers(0, _JITTER[at], len(come))
        plan.visit(
            rng,
            person=come,
            place=place,
            kind=v.KIND["pharmacy"] if at_pharmacy else v.KIND["outpatient"],
            begin=begin,
            disease=rng.choice([plan.diseases.by_code[c] for c in ("I10.x00x002", "K29.500")], len(come)),
            cost=rng.normal(330 - 30 * grade, 50, len(come)).clip(60),
            lines=rng.integers(1, 5, len(come)),
            tag=scheme.tag,
            flags=v.KEEP | v.WHOLE,
        )
    plan.party(scheme, "person", person, "member")
