"""Plants for antibiotics: given around an operation that needs none, or by somebody who may not.

From rules.md §1.2, the table of prophylaxis and that of tiers, and §5.1 (all diagnoses count).
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY, Array
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.plants.ground import events, near, outpatient, patients, plain_stay

HOUR = 3_600
_HERNIA, _HIP = ("53.0000", "K40.900", "腹股沟疝修补术"), ("81.5100", "S72.000", "髋关节置换术")
_OPERATED = 26 * HOUR  # after admission


def prophylaxis(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-MED-002: an antibiotic where none is given as a rule, or days after the operation.

    Near: within the hours allowed; another drug; an infection is coded; the dose was taken back.
    """
    scheme = plan.plant("rule:MGT-MED-002", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    antibiotic, other = "plant_cefazolin", "plant_nimesulide"
    half, few = max(2, events(grade) // 2), near(grade, 5)
    for operation, item, after, size, infection, undo, pitfall in (
        (_HERNIA, antibiotic, 2 * HOUR, half, "", False, ""),
        (_HIP, antibiotic, 4 * DAY, half, "", False, ""),
        (_HIP, antibiotic, 20 * HOUR, few, "", False, "在允许的术后时长内"),
        (_HERNIA, other, 2 * HOUR, few, "", False, "不是抗菌药物"),
        (_HIP, antibiotic, 4 * DAY, few, "J18.900", False, "次要诊断有感染, 属治疗用药"),
        (_HERNIA, antibiotic, 2 * HOUR, few, "L03.900", False, "次要诊断有感染, 属治疗用药"),
        (_HERNIA, antibiotic, 2 * HOUR, few, "", True, "同一结算内以负数行冲正"),
    ):
        code, disease, name = operation
        person = patients(plan, rng, size, "grown")
        flags = v.NEAR if pitfall else v.WHOLE
        key = plain_stay(
            plan, rng, scheme, person, place, days=8, treated=False, disease=disease, flags=flags
        )
        plan.side.operation(key, code, name, _OPERATED)
        if infection:
            plan.side.diagnosis(key, infection, "感染")
        plan.side.near_miss(key, pitfall)
        plan.line(
            key=key,
            item=plan.catalogue.pool(item),
            after=_OPERATED + after,
            tag=scheme.tag,
            event=False,
            undo=undo,
        )
    plan.party(scheme, "place", place, "main")


def beyond_the_right(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-MED-003: a tier above the prescriber's right; near: within it, another colleague, refunded."""
    scheme = plan.plant("rule:MGT-MED-003", grade)
    plan.side.extensions.add("medins_dr_right_b")
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    plain, middle, high = (plan.doctor_of(rng, place, department) for department in ("A02", "A04", "A05"))
    plan.rights.update({plain: 1, middle: 2, high: 3})
    half, few = max(2, events(grade) // 2), near(grade, 4)
    special, restricted = "plant_special_antibiotic", "plant_restricted_antibiotic"
    for item, doctor, size, flags, pitfall in (
        (special, middle, half, 0, ""),
        (restricted, plain, half, 0, ""),
        (special, high, few, 0, "有特殊使用级处方权"),
        (restricted, middle, few, 0, "有限制使用级处方权"),
        ("drug_infect", plain, few, 0, "非限制使用级"),
        (special, middle, few, v.REFUND, "退费冲正后净额为零"),
    ):
        person = patients(plan, rng, size, "grown")
        key = outpatient(plan, rng, scheme, person, place, disease="J18.900", flags=v.BARE | flags, lines=0)
        label = plan.side.pitfall(pitfall)
        chosen: Array = rng.choice(plan.catalogue.pool(item), size)
        plan.line(key=key, item=chosen, after=90, doctor=doctor, tag=scheme.tag, event=not label, near=label)
    plan.party(scheme, "place", place, "main")


PLANTS = {"MGT-MED-002": prophylaxis, "MGT-MED-003": beyond_the_right}
