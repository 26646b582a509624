"""Plants for stays with too little in them, and for costs moved out of them.

From rules.md §6, enforcement.md T02 and T04, and §1.4: per-diem wards, weekends, work-ups before a
referral and emergencies before admission are lawful.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.plants.ground import (
    days_since,
    events,
    near,
    outpatient,
    patients,
    plain_stay,
    stay,
)

HOUR = 3_600


def empty_bed(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-001: nine days of bed and nursing with a drip on the first; near: per-diem wards, a free weekend."""
    scheme = plan.plant("rule:EXT-001", grade)
    place = int(plan.place(rng, "primary", "private")[0])
    drip = plan.catalogue.by_code["001204000060000"]
    person = patients(plan, rng, events(grade), "grown")
    day = days_since(plan, rng, len(person), 0, 12)
    key = plain_stay(
        plan, rng, scheme, person, place, day=day, days=9, treated=False, disease="M51.202", flags=v.WHOLE
    )
    for number in range(grade):
        plan.line(key=key, item=drip, after=number * DAY + 2_000, tag=scheme.tag, event=False)
    few = near(grade, 2)
    person = patients(plan, rng, few, "grown")
    ward = int(plan.city.of_sort("psychiatric")[0])
    day = days_since(plan, rng, few, 0, 14)
    key = stay(
        plan,
        rng,
        scheme,
        person,
        ward,
        day=day,
        days=12,
        kind="psychiatric",
        disease="F20.900",
        lines=4,
        flags=v.NEAR,
    )
    plan.side.near_miss(key, "按床日付费的精神科长期住院")
    person = patients(plan, rng, few, "grown")
    day = days_since(plan, rng, few, 0, 14)
    friday = np.maximum(day - (day + 3) % 7 + 4, plan.calendar.first)
    key = plain_stay(
        plan,
        rng,
        scheme,
        person,
        place,
        day=friday - 3,
        days=8,
        treated=False,
        disease="M51.202",
        flags=v.NEAR,
    )
    for number in (0, 1, 2, 3, 6, 7):
        plan.line(key=key, item=drip, after=number * DAY + 2_000, tag=scheme.tag, event=False)
        plan.line(
            key=key,
            item=int(plan.catalogue.pools["drug_infusion"][4]),
            after=number * DAY + 2_010,
            tag=scheme.tag,
            event=False,
        )
    plan.side.near_miss(key, "周末两日无治疗")
    plan.party(scheme, "place", place, "main")


def low_standard(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-ACT-005: two or three days of tests for what a clinic treats; near: operated, treated, referred on."""
    scheme = plan.plant("rule:MGT-ACT-005", grade)
    place = int(plan.place(rng, "private", "primary")[0])
    pools = plan.catalogue.pools
    # Scans and ultrasound, then tests; an endoscopy may count as a procedure.
    scans = ("002103000010000", "002103000020000", "002203010010000", "002203060010000", "002101020150000")
    exams = [*(plan.catalogue.by_code[code] for code in scans), *(int(i) for i in pools["lab"][-6:-1])]
    operation = int(pools["surgery_bowel"][0])
    pills = int(pools["drug_ortho"][0])
    few = near(grade, 3)
    for count, what, disease, pitfall, flags in (
        (events(grade), "exams", "M51.202", "", v.WHOLE),
        (few, "operated", "K80.200", "有手术", v.NEAR),
        (few, "treated", "J18.900", "每日静脉治疗", v.NEAR),
        (few, "exams", "I25.103", "检查后转上级医院", v.NEAR | v.TRANSFER),
    ):
        person = patients(plan, rng, count, "adult")
        key = plain_stay(
            plan,
            rng,
            scheme,
            person,
            place,
            days=2,
            treated=what == "treated",
            disease=disease,
            flags=flags,
        )
        if what == "exams":
            for order, item in enumerate(exams):
                plan.line(key=key, item=item, after=HOUR + order, tag=scheme.tag, event=False)
            plan.line(key=key, item=pills, cnt=10_000 * grade, after=2 * HOUR, tag=scheme.tag, event=False)
        if what == "operated":
            plan.line(key=key, item=operation, after=3 * HOUR, tag=scheme.tag, event=False)
            plan.side.operation(key, "51.2300", "胆囊切除术", 3 * HOUR)
        plan.side.near_miss(key, pitfall)
        if pitfall.startswith("检查后"):
            upper = int(plan.city.of_sort("tertiary")[0])
            begin = plan.ledger.parts[-1].begin // DAY
            stay(plan, rng, scheme, person, upper, day=begin + 2, days=5, disease=disease, link=key)
    plan.party(scheme, "place", place, "main")


def moved_out(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-022: tests of a stay settled as outpatient at the same hospital; near: the emergency before, after it."""
    scheme = plan.plant("rule:EXT-022", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    few = near(grade, 2)
    for count, shift, kind, pitfall in (
        (events(grade), 3, "outpatient", ""),
        (few, -1, "emergency", "入院前一日急诊"),
        (few, 9, "outpatient", "出院后复诊"),
    ):
        person = patients(plan, rng, count, "grown")
        day = days_since(plan, rng, count, 0, 18)
        stay(plan, rng, scheme, person, place, day=day, days=7, disease="I63.900")
        flags = v.OVERLAP | (v.NEAR if pitfall else v.WHOLE)
        key = outpatient(
            plan,
            rng,
            scheme,
            person,
            place,
            kind=kind,
            day=np.maximum(day + shift, plan.calendar.first),
            disease="I63.900",
            flags=flags,
        )
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


PLANTS = {"EXT-001": empty_bed, "MGT-ACT-005": low_standard, "EXT-022": moved_out}
