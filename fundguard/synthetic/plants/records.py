"""Plants for records: amounts, upload, dates, agreements, and the same bill twice.

From contract.md §3 (amount identities), rules.md §5.1 (dates: pathology and night posting are lawful) and
the Implementing Rules as quoted in rules.md §3.2 (emergency is excepted at a suspended institution).
"""

from decimal import Decimal

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.plants.ground import days_since, events, near, outpatient, patients, stay

HOUR = 3_600


def header_out_of_balance(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-DAT-001: parts that do not sum to the whole; near: three cents, within the tolerance."""
    scheme = plan.plant("rule:MGT-DAT-001", grade)
    place = int(plan.place(rng, "primary", "private", "clinic")[0])
    for count, cents, pitfall in (
        (events(grade), 10 ** (6 - grade) + 7, ""),
        (near(grade), 3, "差额3分, 在误差范围内"),
    ):
        person = patients(plan, rng, count, "adult")
        flags = v.NEAR if pitfall else v.WHOLE
        key = outpatient(plan, rng, scheme, person, place, flags=flags)
        more = Decimal(cents) / 100
        plan.side.patch("setl_d", key, psn_pay=lambda old, more=more: old + more)
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def late_upload(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-DAT-007: lines uploaded weeks after the service; near: the same evening, the next morning."""
    scheme = plan.plant("rule:MGT-DAT-007", grade)
    place = int(plan.place(rng, "primary", "private")[0])
    item = plan.catalogue.by_code["002501010150000"]
    for count, late, pitfall in (
        (events(grade), (45 - 6 * grade) * DAY, ""),
        (near(grade, 2), 9 * HOUR, "当日上传"),
        (near(grade, 2), 20 * HOUR, "次日上传"),
    ):
        person = patients(plan, rng, count, "adult")
        key = outpatient(plan, rng, scheme, person, place)
        label = plan.side.pitfall(pitfall)
        plan.line(key=key, item=item, after=90, late=late, tag=scheme.tag, event=not label, near=label)
    plan.party(scheme, "place", place, "main")


def outside_the_stay(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-DAT-008: care charged days after discharge; near: night posting, pathology, the emergency before."""
    scheme = plan.plant("rule:MGT-DAT-008", grade)
    place = int(plan.place(rng, "secondary", "private")[0])
    by_code = plan.catalogue.by_code
    care, pathology = by_code["001204000060000"], by_code["002700000010000"]
    few = near(grade, 4)
    for count, item, after, pitfall in (
        (events(grade), care, (6 + 7 - grade) * DAY, ""),
        (few, care, None, "次日零点批量记账"),
        (few, pathology, 8 * DAY, "病理结果出院后记账"),
        (few, by_code["002501010150000"], -2 * HOUR, "急诊检验并入住院"),
        (few, care, 6 * DAY - 2 * HOUR, "出院当日"),
    ):
        person = patients(plan, rng, count, "grown")
        day = days_since(plan, rng, count, 0, 15)
        key = stay(
            plan, rng, scheme, person, place, day=day, days=6, disease="K80.200", cost=np.full(count, 2_500)
        )
        begin = plan.ledger.parts[-1].begin
        at = (day + 7) * DAY - begin if after is None else np.full(count, after)
        label = plan.side.pitfall(pitfall)
        plan.line(key=key, item=item, after=at, tag=scheme.tag, event=not label, near=label)
    plan.party(scheme, "place", place, "main")


def after_the_agreement(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-020: settled after the agreement ended; near: on its last day, and emergencies after it."""
    scheme = plan.plant("rule:EXT-020", grade)
    place = int(plan.place(rng, "clinic")[0])
    last = plan.calendar.last - max(6, min(40, plan.calendar.days // 2))
    plan.closed[place] = last
    for count, kind, low, high, pitfall in (
        (events(grade), "outpatient", 1 + max(0, 4 - grade), 12, ""),
        (near(grade, 2), "emergency", 1, 6, "急诊抢救除外"),
        (near(grade, 2), "outpatient", 0, 1, "协议有效期最后一日"),
    ):
        person = patients(plan, rng, count, "adult")
        day = np.minimum(last + rng.integers(low, high, count), plan.calendar.last)
        flags = v.NEAR if pitfall else v.WHOLE
        key = outpatient(plan, rng, scheme, person, place, kind=kind, day=day, flags=flags)
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def settled_twice(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-021: one invoice at the counter and again by hand; near: given back first, or another invoice."""
    scheme = plan.plant("rule:EXT-021", grade)
    place = int(plan.place(rng, "secondary", "primary")[0])
    item = plan.catalogue.by_code["002203010010000"]
    wrong = plan.persons(rng, max(2, events(grade) // 3), where=plan.city.people.age >= 30)
    base = 3_900_000_000 + scheme.tag * 10_000
    few = near(grade, 2)
    for who, pitfall in (
        (wrong, ""),
        (patients(plan, rng, few, "adult"), "前一笔已全额退费"),
        (patients(plan, rng, few, "adult"), "同日同额的两张不同发票"),
    ):
        day = days_since(plan, rng, len(who), 0, 2)
        for number in (0, 1):
            flags = v.BARE
            flags |= v.REFUND if pitfall.startswith("前") and number == 0 else 0
            flags |= v.MANUAL if not pitfall.startswith("同") and number == 1 else 0
            if number == 1:
                flags |= v.NEAR if pitfall else v.WHOLE
            key = outpatient(
                plan, rng, scheme, who, place, day=day, lines=0, flags=flags, hour=9 + 8 * number
            )
            plan.line(key=key, item=item, after=60, cnt=20_000, tag=scheme.tag, event=False)
            apart = number * 5_000 if pitfall.startswith("同") else 0
            invoice = [str(base + apart + n) for n in range(len(who))]
            plan.side.patch("setl_d", key, invono=invoice)
            if pitfall and number == 1:
                plan.side.near_miss(key, pitfall)
        base += 1_000
    plan.party(scheme, "person", wrong, "main")


PLANTS = {
    "MGT-DAT-001": header_out_of_balance,
    "MGT-DAT-007": late_upload,
    "MGT-DAT-008": outside_the_stay,
    "EXT-020": after_the_agreement,
    "EXT-021": settled_twice,
}
