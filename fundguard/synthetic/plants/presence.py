"""Plants for who was where: split and overlapping stays, outpatient during a stay, service after death.

From rules.md §6 and its pitfalls §5.1: transfer days, referrals, a new condition, and what was done before
death but settled after it must stay silent.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import Array
from fundguard.synthetic.plan import Plan, Scheme
from fundguard.synthetic.plants.ground import events, outpatient, patients, stay


def _starts(plan: Plan, rng: np.random.Generator, size: int, room: int) -> Array:
    return plan.calendar.first + rng.integers(0, max(1, plan.calendar.days - room), size)


def split_stay(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-ACT-001: out and in again at the same hospital for the same; near: five weeks later, or a fracture."""
    scheme = plan.plant("rule:MGT-ACT-001", grade)
    place = int(plan.place(rng, "primary", "private", "secondary")[0])
    count = events(grade)
    person = patients(plan, rng, count + count // 2 + 2, plan.city.people.age >= 55)
    away = rng.integers(1, 2 + 2 * grade, len(person))
    near = np.arange(len(person)) >= count
    fracture = near & (np.arange(len(person)) % 2 == 0)
    away = np.where(near & ~fracture, 36, away)
    day = _starts(plan, rng, len(person), 50)
    codes = plan.diseases.by_code
    second = np.where(fracture, codes["S72.000"], codes["J18.900"])
    stay(plan, rng, scheme, person, place, day=day, days=5, disease="J18.900")
    key = stay(
        plan,
        rng,
        scheme,
        person,
        place,
        day=day + 5 + away,
        days=5,
        disease=second,
        flags=np.where(near, v.NEAR, v.WHOLE),
    )
    plan.side.near_miss(key[near & fracture], "新发病情再入院")
    plan.side.near_miss(key[near & ~fracture], "间隔五周")
    _lawful_returns(plan, rng, scheme, place, grade)
    plan.party(scheme, "place", place, "main")


def _lawful_returns(plan: Plan, rng: np.random.Generator, scheme: Scheme, place: int, grade: int) -> None:
    """Planned chemotherapy, a referral down inside a medical community, and the year's settlement in between."""
    few = max(1, events(grade) // 6)
    lower = int(rng.choice(plan.city.of_sort("primary")))
    ward = int(plan.city.of_sort("psychiatric")[0])
    for pitfall, disease, kind, where, gap, way in (
        ("计划性化疗周期", "Z51.100", "chemo", place, 9, 0),
        ("医共体内转诊, 连续住院", "I63.900", "stay", lower, 0, v.TRANSFER),
        ("按床日付费的精神科长期住院, 结算后续住", "F20.900", "psychiatric", ward, 0, 0),
        ("中途结算, 间隔0天", "I63.900", "stay", place, 0, 0),
        ("跨院再入院, 规则只看同一机构", "J18.900", "stay", lower, 4, 0),
    ):
        person = patients(plan, rng, few, plan.city.people.age >= 55)
        day = _starts(plan, rng, few, 40)
        first = stay(
            plan,
            rng,
            scheme,
            person,
            ward if kind == "psychiatric" else place,
            day=day,
            days=5,
            disease=disease,
            kind=kind,
            flags=way,
        )
        if pitfall.startswith("中途"):
            plan.side.patch("setl_d", first, mid_setl_flag="1")
        key = stay(
            plan,
            rng,
            scheme,
            person,
            where,
            day=day + 5 + gap,
            days=5,
            disease=disease,
            kind=kind,
            flags=v.NEAR | v.OVERLAP,
            link=first if way else -1,
        )
        plan.side.near_miss(key, pitfall)


def two_beds_at_once(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-003: in two hospitals at the same time; near: moved on, discharge day = admission day."""
    scheme = plan.plant("rule:EXT-003", grade)
    place = int(plan.place(rng, "private", "primary")[0])
    other = int(rng.choice(plan.city.of_sort("secondary", "tertiary")))
    count = events(grade)
    person = patients(plan, rng, count + count // 2 + 1, plan.city.people.age >= 40)
    near = np.arange(len(person)) >= count
    day = _starts(plan, rng, len(person), 20)
    stay(plan, rng, scheme, person, other, day=day, days=7, flags=np.where(near, v.TRANSFER, 0))
    later = np.where(near, 7, rng.integers(1, 7 - grade if grade < 4 else 4, len(person)))
    begin_after = np.where(near, v.NEAR, v.WHOLE | v.OVERLAP)
    key = stay(plan, rng, scheme, person, place, day=day + later, days=7, flags=begin_after)
    plan.side.near_miss(key[near], "转院当日: 出院日即入院日")
    _twins(plan, rng, scheme, place, events(grade) // 6 + 1)
    plan.party(scheme, "place", place, "main")


def _twins(plan: Plan, rng: np.random.Generator, scheme: Scheme, place: int, count: int) -> None:
    """Two newborns on their mother's account at once."""
    mother = patients(plan, rng, count, "young mother")
    day = _starts(plan, rng, count, 12)
    for _ in range(2):
        key = stay(
            plan,
            rng,
            scheme,
            mother,
            place,
            day=day,
            days=6,
            disease="P59.900",
            kind="newborn",
            flags=v.NEWBORN | v.OVERLAP | v.NEAR,
        )
        plan.side.near_miss(key, "双胞胎新生儿挂母亲账户")


def shopping_from_bed(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-004: a purchase on the third day of a stay; near: on the morning before, on the evening after."""
    scheme = plan.plant("rule:EXT-004", grade)
    place = int(plan.place(rng, "private", "primary", "secondary")[0])
    shop = int(rng.choice(plan.city.of_sort("pharmacy")))
    count = events(grade)
    person = patients(plan, rng, count + count // 2 + 2, plan.city.people.age >= 40)
    near = np.arange(len(person)) >= count
    day = _starts(plan, rng, len(person), 20)
    stay(plan, rng, scheme, person, place, day=day, days=7)
    when = np.where(near, day - 1 + 9 * (np.arange(len(person)) % 2), day + 3)
    key = outpatient(
        plan,
        rng,
        scheme,
        person,
        shop,
        kind="pharmacy",
        day=when,
        lines=2,
        flags=np.where(near, v.NEAR, v.WHOLE) | v.OVERLAP,
    )
    plan.side.near_miss(key[near], "入院前一日或出院后购药")
    few = max(1, events(grade) // 6)
    patient = patients(plan, rng, few, "grown")
    day = _starts(plan, rng, few, 20)
    stay(plan, rng, scheme, patient, place, day=day, days=7, disease="N18.001")
    center = int(plan.city.of_sort("dialysis")[0])
    key = outpatient(
        plan,
        rng,
        scheme,
        patient,
        center,
        kind="dialysis",
        day=day + 3,
        disease="N18.001",
        lines=0,
        flags=v.NEAR | v.OVERLAP | v.BARE,
    )
    plan.line(key=key, item=plan.catalogue.by_code["003110000060000"], after=60, tag=scheme.tag, event=False)
    plan.side.near_miss(key, "住院期间外出血液透析")
    plan.party(scheme, "place", place, "main")


def after_death(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-005: visits after the day of death; near: the day before it."""
    scheme = plan.plant("rule:EXT-005", grade)
    people = plan.city.people
    place = int(plan.place(rng, "clinic", "primary")[0])
    count = max(2, events(grade) // 2)
    person = plan.persons(rng, count + 2, where=people.age >= 70)
    died = _starts(plan, rng, len(person), 16) + 2
    people.dies[person] = died
    near = np.arange(len(person)) >= count
    day = np.where(near, died - 1, np.minimum(died + rng.integers(2, 14, len(person)), plan.calendar.last))
    key = outpatient(
        plan,
        rng,
        scheme,
        person,
        place,
        kind="chronic",
        disease="I10.x00x002",
        day=day,
        flags=np.where(near, v.NEAR, v.WHOLE | v.AFTER_DEATH),
    )
    plan.side.near_miss(key[near], "死亡前一日就医")
    plan.party(scheme, "place", place, "main")
    plan.party(scheme, "person", person[~near])


PLANTS = {
    "MGT-ACT-001": split_stay,
    "EXT-003": two_beds_at_once,
    "EXT-004": shopping_from_bed,
    "EXT-005": after_death,
}
