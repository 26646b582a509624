"""Plants for limits of one line: sex, children, facility level, care setting, sex at the pharmacy.

From rules.md §6 and its pitfalls §5.1. Near misses: the same item for whom or where it is allowed, and a
violating line that was refunded in full.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import Array
from fundguard.synthetic.plan import Plan, Scheme
from fundguard.synthetic.plants.ground import events, outpatient, patients, stay


def _line(plan: Plan, rng: np.random.Generator, scheme: Scheme, key: Array, pool: str, near: bool) -> None:
    item = rng.choice(plan.catalogue.pools[pool], len(key))
    plan.line(key=key, item=item, after=60, tag=scheme.tag, event=not near, near=near)


def _sex(plan: Plan, rng: np.random.Generator, grade: int, code: str, pool: str) -> None:
    scheme = plan.plant(f"rule:{code}", grade)
    place = int(plan.place(rng, "secondary", "tertiary", "primary")[0])
    people, count = plan.city.people, events(grade)
    adult = (people.age >= 25) & (people.age <= 60)
    for word, other in (("female", ~people.female), ("male", people.female)):
        wrong = patients(plan, rng, count - count // 2, adult & other)
        _line(plan, rng, scheme, outpatient(plan, rng, scheme, wrong, place), f"{pool}_{word}", False)
        right = patients(plan, rng, count // 4 + 1, adult & ~other)
        _line(plan, rng, scheme, outpatient(plan, rng, scheme, right, place), f"{pool}_{word}", True)
        undone = patients(plan, rng, 1, adult & other)
        key = outpatient(plan, rng, scheme, undone, place, flags=v.REFUND)
        _line(plan, rng, scheme, key, f"{pool}_{word}", True)
    plan.party(scheme, "place", place, "main")


def drug_of_the_other_sex(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """CLN-MED-004: a woman's drug for a man and the reverse."""
    _sex(plan, rng, grade, "CLN-MED-004", "drug")


def service_of_the_other_sex(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """CLN-SVC-004: a service on an organ this patient has not."""
    _sex(plan, rng, grade, "CLN-SVC-004", "service")


def childrens_drug(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-MED-007: a drug paid for children only, given to grown people; near: children of eight to ten."""
    scheme = plan.plant("rule:POL-MED-007", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    age, count = plan.city.people.age, events(grade)
    grown = patients(plan, rng, count, (age >= 30) & (age < 70))
    _line(plan, rng, scheme, outpatient(plan, rng, scheme, grown, place), "drug_child_paid", False)
    child = patients(plan, rng, count // 2 + 1, (age >= 8) & (age <= 10))
    key = outpatient(plan, rng, scheme, child, place, disease="J02.900")
    _line(plan, rng, scheme, key, "drug_child_paid", True)
    plan.party(scheme, "place", place, "main")


def above_the_level(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-MED-012: a drug for second-level hospitals and up, used in a township hospital."""
    scheme = plan.plant("rule:POL-MED-012", grade)
    low = int(plan.place(rng, "primary")[0])
    high = int(rng.choice(plan.city.of_sort("secondary")))
    age, count = plan.city.people.age, events(grade)
    person = patients(plan, rng, count + count // 2, age >= 40)
    for who, place, near in ((person[:count], low, False), (person[count:], high, True)):
        _line(plan, rng, scheme, stay(plan, rng, scheme, who, place), "drug_level", near)
    plan.party(scheme, "place", low, "main")


def outside_the_setting(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-MED-013: a drug for inpatients given outside; near: in a stay, and in an emergency where allowed."""
    scheme = plan.plant("rule:POL-MED-013", grade)
    place = int(plan.place(rng, "tertiary", "secondary")[0])
    age, count = plan.city.people.age, events(grade)
    person = patients(plan, rng, count * 2 + 2, age >= 40)
    out, inside, urgent = np.split(person, [count, count + count // 2 + 1])
    _line(plan, rng, scheme, outpatient(plan, rng, scheme, out, place), "drug_inpatient", False)
    _line(plan, rng, scheme, stay(plan, rng, scheme, inside, place), "drug_inpatient", True)
    if "drug_emergency" in plan.catalogue.pools:
        key = outpatient(plan, rng, scheme, urgent, place, kind="emergency", disease="I63.900")
        _line(plan, rng, scheme, key, "drug_emergency", True)
    plan.party(scheme, "place", place, "main")


def man_at_the_pharmacy(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-017: men buy women's medicine on their own cards; near: women do."""
    scheme = plan.plant("rule:EXT-017", grade)
    place = int(plan.place(rng, "pharmacy")[0])
    people, count = plan.city.people, events(grade)
    adult = people.employee & (people.age >= 25) & (people.age <= 60)
    for who, size, near in ((~people.female, count, False), (people.female, count // 2 + 1, True)):
        person = patients(plan, rng, size, adult & who)
        key = outpatient(plan, rng, scheme, person, place, kind="pharmacy", lines=1)
        _line(plan, rng, scheme, key, "drug_female", near)
    plan.party(scheme, "place", place, "main")


PLANTS = {
    "CLN-MED-004": drug_of_the_other_sex,
    "CLN-SVC-004": service_of_the_other_sex,
    "POL-MED-007": childrens_drug,
    "POL-MED-012": above_the_level,
    "POL-MED-013": outside_the_setting,
    "EXT-017": man_at_the_pharmacy,
}
