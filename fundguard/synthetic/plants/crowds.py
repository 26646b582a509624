"""Plants for how often one person comes, and for many who come at once.

From rules.md §6 (frequent visits, purchases, stays; group admissions; swipe bursts), §5.1 and
enforcement.md §1.4: dialysis, courses of therapy, long prescriptions, per-diem wards, market days and
families are lawful. No official threshold is known (rules.md §5.3): events lie far above any.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY, Array
from fundguard.synthetic.plan import Plan, Scheme
from fundguard.synthetic.plants.ground import events, near, outpatient, patients, plain_stay, stay

HOUR = 3_600


def _month(plan: Plan) -> tuple[int, int]:
    """First day and length of the last whole month, or of what there is."""
    last = np.datetime64(plan.calendar.last + 1, "D").astype("datetime64[M]")
    first = int((last - 1).astype("datetime64[D]").astype(int))
    end = int(last.astype("datetime64[D]").astype(int))
    if first < plan.calendar.first:
        return plan.calendar.first, plan.calendar.days
    return first, end - first


def _often(
    plan: Plan,
    rng: np.random.Generator,
    scheme: Scheme,
    person: Array,
    place: int,
    times: int,
    kind: str,
    item: int,
    pitfall: str = "",
    disease: str = "K29.500",
    flags: int = 0,
) -> None:
    """Each person comes `times` times in the month; the last line is the event or the near miss."""
    first, length = _month(plan)
    label = plan.side.pitfall(pitfall)
    for number in range(times):
        day = np.full(len(person), first + number * length // times)
        key = outpatient(
            plan,
            rng,
            scheme,
            person,
            place,
            kind=kind,
            day=day,
            disease=disease,
            lines=0,
            flags=v.BARE | flags,
        )
        plan.line(
            key=key,
            item=item,
            after=60,
            tag=scheme.tag,
            event=number == times - 1 and not label,
            near=label if number == times - 1 else 0,
        )


def outpatient_visits(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-ACT-002: twenty-four to forty visits in a month; near: dialysis, a course of therapy, six visits."""
    scheme = plan.plant("rule:MGT-ACT-002", grade)
    place = int(plan.place(rng, "clinic", "primary")[0])
    city, code = plan.city, plan.catalogue.by_code
    person = plan.persons(rng, max(2, events(grade) // 2), where=city.people.age >= 40)
    plain = code["002503030010000"]
    _often(plan, rng, scheme, person, place, 44 - 4 * grade, "outpatient", plain)
    few = near(grade, 3)
    dialysis, rehab = (int(city.of_sort(name)[0]) for name in ("dialysis", "rehab"))
    for where, times, kind, item, disease, pitfall in (
        (dialysis, 13, "dialysis", code["003110000060000"], "N18.001", "血液透析每周三次"),
        (rehab, 20, "therapy", code["003402000200000"], "I69.300", "康复理疗疗程"),
        (place, 6, "outpatient", plain, "K29.500", "每月六次门诊"),
    ):
        who = patients(plan, rng, few, "grown")
        _often(plan, rng, scheme, who, where, times, kind, item, pitfall, disease)
    plan.party(scheme, "person", person, "main")


def purchases(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-ACT-003: twenty-four to forty purchases in a month; near: five, some by a mandated relative."""
    scheme = plan.plant("rule:MGT-ACT-003", grade)
    place = int(plan.place(rng, "pharmacy")[0])
    person = plan.persons(rng, max(2, events(grade) // 2), where=plan.city.people.employee)
    item = int(plan.catalogue.pools["drug_derm"][0])
    _often(plan, rng, scheme, person, place, 44 - 4 * grade, "pharmacy", item)
    who = patients(plan, rng, near(grade), "employee")
    _often(plan, rng, scheme, who, place, 5, "pharmacy", item, "家属持授权代购", flags=v.AGENT)
    plan.party(scheme, "person", person, "main")


def admissions(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-ACT-004: a stay every eight days all along; near: cycles of chemotherapy, two stays."""
    scheme = plan.plant("rule:MGT-ACT-004", grade)
    places = plan.place(rng, "private", "primary", size=4)
    person = plan.persons(rng, max(2, events(grade) // 4), where=plan.city.people.age >= 55)
    diseases = ("J18.900", "M51.202", "I25.103", "G45.900", "K52.900", "E11.900", "N20.000", "I10.x00x002")
    count = min(8, plan.calendar.days // 7)
    first = plan.calendar.last - count * 7
    for number in range(count):
        day = np.full(len(person), first + number * 7)
        flags = v.WHOLE if number == count - 1 else 0
        where, disease = int(places[number % len(places)]), diseases[number % len(diseases)]
        plain_stay(plan, rng, scheme, person, where, day=day, days=4, disease=disease, flags=flags)
    few = near(grade, 2)
    hospital = int(plan.city.of_sort("tertiary")[0])
    for times, gap, kind, disease, pitfall in (
        (min(5, plan.calendar.days // 14), 14, "chemo", "Z51.100", "计划性化疗周期"),
        (2, 30, "stay", "J18.900", "两次住院"),
    ):
        who = patients(plan, rng, few, "grown")
        start = plan.calendar.last - times * gap
        for number in range(times):
            flags = v.NEAR if number == times - 1 else 0
            day = np.full(few, start + number * gap)
            key = stay(
                plan, rng, scheme, who, hospital, day=day, days=3, disease=disease, kind=kind, flags=flags
            )
            if flags:
                plan.side.near_miss(key, pitfall)
    plan.party(scheme, "person", person, "main")


def group_admission(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-015: colleagues in and out of one small hospital together; near: three of them; an outbreak."""
    scheme = plan.plant("rule:EXT-015", grade)
    place = int(plan.place(rng, "private", "primary")[0])
    people = plan.city.people
    free = people.employee & ~plan.used_person & ~people.away & (people.age <= 62)
    size = np.bincount(people.employer[free])
    order = np.argsort(-size, kind="stable")
    first, room = plan.calendar.first + 6, max(1, plan.calendar.days - 16)
    for number, (employer, count, disease, pitfall) in enumerate(
        (
            (order[0], 16 - 2 * grade + 2, "M51.202", ""),
            (order[1], 3, "M51.202", "三名同事同日入院"),
            (order[2], 10, "A08.500", "同单位聚集性感染"),
        )
    ):
        found = np.flatnonzero(free & (people.employer == employer))[:count]
        day = np.full(len(found), first + (number * 9 + int(rng.integers(0, 5))) % room)
        where = place if not pitfall else int(plan.city.of_sort("secondary")[number % 3])
        flags = v.NEAR if pitfall else v.WHOLE
        key = plain_stay(plan, rng, scheme, found, where, day=day, days=5, disease=disease, flags=flags)
        plan.side.near_miss(key, pitfall)
        if not pitfall:
            plan.party(scheme, "person", found)
    plan.party(scheme, "place", place, "main")


def card_burst(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-016: many cards, one amount, one till, seconds apart; near: the same crowd over a market morning."""
    scheme = plan.plant("rule:EXT-016", grade)
    place = int(plan.place(rng, "pharmacy")[0])
    item = int(plan.catalogue.pools["drug_cad"][-1])
    room = max(1, plan.calendar.days - 4)
    for number in range(4):
        pitfall = "" if number < 2 else ("集市日排队购药", "两张家庭成员的卡")[number - 2]
        count = 2 if number == 3 else 14
        gap = (20 + 10 * grade) if number != 2 else 420
        day = plan.calendar.first + 2 + int(rng.integers(0, room))
        if number == 3:
            person = patients(plan, rng, 1, plan.city.people.employee & (plan.city.people.household_size > 1))
            person = np.concatenate([person, plan.housemate(rng, person)])
        else:
            person = patients(plan, rng, count, "employee")
        begin = day * DAY + 21 * HOUR + np.arange(count) * gap
        if number >= 2:
            begin = begin - 12 * HOUR
        key = plan.visit(
            rng,
            person=person,
            place=place if number < 2 else int(plan.city.of_sort("pharmacy")[-1]),
            kind=v.KIND["pharmacy"],
            begin=begin,
            disease=plan.diseases.by_code["I25.103"],
            terminal=1,
            tag=scheme.tag,
            flags=v.KEEP | v.BARE | (v.NEAR if pitfall else v.WHOLE),
        )
        # The same packs for everybody: one amount; at the market everybody buys something else.
        units = np.full(count, 30_000) if not pitfall else rng.integers(1, 5, count) * 10_000
        plan.line(key=key, item=item, cnt=units, after=0, tag=scheme.tag, event=False)
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


PLANTS = {
    "MGT-ACT-002": outpatient_visits,
    "MGT-ACT-003": purchases,
    "MGT-ACT-004": admissions,
    "EXT-015": group_admission,
    "EXT-016": card_burst,
}
