"""Plants for caps, bed-days, over-supply, and headers that are not the sum of their lines.

From rules.md §6 and its pitfalls §5.1. The event is the line that breaks the limit (contract §5): of a
pair the component, of a cap the latest line.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import WHOLE, Plan
from fundguard.synthetic.plants.ground import events, outpatient, patients, plain_stay, stay
from fundguard.synthetic.plants.ground import near as near_count

_OPERATION = {
    "code:C0601010010000000012": ("13.4100", "白内障摘除术"),
    "plant_pacemaker": ("37.8100", "起搏器置入术"),
}


def over_the_day_cap(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """POL-SVC-014: more hours than the day has, or a daily item twice; near: exactly twenty-four hours."""
    scheme = plan.plant("rule:POL-SVC-014", grade)
    place = int(plan.place(rng, "secondary", "primary")[0])
    count = events(grade)
    person = patients(plan, rng, count + count // 2 + 1, plan.city.people.age >= 40)
    key = stay(plan, rng, scheme, person, place, days=7)
    hours = [item for item, cap in plan.catalogue.caps.items() if cap == 24]
    over = (49 - 5 * grade if grade < 5 else 25) * 10_000
    item = rng.choice(hours, len(key))
    near = np.arange(len(key)) >= count
    plan.line(
        key=key,
        item=item,
        cnt=np.where(near, 240_000, over),
        after=30 * 3600,
        part=(over - 240_000) * WHOLE // over,
        tag=scheme.tag,
        event=~near,
        near=near * plan.side.pitfall("恰为24小时"),
    )
    # A second near miss: half a day on each of two days is a whole day on neither.
    other = np.array([hours[(hours.index(int(i)) + 1) % len(hours)] for i in item[near]])
    for day in (2, 3):
        plan.line(
            key=key[near],
            item=other,
            cnt=120_000,
            after=(24 * day + 2) * 3600,
            tag=scheme.tag,
            event=False,
            near=plan.side.pitfall("跨零点分记两日, 各日未超"),
        )
    # A third: thirty hours that ended on this day, posted when they stopped.
    third = np.array([hours[(hours.index(int(i)) + 2) % len(hours)] for i in item[near]])
    plan.line(
        key=key[near],
        item=third,
        cnt=300_000,
        served=30 * 3600,
        after=(24 * 4 + 8) * 3600,
        tag=scheme.tag,
        event=False,
        near=plan.side.pitfall("整段时长记在停止日, 有起止时间"),
    )
    plan.party(scheme, "place", place, "main")


def beds_beyond_the_stay(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-002: more bed-days than nights; near: ordinary stays, one bed a night, none on the last day."""
    scheme = plan.plant("rule:EXT-002", grade)
    place = int(plan.place(rng, "primary", "private", "secondary")[0])
    count = events(grade)
    person = patients(plan, rng, count + count // 2 + 1, plan.city.people.age >= 40)
    more = stay(plan, rng, scheme, person[:count], place, days=6)
    item = plan.catalogue.by_code["001109000010000"]
    plan.line(
        key=more,
        item=item,
        cnt=(7 - grade if grade < 5 else 2) * 10_000,
        after=6 * 86_400 - 8 * 3600,
        tag=scheme.tag,
    )
    key = stay(plan, rng, scheme, person[count:], place, days=6, flags=v.NEAR)
    plan.side.near_miss(key, "床位数等于住院天数(出院日不计)")
    plan.party(scheme, "place", place, "main")


def stockpile(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-019: thirty days of one drug from five to seven places within a fortnight; near: a long prescription.

    A chronic patient may have ninety days in hand (enforcement.md §1.4, 3): five times thirty are more.
    """
    scheme = plan.plant("rule:EXT-019", grade)
    person = plan.persons(rng, 2, where=plan.city.people.age >= 50)
    # A drug nobody else takes: what people buy for themselves does not follow it.
    item = int(plan.catalogue.pools["plant_hoard_drug"][0])
    places = rng.choice(plan.city.of_sort("primary", "secondary", "clinic"), max(5, 8 - grade), replace=False)
    start = int(plan.spread_days(rng, 1, 1, edge=16)[0])
    for one in person:
        size = len(places)
        key = outpatient(
            plan,
            rng,
            scheme,
            np.full(size, one),
            places,
            kind="chronic",
            disease="I10.x00x002",
            lines=1,
            day=np.minimum(start + np.sort(rng.choice(13, size, replace=False)), plan.calendar.last),
        )
        last = np.arange(size) == size - 1
        plan.line(key=key, item=item, cnt=20_000, days=30, tag=scheme.tag, event=last)
    label = plan.side.pitfall("慢性病长期处方(90天)")
    lawful = patients(plan, rng, events(grade) // 2 + 1, plan.city.people.age >= 50)
    key = outpatient(
        plan, rng, scheme, lawful, int(places[0]), kind="chronic", disease="I10.x00x002", lines=0
    )
    plan.line(key=key, item=item, cnt=60_000, days=90, tag=scheme.tag, event=False, near=label)
    plan.party(scheme, "person", person, "main")


def header_above_its_lines(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-DAT-002: the header says more than its lines; near: three cents, within the tolerance."""
    scheme = plan.plant("rule:MGT-DAT-002", grade)
    place = int(plan.place(rng, "primary", "private", "clinic")[0])
    count = events(grade)
    person = patients(plan, rng, count + count // 2 + 1, plan.city.people.age >= 20)
    wrong = outpatient(plan, rng, scheme, person[:count], place, flags=v.WHOLE)
    close = outpatient(plan, rng, scheme, person[count:], place, flags=v.NEAR)
    plan.side.near_miss(close, "差额3分, 在误差范围内")
    item = plan.catalogue.by_code["002501010150000"]
    surplus = 10 ** (6 - grade) + 7
    plan.line(key=wrong, item=item, tag=scheme.tag, event=False, short=surplus)
    plan.line(key=close, item=item, tag=scheme.tag, event=False, short=3)
    plan.party(scheme, "place", place, "main")


def more_than_the_body_holds(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """CLN-CON-003: more pieces than an operation can use; near: both eyes, one for each of two operations."""
    scheme = plan.plant("rule:CLN-CON-003", grade)
    place = int(plan.place(rng, "secondary", "tertiary")[0])
    lens, pacemaker = _OPERATION
    half, few = max(2, events(grade) // 2), near_count(grade, 3)
    for pool, count, operations, size, part, flags, pitfall in (
        (lens, 4, 1, half, WHOLE // 2, 0, ""),
        (pacemaker, 2, 1, half, WHOLE // 2, 0, ""),
        (lens, 2, 1, few, 0, 0, "双侧: 成对器官每次手术两件"),
        (pacemaker, 2, 2, few, 0, 0, "两次手术各一件"),
        (pacemaker, 2, 1, few, 0, v.REFUND, "退费冲正后净额为零"),
    ):
        disease = "H25.900" if pool == lens else "I50.900"
        person = patients(plan, rng, size, "grown")
        key = plain_stay(plan, rng, scheme, person, place, disease=disease, flags=flags)
        label = plan.side.pitfall(pitfall)
        for number in range(operations):
            after = (30 + 48 * number) * 3600
            plan.side.operation(key, *_OPERATION[pool], after, number == 0)
            plan.line(
                key=key,
                item=plan.catalogue.pool(pool),
                cnt=count // operations * 10_000,
                after=after + 3600,
                tag=scheme.tag,
                event=not label,
                near=label,
                part=part or WHOLE,
            )
    plan.party(scheme, "place", place, "main")


PLANTS = {
    "CLN-CON-003": more_than_the_body_holds,
    "POL-SVC-014": over_the_day_cap,
    "EXT-002": beds_beyond_the_stay,
    "EXT-019": stockpile,
    "MGT-DAT-002": header_above_its_lines,
}
