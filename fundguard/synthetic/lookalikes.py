"""People and places that look like a scheme and are none: cohorts, families, markets, lawful exceptions."""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.traffic import lognormal


def _count(plan: Plan, per: int, fewest: int = 1) -> int:
    return max(fewest, len(plan.city.people.age) // per)


def dialysis(plan: Plan, rng: np.random.Generator) -> None:
    """Three sessions a week on fixed days and shift at one centre (0.05 % of people)."""
    person = plan.persons(rng, _count(plan, 2_000, 6), where=plan.city.people.age >= 30)
    centres = plan.city.of_sort("dialysis", "tertiary")
    place = plan.city.of_sort("dialysis")[np.arange(len(person)) % len(plan.city.of_sort("dialysis"))]
    place = np.where(rng.random(len(person)) < 0.2, rng.choice(centres, len(person)), place)
    pattern = rng.integers(0, 2, len(person))
    shift = rng.integers(0, 3, len(person))
    days = np.arange(plan.calendar.first, plan.calendar.last + 1)
    weekday = (days + 3) % 7
    on = np.where(pattern[:, None] == 0, np.isin(weekday, [0, 2, 4]), np.isin(weekday, [1, 3, 5]))
    on &= rng.random(on.shape) < 0.97
    who, when = np.nonzero(on)
    begin = days[when] * DAY + 7 * 3600 + shift[who] * 5 * 3600 + rng.integers(0, 1200, len(who))
    plan.visit(
        rng,
        person=person[who],
        place=place[who],
        kind=v.KIND["dialysis"],
        begin=begin,
        end=begin + 4 * 3600 + 900,
        disease=plan.diseases.by_code["N18.001"],
        cost=lognormal(rng, np.full(len(who), 480.0), 0.12),
        lines=rng.integers(3, 6, len(who)),
    )
    plan.lookalike("dialysis", "person", person)


def chemo(plan: Plan, rng: np.random.Generator) -> None:
    """Short planned stays every three weeks: same diagnosis, same ward, gaps of 18 to 21 days."""
    person = plan.persons(rng, _count(plan, 1_200, 4), where=plan.city.people.age >= 35)
    cycles = min(8, 1 + plan.calendar.days // 21)
    start = plan.calendar.first + rng.integers(0, max(1, min(21, plan.calendar.days - 4)), len(person))
    who = np.repeat(np.arange(len(person)), cycles)
    day = start[who] + np.tile(np.arange(cycles), len(person)) * 21 + rng.integers(0, 3, len(who))
    keep = day <= plan.calendar.last
    who, day = who[keep], day[keep]
    place = rng.choice(plan.city.of_sort("tertiary"), len(person))
    plan.stay(
        rng,
        person=person[who],
        day=day,
        disease=plan.diseases.by_code["Z51.100"],
        place=place[who],
        days=rng.integers(1, 4, len(who)),
        cost=lognormal(rng, np.full(len(who), 5200.0), 0.35),
        kind="chemo",
    )
    plan.lookalike("chemo_cycle", "person", person)


def psychiatric(plan: Plan, rng: np.random.Generator) -> None:
    """Long per-diem stays of chronic psychiatric patients, settled and begun again every 30 days."""
    person = plan.persons(
        rng, _count(plan, 1_500, 4), where=(plan.city.people.age >= 18) & (plan.city.people.age < 85)
    )
    rounds = max(1, plan.calendar.days // 30 + 1)
    who = np.repeat(np.arange(len(person)), rounds)
    day = (
        plan.calendar.first
        - rng.integers(0, 30, len(person))[who]
        + np.tile(np.arange(rounds), len(person)) * 30
    )
    keep = (day + 2 <= plan.calendar.last) & (day + 30 >= plan.calendar.first)
    who, day = who[keep], day[keep]
    place = rng.choice(plan.city.of_sort("psychiatric"), len(person))
    plan.stay(
        rng,
        person=person[who],
        day=day,
        disease=plan.diseases.by_code["F20.900"],
        place=place[who],
        days=30,
        cost=lognormal(rng, np.full(len(who), 5600.0), 0.1),
        kind="psychiatric",
        lines=rng.integers(40, 80, len(who)),
    )
    plan.lookalike("psychiatric_per_diem", "person", person)


def nursing_homes(plan: Plan, rng: np.random.Generator) -> None:
    """Elders of one address seen in one morning by the doctor of the near hospital, twice a month."""
    for _ in range(_count(plan, 40_000)):
        person = plan.persons(rng, int(rng.integers(24, 46)), where=plan.city.people.age >= 68)
        if len(person) < 5:
            continue
        community = int(rng.integers(0, plan.city.communities))
        plan.city.people.community[person] = community
        plan.city.people.household[person] = plan.city.people.household[person[0]]
        place = int(plan.city.near["primary"][community, 0])
        rounds = np.arange(plan.calendar.first + int(rng.integers(0, 14)), plan.calendar.last + 1, 14)
        seen = rng.random((len(rounds), len(person))) < 0.55
        when, who = np.nonzero(seen)
        plan.visit(
            rng,
            person=person[who],
            place=place,
            kind=v.KIND["chronic"],
            begin=rounds[when] * DAY + 9 * 3600 + rng.integers(0, 7200, len(who)),
            disease=np.where(
                plan.city.people.chronic[person[who]] >= 0,
                plan.city.people.chronic[person[who]],
                plan.diseases.by_code["I10.x00x002"],
            ),
            cost=lognormal(rng, np.full(len(who), 190.0), 0.4),
            lines=rng.integers(2, 6, len(who)),
            flags=v.AGENT,
        )
        plan.lookalike("nursing_home", "person", person)


def households(plan: Plan, rng: np.random.Generator) -> None:
    """Couples who go everywhere together, and one child who collects the whole family's medicine."""
    people = plan.city.people
    couple = plan.persons(rng, _count(plan, 500, 6), where=(people.household_size >= 2) & (people.age >= 50))
    mate = plan.housemate(rng, couple)
    free = (mate != couple) & (people.dies[mate] > plan.calendar.last) & ~plan.used_person[mate]
    couple, mate = couple[free], mate[free]
    times = max(1, plan.calendar.days // 15)
    who = np.repeat(np.arange(len(couple)), times)
    day = plan.calendar.first + np.minimum(
        np.tile(np.arange(times) * 15, len(couple)) + rng.integers(0, 15, len(who)), plan.calendar.days - 1
    )
    begin = day * DAY + 8 * 3600 + rng.integers(0, 9 * 3600, len(who))
    at_pharmacy = rng.random(len(who)) < 0.5
    place = np.where(
        at_pharmacy,
        plan.city.near["pharmacy"][people.community[couple[who]], 0],
        plan.city.near["clinic"][people.community[couple[who]], 0],
    )
    for person, after in ((couple[who], 0), (mate[who], rng.integers(40, 500, len(who)))):
        plan.visit(
            rng,
            person=person,
            place=place,
            kind=np.where(at_pharmacy, v.KIND["pharmacy"], v.KIND["village"]),
            begin=begin + after,
            disease=plan.diseases.draw(rng, people, person, stay=False),
            cost=lognormal(rng, np.full(len(who), 75.0), 0.5),
            lines=rng.integers(1, 5, len(who)),
            flags=v.AGENT,
        )
    plan.lookalike("household", "person", np.concatenate([couple, mate]))


def market_day(plan: Plan, rng: np.random.Generator) -> None:
    """The only pharmacy of a village, and the neighbours who meet there every market morning."""
    pharmacies = np.unique(plan.city.sole_pharmacy[plan.city.sole_pharmacy >= 0])
    plan.lookalike("sole_pharmacy", "pharmacy", pharmacies)
    for pharmacy in pharmacies[: _count(plan, 30_000)]:
        community = int(np.flatnonzero(plan.city.sole_pharmacy == pharmacy)[0])
        person = plan.persons(
            rng, 16, where=(plan.city.people.community == community) & (plan.city.people.age >= 45)
        )
        days = np.arange(plan.calendar.first, plan.calendar.last + 1)
        days = days[(days - community) % 5 == 0]
        when, who = np.nonzero(rng.random((len(days), len(person))) < 0.3)
        if len(who) == 0:
            continue
        plan.visit(
            rng,
            person=person[who],
            place=int(pharmacy),
            kind=v.KIND["pharmacy"],
            begin=days[when] * DAY + 8 * 3600 + rng.integers(0, 7200, len(who)),
            disease=plan.diseases.draw(rng, plan.city.people, person[who], stay=False),
            cost=lognormal(rng, np.full(len(who), 48.0), 0.5),
            lines=rng.integers(1, 4, len(who)),
        )
        plan.lookalike("market_day", "person", person)


def referral_chains(plan: Plan, rng: np.random.Generator) -> None:
    """Up and down inside a medical community: discharge and admission on one day, linked by the referral."""
    primary = plan.city.of_sort("primary")
    person = plan.persons(rng, _count(plan, 3_000, 3), where=plan.city.people.age >= 45)
    days = plan.spread_days(rng, len(person), 1, edge=24)
    day = rng.choice(days, len(person))
    disease = plan.diseases.draw(rng, plan.city.people, person, stay=True)
    low = plan.city.near["primary"][plan.city.people.community[person], 0]
    up = plan.city.near["secondary"][plan.city.people.community[person], 0]
    places = plan.city.places
    places.medical_community[up] = np.where(
        places.medical_community[low] >= 0, places.medical_community[low], 0
    )
    nights = rng.integers(2, 6, len(person))
    first = plan.stay(
        rng,
        person=person,
        day=day,
        disease=disease,
        place=low,
        days=nights,
        cost=lognormal(rng, np.full(len(person), 2100.0), 0.3),
        flags=v.TRANSFER | v.KEEP,
    )
    then = rng.integers(5, 10, len(person))
    second = plan.stay(
        rng,
        person=person,
        day=day + nights,
        disease=disease,
        place=up,
        days=then,
        link=first,
        cost=lognormal(rng, np.full(len(person), 6800.0), 0.3),
        flags=v.TRANSFER | v.KEEP,
    )
    plan.stay(
        rng,
        person=person,
        day=day + nights + then,
        disease=disease,
        place=low,
        days=rng.integers(3, 8, len(person)),
        link=second,
        cost=lognormal(rng, np.full(len(person), 1900.0), 0.3),
        flags=v.KEEP,
    )
    plan.lookalike("referral_chain", "person", person)
    assert len(primary)


def readmissions(plan: Plan, rng: np.random.Generator) -> None:
    """Back within two weeks for something new: a fall after pneumonia, another disease, as an emergency."""
    person = plan.persons(rng, _count(plan, 2_500, 3), where=plan.city.people.age >= 60)
    day = rng.choice(plan.spread_days(rng, len(person), 1, edge=24), len(person))
    place = plan.city.near["secondary"][plan.city.people.community[person], 0]
    nights = rng.integers(4, 9, len(person))
    codes = plan.diseases.by_code
    plan.stay(rng, person=person, day=day, disease=codes["J18.900"], place=place, days=nights, flags=v.KEEP)
    plan.stay(
        rng,
        person=person,
        day=day + nights + rng.integers(3, 12, len(person)),
        disease=codes["S72.000"],
        place=place,
        flags=v.KEEP,
    )
    plan.lookalike("new_condition", "person", person)


def long_prescriptions(plan: Plan, rng: np.random.Generator) -> None:
    """Ninety days of medicine at a time, every quarter, as the long-prescription policy allows."""
    person = plan.persons(rng, _count(plan, 400, 8), where=plan.city.people.chronic >= 0)
    rounds = max(1, plan.calendar.days // 90)
    who = np.repeat(np.arange(len(person)), rounds)
    day = plan.calendar.first + rng.integers(0, min(88, plan.calendar.days), len(person))[who]
    day = np.minimum(day + np.tile(np.arange(rounds), len(person)) * 91, plan.calendar.last)
    place = plan.city.near["secondary"][plan.city.people.community[person[who]], 0]
    plan.visit(
        rng,
        person=person[who],
        place=place,
        kind=v.KIND["chronic"],
        begin=day * DAY + 9 * 3600 + rng.integers(0, 7 * 3600, len(who)),
        disease=plan.city.people.chronic[person[who]],
        cost=lognormal(rng, np.full(len(who), 900.0), 0.3),
        lines=rng.integers(2, 4, len(who)),
        flags=v.LONG_RX,
    )
    plan.lookalike("long_prescription", "person", person)


def newborns(plan: Plan, rng: np.random.Generator) -> None:
    """Deliveries, and newborns treated on a parent's card before they are enrolled."""
    people = plan.city.people
    able = people.female & (people.age >= 21) & (people.age <= 42)
    births = max(2, int(len(people.age) * 0.0062 * plan.calendar.year))
    mother = plan.persons(rng, births, where=able)
    day = rng.choice(plan.spread_days(rng, plan.calendar.days, 1), len(mother))
    place = np.where(
        rng.random(len(mother)) < 0.5,
        plan.city.near["secondary"][people.community[mother], 0],
        plan.city.near["tertiary"][people.community[mother], 0],
    )
    section = rng.random(len(mother)) < 0.42
    codes = plan.diseases.by_code
    plan.stay(
        rng,
        person=mother,
        day=day,
        disease=np.where(section, codes["O82.000"], codes["O80.000"]),
        place=place,
        days=np.where(section, 6, 4),
        cost=lognormal(rng, np.where(section, 7400.0, 4600.0), 0.2),
        kind="delivery",
        flags=v.KEEP,
    )
    sick = np.flatnonzero(rng.random(len(mother)) < 0.2)
    sick = sick if len(sick) else np.arange(min(1, len(mother)))
    parent = mother[sick]
    plan.stay(
        rng,
        person=parent,
        day=day[sick] + 1,
        disease=codes["P59.900"],
        place=place[sick],
        days=rng.integers(4, 8, len(sick)),
        cost=lognormal(rng, np.full(len(sick), 4200.0), 0.3),
        kind="newborn",
        flags=v.NEWBORN | v.KEEP | v.OVERLAP,
    )
    plan.lookalike("newborn_on_parent", "person", parent)


def refund_pairs(plan: Plan, rng: np.random.Generator) -> None:
    """Settled, reversed and settled again within minutes because of a typing error; no gain for anybody."""
    person = plan.persons(rng, _count(plan, 1_000, 6), where=plan.city.people.employee)
    times = max(1, min(3, plan.calendar.days // 30))
    who = np.repeat(np.arange(len(person)), times)
    begin = (
        plan.calendar.draw_days(rng, "pharmacy", len(who)) * DAY
        + 9 * 3600
        + rng.integers(0, 10 * 3600, len(who))
    )
    place = plan.city.near["pharmacy"][plan.city.people.community[person[who]], 0]
    disease = plan.diseases.draw(rng, plan.city.people, person[who], stay=False)
    for after, flags in ((0, v.REFUND), (600, 0)):
        plan.visit(
            rng,
            person=person[who],
            place=place,
            kind=v.KIND["pharmacy"],
            begin=begin + after,
            disease=disease,
            cost=lognormal(rng, np.full(len(who), 110.0), 0.4),
            lines=rng.integers(1, 4, len(who)),
            flags=flags,
        )
    plan.lookalike("refund_pair", "person", person)


def checkups(plan: Plan, rng: np.random.Generator) -> None:
    """A firm's yearly health check: everybody at one hospital on one morning, paid by the firm."""
    people = plan.city.people
    for _ in range(_count(plan, 20_000)):
        employer = int(people.employer[rng.choice(np.flatnonzero(people.employee))])
        person = plan.persons(rng, 25, where=people.employer == employer)
        if len(person) == 0:
            continue
        day = int(plan.calendar.draw_days(rng, "hospital", 1)[0])
        place = int(rng.choice(plan.city.of_sort("secondary")))
        plan.visit(
            rng,
            person=person,
            place=place,
            kind=v.KIND["checkup"],
            begin=day * DAY + 8 * 3600 + rng.integers(0, 3 * 3600, len(person)),
            disease=plan.diseases.by_code["Z00.000"],
            cost=lognormal(rng, np.full(len(person), 320.0), 0.1),
            lines=8,
        )
        plan.lookalike("health_check", "person", person)


def collectors(plan: Plan, rng: np.random.Generator) -> None:
    """A grown child collects both parents' chronic medicine, with their cards and a lawful mandate."""
    people = plan.city.people
    parent = plan.persons(
        rng,
        _count(plan, 1_000, 4),
        where=(people.chronic >= 0) & (people.age >= 65) & (people.household_size >= 2),
    )
    mate = plan.housemate(rng, parent)
    ok = (people.chronic[mate] >= 0) & ~plan.used_person[mate] & (mate != parent)
    parent, mate = parent[ok], mate[ok]
    if len(parent):
        times = max(1, plan.calendar.days // 30)
        who = np.repeat(np.arange(len(parent)), times)
        day = np.minimum(
            plan.calendar.first + np.tile(np.arange(times) * 30, len(parent)) + rng.integers(0, 4, len(who)),
            plan.calendar.last,
        )
        begin = day * DAY + 9 * 3600 + rng.integers(0, 6 * 3600, len(who))
        place = plan.city.near["primary"][people.community[parent[who]], 0]
        for person, after in ((parent[who], 0), (mate[who], 240)):
            plan.visit(
                rng,
                person=person,
                place=place,
                kind=v.KIND["chronic"],
                begin=begin + after,
                disease=people.chronic[person],
                cost=lognormal(rng, np.full(len(who), 260.0), 0.3),
                lines=rng.integers(2, 5, len(who)),
                flags=v.AGENT,
            )
        plan.lookalike("family_collection", "person", np.concatenate([parent, mate]))


def code_mapping(plan: Plan, rng: np.random.Generator) -> None:
    """Institutions whose item list maps one ordinary item to a code for the other sex."""
    places = np.flatnonzero(plan.city.places.mapping_error)
    plan.lookalike("code_mapping", "institution", places)
    plan.used_place[places] = True


ALL = (
    dialysis,
    chemo,
    psychiatric,
    nursing_homes,
    households,
    market_day,
    referral_chains,
    readmissions,
    long_prescriptions,
    newborns,
    refund_pairs,
    checkups,
    collectors,
    code_mapping,
)
