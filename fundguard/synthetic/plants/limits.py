"""Plants for limits of one line: for whom, where, in which setting, for which disease, paid by what.

One table: every rule has uses of limited items, some of which break the limit (no pitfall) and some show
a pitfall of rules.md §5.1 or a must-not-flag case of enforcement.md §1.4 and must stay silent. From
rules.md §1.2, §2 and §6.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.city import DEPARTMENTS
from fundguard.synthetic.plan import WHOLE, Plan, Scheme
from fundguard.synthetic.plants.ground import days_since, events, near, outpatient, patients, stay
from fundguard.synthetic.plants.series import refilled

HOSPITALS = ("secondary", "tertiary")
REFUNDED = "退费冲正后净额为零"
CORRECTED = "同一结算内以负数行冲正"
BEFORE = "知识点生效日前的费用"
NEWBORN = "新生儿挂父母账户就医"
SELF_PAID = "个人全额自费, 未列入基金支付范围"
OTHER_DIAGNOSIS = "适应症在次要诊断"


@dataclass(frozen=True)
class Use:
    """An item of `pool` for `who` at a place of these sorts (none: the plant's own)."""

    pool: str
    who: str = "adult"
    at: tuple[str, ...] = ()
    kind: str = "outpatient"
    disease: str = "K29.500"
    pitfall: str = ""  # empty: it breaks the limit
    flags: int = 0
    second: str = ""  # a further diagnosis
    line: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    before: bool = False  # on a day before the limit was in force


def _both(pool: str, who: str, **more: Any) -> tuple[Use, ...]:
    """A use that breaks the limit, and the same given back."""
    return Use(pool, who, **more), Use(pool, who, **more, pitfall=REFUNDED, flags=v.REFUND)


def _sexed(pool: str) -> tuple[Use, ...]:
    return (
        Use(f"{pool}_female", "man"),
        Use(f"{pool}_male", "woman"),
        Use(f"{pool}_female", "man", pitfall=REFUNDED, flags=v.REFUND),
        Use(f"{pool}_female", "woman", pitfall="性别相符"),
        Use(f"{pool}_male", "man", pitfall="性别相符"),
    )


LIMITS: dict[str, tuple[tuple[str, ...], tuple[Use, ...]]] = {
    "CLN-MED-004": (
        ("secondary", "tertiary", "primary"),
        (
            *_sexed("drug"),
            Use("name:来曲唑片", "man", pitfall="男女均可使用的药品, 不在限定名单"),
            Use("drug_female", "man", pitfall=CORRECTED, line={"undo": True}),
            Use("drug_male", "young mother", pitfall=NEWBORN, flags=v.NEWBORN),
        ),
    ),
    "CLN-SVC-004": (
        ("secondary", "tertiary", "primary"),
        (
            *_sexed("service"),
            Use("service_excepted", "girl", disease="J02.900", pitfall="备注例外: 儿童除外"),
            Use("service_male", "young mother", pitfall=NEWBORN, flags=v.NEWBORN),
        ),
    ),
    "CLN-CON-004": (HOSPITALS, _sexed("plant_device")),
    "EXT-017": (
        ("pharmacy",),
        (
            Use("drug_female", "man", kind="pharmacy"),
            Use("drug_female", "woman", kind="pharmacy", pitfall="性别相符"),
            Use("drug_female", "man", kind="pharmacy", pitfall=REFUNDED, flags=v.REFUND),
        ),
    ),
    "POL-MED-007": (
        HOSPITALS,
        (
            *_both("drug_child_paid", "grown"),
            Use("drug_child_paid", "junior", disease="J02.900", pitfall="年龄在限定范围内"),
        ),
    ),
    "CLN-MED-002": (
        ("secondary", "primary"),
        (
            Use("child_of_patient", "adult"),
            Use("child_of_insured", "adult"),
            Use("child_of_insured", "child", disease="J02.900", pitfall="年龄在限定范围内"),
            Use("child_of_insured", "teen", disease="J02.900", pitfall="儿童口径14或18岁不一, 15至16岁"),
            Use("child_of_patient", "young mother", pitfall=NEWBORN, flags=v.NEWBORN),
        ),
    ),
    "CLN-SVC-003": (
        HOSPITALS,
        (
            *_both("service_child", "adult"),
            Use("service_child", "child", disease="J02.900", pitfall="年龄在限定范围内"),
            Use("service_newborn", "young mother", pitfall=NEWBORN, flags=v.NEWBORN),
        ),
    ),
    "POL-SVC-016": (
        ("rehab", "tcm"),
        (
            Use("service_working_age", "old", disease="M54.500"),
            Use("service_working_age", "pupil", disease="M54.500"),
            Use("service_working_age", "adult", disease="M54.500", pitfall="年龄在限定范围内"),
        ),
    ),
    "POL-MED-001": (
        ("secondary", "primary"),
        (
            Use("work_injury"),
            Use("work_injury", pitfall=SELF_PAID, line={"own": True}),
            Use("work_injury", pitfall=REFUNDED, flags=v.REFUND),
        ),
    ),
    "POL-MED-002": (
        HOSPITALS,
        (
            Use("maternity", "employed woman"),
            Use(
                "maternity",
                "resident woman",
                kind="delivery",
                disease="O80.000",
                pitfall="居民参保人的生育相关费用可支付",
            ),
            Use(
                "maternity",
                "employed woman",
                kind="delivery",
                disease="O80.000",
                header={"insutype": "510"},
                pitfall="由生育保险支付",
            ),
            Use("maternity", "employed woman", pitfall=SELF_PAID, line={"own": True}),
        ),
    ),
    "POL-MED-003": (
        ("tcm", "primary"),
        (
            Use("piece_never", line={"cnt": 420_000}, disease="R53.x00"),
            Use("piece_never", line={"cnt": 420_000, "own": True}, disease="R53.x00", pitfall=SELF_PAID),
            Use("piece_never", line={"cnt": 420_000}, disease="R53.x00", pitfall=BEFORE, before=True),
        ),
    ),
    "POL-MED-008": (
        HOSPITALS,
        (
            Use("for_osteoporosis", "woman"),
            Use("for_renal", "adult"),
            Use("for_diabetes", "adult"),
            Use("for_osteoporosis", "woman", disease="M81.900", pitfall="诊断相符"),
            Use("for_diabetes", "adult", second="E11.900", pitfall=OTHER_DIAGNOSIS),
            Use("for_renal", "adult", disease="N18.001", kind="dialysis", pitfall="诊断相符"),
            Use("for_osteoporosis", "woman", pitfall=BEFORE, before=True),
        ),
    ),
    "POL-MED-012": (
        ("primary",),
        (
            Use("drug_level", "grown", kind="stay", disease="I63.900"),
            Use("drug_level", "grown", ("secondary",), "stay", "I63.900", "机构级别相符"),
            Use("drug_level", "grown", ("rehab",), "outpatient", "I63.900", REFUNDED, v.REFUND),
        ),
    ),
    "POL-MED-013": (
        ("tertiary", "secondary"),
        (
            Use("drug_inpatient", "grown"),
            Use("drug_inpatient", "grown", kind="stay", disease="I63.900", pitfall="住院使用"),
            Use(
                "drug_emergency",
                "grown",
                kind="emergency",
                disease="I63.900",
                pitfall="限急诊或住院: 急诊使用",
            ),
        ),
    ),
    "POL-SVC-001": (
        ("primary", "private"),
        (
            Use("plant_ceiling", line={"price": 9_900, "unlimited": True}),
            Use("plant_ceiling", line={"price": 4_000}, pitfall="单价等于或低于最高限价"),
            Use(
                "plant_ceiling",
                line={"price": 9_900, "unlimited": True},
                pitfall=REFUNDED,
                flags=v.REFUND,
            ),
        ),
    ),
    "POL-SVC-008": (
        HOSPITALS,
        (
            Use("plant_icu", "grown", kind="stay", disease="I50.900", line={"after": 100_000}),
            Use(
                "plant_icu",
                "grown",
                kind="stay",
                disease="I50.900",
                line={"after": 100_000, "dept": 22},
                pitfall="在限定科室收费",
            ),
        ),
    ),
    "CLN-CON-005": (
        HOSPITALS,
        (
            Use("plant_device_femur", "grown"),
            Use("plant_device_stone", "grown"),
            Use("plant_device_femur", "grown", disease="S72.000", pitfall="诊断相符"),
            Use("plant_device_stone", "grown", second="N20.000", pitfall=OTHER_DIAGNOSIS),
        ),
    ),
    "CLN-MED-008": (
        HOSPITALS,
        (
            Use("plant_felodipine", "grown", disease="I50.900"),
            Use("plant_felodipine", "grown", disease="I10.x00x002", pitfall="无禁忌诊断"),
        ),
    ),
    "CLN-MED-010": (
        HOSPITALS,
        (
            Use("pregnant_caution", "young mother", disease="Z34.900"),
            Use("pregnant_caution", "young mother", disease="M54.500", pitfall="未妊娠"),
            Use("pregnant_caution", "man", disease="M54.500", pitfall="男性"),
        ),
    ),
    "CLN-SVC-001": (
        HOSPITALS,
        (
            Use("plant_ccp"),
            Use("plant_cystatin", disease="J20.900"),
            Use("plant_ccp", disease="M05.900", pitfall="诊断相符"),
            Use("plant_cystatin", disease="J20.900", second="N18.900", pitfall=OTHER_DIAGNOSIS),
        ),
    ),
    "CLN-CON-002": (
        HOSPITALS,
        (
            Use("plant_cochlear", "grown"),
            Use("plant_pacemaker", "grown"),
            Use("plant_cochlear", "grown", disease="H66.900", pitfall="在限定科室收费"),
            Use(
                "plant_pacemaker", "grown", line={"dept": DEPARTMENTS.index("A03")}, pitfall="在限定科室收费"
            ),
            Use("plant_cochlear", "grown", pitfall=REFUNDED, flags=v.REFUND),
        ),
    ),
    "CLN-MED-003": (
        HOSPITALS,
        (
            Use("plant_quinolone", "pupil", disease="J02.900"),
            Use("plant_tetracycline", "toddler", disease="J02.900"),
            Use("plant_quinolone", "just grown", disease="J20.900", pitfall="已满界限年龄"),
            Use("plant_tetracycline", "teen", disease="J02.900", pitfall="界限年龄各药不同: 八岁以上可用"),
            Use("plant_quinolone", "pupil", disease="J02.900", pitfall=REFUNDED, flags=v.REFUND),
        ),
    ),
    "CLN-MED-005": (
        HOSPITALS,
        (
            Use("plant_nimesulide", "grown", disease="M54.500", line={"days": 20}),
            Use("plant_ketorolac", "grown", disease="M54.500", line={"days": 10}),
            Use("plant_nimesulide", "grown", disease="M54.500", line={"days": 15}, pitfall="恰为限定天数"),
            Use(
                "plant_ketorolac",
                "grown",
                disease="M54.500",
                line={"days": 10},
                pitfall=REFUNDED,
                flags=v.REFUND,
            ),
        ),
    ),
    "POL-MED-009": (
        HOSPITALS,
        (
            Use("plant_morphine_slow", "grown", disease="M54.500", line={"days": 20}),
            Use("plant_morphine", "grown", disease="M54.500", line={"days": 14}),
            Use("plant_morphine_slow", "grown", disease="M54.500", line={"days": 15}, pitfall="恰为限定天数"),
            Use(
                "plant_morphine",
                "grown",
                kind="stay",
                disease="C34.900",
                line={"days": 14},
                pitfall="住院医嘱不受门诊处方天数限制",
            ),
            Use(
                "plant_morphine",
                "grown",
                disease="M54.500",
                line={"days": 14},
                pitfall=REFUNDED,
                flags=v.REFUND,
            ),
        ),
    ),
    "CLN-MED-007": (
        HOSPITALS,
        (
            Use("plant_epristeride", "grown man"),
            Use("plant_bicalutamide", "grown man"),
            Use("plant_epristeride", "grown man", disease="N40.x00", pitfall="诊断相符"),
            Use("plant_bicalutamide", "grown man", second="C61.x00", pitfall=OTHER_DIAGNOSIS),
        ),
    ),
    "CLN-MED-009": (
        ("secondary", "primary"),
        (
            Use("plant_reserpine", "old", disease="I10.x00x002"),
            Use("plant_amitriptyline", "old", disease="G47.000"),
            Use("plant_reserpine", "adult", disease="I10.x00x002", pitfall="未到界限年龄"),
            Use("plant_amitriptyline", "old", disease="G47.000", pitfall=REFUNDED, flags=v.REFUND),
        ),
    ),
    "CLN-MED-014": (
        ("tcm", "primary"),
        (
            Use("plant_piece_clove", disease="R53.x00", line={"cnt": 1_800_000, "part": WHOLE // 2}),
            Use("plant_piece_jujube", disease="R53.x00", line={"cnt": 6_000_000, "part": WHOLE // 4}),
            Use("plant_piece_clove", disease="R53.x00", line={"cnt": 900_000}, pitfall="恰为限定克数"),
            Use("plant_piece_jujube", disease="R53.x00", line={"cnt": 1_800_000}, pitfall="限定克数各味不同"),
            Use(
                "plant_piece_clove",
                disease="R53.x00",
                line={"cnt": 1_800_000},
                pitfall=REFUNDED,
                flags=v.REFUND,
            ),
        ),
    ),
    "CLN-SVC-002": (
        HOSPITALS,
        (
            Use("code:003110000060000", "grown"),
            Use("plant_lithotripsy", "grown"),
            Use("code:003110000060000", "grown", disease="N18.900", pitfall="诊断相符"),
            Use("plant_lithotripsy", "grown", second="N20.000", pitfall=OTHER_DIAGNOSIS),
            Use("plant_lithotripsy", "grown", pitfall=REFUNDED, flags=v.REFUND),
        ),
    ),
    "CLN-SVC-005": (
        HOSPITALS,
        (
            Use("plant_gastroscopy", "grown", disease="I21.900"),
            Use("plant_treadmill", "grown", second="I21.900"),
            Use("plant_gastroscopy", "grown", pitfall="无禁忌诊断"),
            Use("plant_gastroscopy", "grown", disease="I50.900", pitfall="无禁忌诊断"),
            Use("plant_treadmill", "grown", disease="I21.900", pitfall=REFUNDED, flags=v.REFUND),
        ),
    ),
    "CLN-SVC-006": (
        HOSPITALS,
        (
            Use("plant_thyroid_operation", "grown", kind="stay", disease="E04.900"),
            Use("plant_stomach_operation", "grown", kind="stay", disease="K26.900"),
            Use("plant_stomach_operation", "grown", kind="stay", disease="C16.402", pitfall="诊断相符"),
            Use(
                "plant_thyroid_operation",
                "grown",
                kind="stay",
                disease="E04.900",
                second="C73.x00",
                pitfall=OTHER_DIAGNOSIS,
            ),
        ),
    ),
    "POL-CON-001": (
        HOSPITALS,
        (
            *_both("plant_newborn_device", "adult"),
            Use("plant_newborn_device", "young mother", pitfall=NEWBORN, flags=v.NEWBORN),
            Use("plant_newborn_device", "adult", pitfall=SELF_PAID, line={"own": True}),
        ),
    ),
    "POL-CON-002": (
        HOSPITALS,
        (
            *_both("plant_child_device", "adult"),
            Use("plant_child_device", "child", disease="J02.900", pitfall="年龄在限定范围内"),
            Use("plant_child_device", "young mother", pitfall=NEWBORN, flags=v.NEWBORN),
        ),
    ),
    "POL-MED-006": (
        HOSPITALS,
        (
            *_both("plant_surfactant", "adult"),
            Use("plant_surfactant", "young mother", pitfall=NEWBORN, flags=v.NEWBORN),
            Use("plant_surfactant", "adult", pitfall=SELF_PAID, line={"own": True}),
        ),
    ),
    "POL-SVC-005": (
        HOSPITALS,
        (
            *_both("plant_newborn_care", "adult"),
            Use("plant_newborn_care", "young mother", pitfall=NEWBORN, flags=v.NEWBORN),
            Use("plant_newborn_care", "adult", pitfall=SELF_PAID, line={"own": True}),
        ),
    ),
    "POL-SVC-006": (
        ("rehab", "tcm"),
        (
            *_both("plant_palsy_training", "adult", disease="M54.500", second="G80.900"),
            Use(
                "plant_palsy_training",
                "child",
                disease="J02.900",
                second="G80.900",
                pitfall="年龄在限定范围内",
            ),
        ),
    ),
    "POL-SVC-007": (
        ("rehab", "tcm"),
        (
            *_both("plant_hemiplegia_training", "grown", disease="M54.500"),
            Use("plant_swallow_training", "grown", disease="M75.000"),
            Use("plant_hemiplegia_training", "grown", disease="I69.300", pitfall="诊断相符"),
            Use(
                "plant_swallow_training",
                "grown",
                disease="M54.500",
                second="R13.x00",
                pitfall=OTHER_DIAGNOSIS,
            ),
        ),
    ),
    "POL-SVC-009": (
        HOSPITALS,
        (
            *_both("code:001102000050000", "grown"),
            Use("plant_icu_bed", "grown"),
            Use("plant_icu_bed", "grown", kind="stay", disease="I50.900", pitfall="住院使用"),
            Use(
                "plant_icu_bed",
                "grown",
                kind="emergency",
                disease="I50.900",
                pitfall="限急诊或住院: 急诊使用",
            ),
        ),
    ),
    "POL-SVC-011": (
        ("primary",),
        (
            Use("plant_icu_bed", "grown", kind="stay", disease="I50.900"),
            Use("plant_liver_transplant", "grown", ("secondary",), "stay", "B18.100"),
            Use("plant_icu_bed", "grown", ("secondary",), "stay", "I50.900", "机构级别相符"),
            Use("plant_liver_transplant", "grown", ("tertiary",), "stay", "B18.100", "机构级别相符"),
            Use("plant_icu_bed", "grown", pitfall=REFUNDED, flags=v.REFUND),
        ),
    ),
    "EXT-018": (
        ("pharmacy",),
        (
            Use("drug_infect", "employee", kind="pharmacy", line={"rx": -1}),
            Use("drug_infect", "employee", kind="pharmacy", pitfall="有处方"),
            Use("drug_ortho", "employee", kind="pharmacy", line={"rx": -1}, pitfall="非处方药"),
        ),
    ),
}


def limit(code: str) -> Callable[[Plan, np.random.Generator, int], None]:
    """The planter of one row of LIMITS."""
    sorts, uses = LIMITS[code]

    def act(plan: Plan, rng: np.random.Generator, grade: int) -> None:
        scheme = plan.plant(f"rule:{code}", grade)
        place = int(plan.place(rng, *sorts)[0])
        wrong = [use for use in uses if not use.pitfall]
        right = [use for use in uses if use.pitfall]
        for number, use in enumerate(wrong):
            count = events(grade) // len(wrong) + (number < events(grade) % len(wrong))
            _use(plan, rng, scheme, place, use, count)
        for use in right:
            _use(plan, rng, scheme, place, use, near(grade, len(right)))
        if code == "POL-MED-012":
            refilled(plan, rng, scheme, place, near(grade, 2))
        plan.party(scheme, "place", place, "main")

    act.__doc__ = f"{code}: {len(uses)} uses of limited items."
    return act


def _use(plan: Plan, rng: np.random.Generator, scheme: Scheme, place: int, use: Use, count: int) -> None:
    pool = plan.catalogue.pool(use.pool)
    since = max(plan.catalogue.since.get(int(item), 0) for item in pool)
    if use.before and since <= plan.calendar.first + 1:
        return
    if count == 0 or since >= plan.calendar.last:
        return
    day = (
        plan.calendar.first + rng.integers(0, since - plan.calendar.first - 1, count)
        if use.before
        else days_since(plan, rng, count, since, 9 if use.kind in ("stay", "delivery") else 1)
    )
    person = patients(plan, rng, count, use.who)
    where = int(rng.choice(plan.city.of_sort(*use.at))) if use.at else place
    add = stay if use.kind in ("stay", "delivery") else outpatient
    key = add(plan, rng, scheme, person, where, day=day, kind=use.kind, disease=use.disease, flags=use.flags)
    if use.second:
        plan.side.diagnosis(key, use.second, "次要诊断")
    if use.header:
        plan.side.patch("setl_d", key, **use.header)
    plan.line(
        key=key,
        item=rng.choice(pool, count),
        **{"after": 60, **use.line},
        tag=scheme.tag,
        event=not use.pitfall,
        near=plan.side.pitfall(use.pitfall) if use.pitfall else 0,
    )


PLANTS = {code: limit(code) for code in LIMITS}
