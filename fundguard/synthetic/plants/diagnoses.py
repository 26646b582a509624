"""Plants for diagnoses and operations that do not fit the person, the record or each other.

From rules.md §1.2 (the definitions settle what each rule means: a diagnosis without a fee line, a
missing or wrong principal operation, allowed pairs as a whitelist) and §5.1.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.plants.ground import (
    days_since,
    events,
    near,
    outpatient,
    patients,
    plain_stay,
)

_BOOK = 20_496  # 2026-02-12: the 2025 edition of the book
_MAIN, _DIAGNOSIS = "65.7903", "43.9900x004"


def sex(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-ACT-006: a diagnosis of the other sex; near: of the own, male breast disease, a newborn's."""
    scheme = plan.plant("rule:MGT-ACT-006", grade)
    place = int(plan.place(rng, "secondary", "primary")[0])
    half, few = events(grade) // 2, near(grade, 3)
    for disease, who, count, pitfall, flags in (
        ("N76.000", "man", events(grade) - half, "", v.WHOLE),
        ("C61.x00", "woman", half, "", v.WHOLE),
        ("N76.000", "woman", few, "性别相符", v.NEAR),
        ("C50.900", "man", few, "男性乳腺疾病", v.NEAR),
        ("N43.300", "young mother", few, "新生儿挂父母账户就医", v.NEAR | v.NEWBORN),
    ):
        day = days_since(plan, rng, count, _BOOK)
        person = patients(plan, rng, count, who)
        key = outpatient(plan, rng, scheme, person, place, day=day, disease=disease, flags=flags)
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def age(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-ACT-007: a newborn's diagnosis on grown people; near: on infants and on the mother's account."""
    scheme = plan.plant("rule:MGT-ACT-007", grade)
    place = int(plan.place(rng, "secondary", "primary")[0])
    infants = plan.city.people.born > plan.calendar.last - 330
    for who, count, pitfall, flags in (
        ("grown", events(grade), "", v.WHOLE),
        (infants, near(grade, 2), "出生28天后仍为新生儿期疾病编码, 不满1岁", v.NEAR),
        ("young mother", near(grade, 2), "新生儿挂父母账户就医", v.NEAR | v.NEWBORN),
    ):
        if not isinstance(who, str) and not who.any():
            continue
        person = patients(plan, rng, count, who)
        day = days_since(plan, rng, count, _BOOK)
        key = outpatient(plan, rng, scheme, person, place, day=day, disease="P36.902", flags=flags)
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def without_treatment(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-DAT-003: respiratory failure on the list and no line that goes with it; near: a blood gas."""
    scheme = plan.plant("rule:MGT-DAT-003", grade)
    place = int(plan.place(rng, "secondary", "primary", "private")[0])
    for count, pitfall in ((events(grade), ""), (near(grade), "有与诊断相应的检查费用")):
        person = patients(plan, rng, count, "grown")
        flags = v.NEAR if pitfall else v.WHOLE
        key = plain_stay(plan, rng, scheme, person, place, flags=flags, disease="J18.900")
        plan.side.diagnosis(key, "J96.000", "急性呼吸衰竭")
        if pitfall:
            item = int(plan.catalogue.pools["plant_blood_gas"][0])
            plan.line(key=key, item=item, after=9_000, tag=scheme.tag, event=False)
            plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def operation_missing(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-DAT-004: an operation charged and none on record, or none marked principal; near: as it should be."""
    scheme = plan.plant("rule:MGT-DAT-004", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    item = int(plan.catalogue.pools["surgery_bowel"][0])
    for count, record, pitfall, flags in (
        (events(grade), None, "", v.WHOLE),
        (near(grade, 2), True, "手术已登记且有主要手术", v.NEAR),
        (near(grade, 2), None, "退费冲正后净额为零", v.NEAR | v.REFUND),
    ):
        person = patients(plan, rng, count, "grown")
        key = plain_stay(plan, rng, scheme, person, place, flags=flags, disease="K80.200")
        plan.line(key=key, item=item, after=93_600, tag=scheme.tag, event=False)
        if record is not None:
            plan.side.operation(key, "45.7900", "肠切除术", 90_000, record)
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def operation_sex(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-DAT-005: an operation on the ovary of a man; near: of a woman."""
    scheme = plan.plant("rule:MGT-DAT-005", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    for who, count, pitfall in (("man", events(grade), ""), ("woman", near(grade), "性别相符")):
        person = patients(plan, rng, count, who)
        flags = v.NEAR if pitfall else v.WHOLE
        key = plain_stay(plan, rng, scheme, person, place, flags=flags, disease="K80.200")
        plan.side.operation(key, _MAIN, "卵巢悬吊术")
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def operation_diagnosis(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-DAT-006: near misses alone. The shipped groups of allowed diagnoses are excerpts (complete = 0).

    A diagnosis outside an excerpt proves nothing, so that no event can be planted until a whole group ships.
    """
    scheme = plan.plant("rule:MGT-DAT-006", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    few = near(grade, 3)
    for disease, code, main, count, pitfall in (
        ("K29.500", _DIAGNOSIS, True, few, "允许组仅为摘录, 不在组内不能证明不符"),
        ("C16.402", _DIAGNOSIS, True, few, "主要诊断在允许组内"),
        ("K29.500", _DIAGNOSIS, False, few, "不是主要手术"),
        ("K29.500", "43.4100x001", True, few, "手术编码不在知识库"),
    ):
        person = patients(plan, rng, count, "grown")
        key = plain_stay(plan, rng, scheme, person, place, flags=v.NEAR, disease=disease)
        plan.side.operation(key, code, "手术操作", main=main)
        if not main:
            plan.side.operation(key, "43.4100x001", "手术操作")
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


PLANTS = {
    "MGT-ACT-006": sex,
    "MGT-ACT-007": age,
    "MGT-DAT-003": without_treatment,
    "MGT-DAT-004": operation_missing,
    "MGT-DAT-005": operation_sex,
    "MGT-DAT-006": operation_diagnosis,
}
