"""Ordinary life: acute visits, standing refills, shop visits, emergencies; errors, refunds and voids come with it."""

import numpy as np

from tests.bench.other_city.catalogue import ACUTE, CHRONIC, INDEX, ITEMS
from tests.bench.other_city.city import DEPT, City, seconds

PACK_DAYS = np.array([item.days for item in ITEMS])


def fee(city: City, visit: np.ndarray, place: np.ndarray) -> None:
    """The consultation fee of a visit."""
    expert = city.rng.random(len(visit)) < 0.2
    city.book.line(visit, np.where(expert, INDEX["expert_fee"], INDEX["visit_fee"]))


def refill(city: City, visit: np.ndarray, item: np.ndarray, days: np.ndarray, **columns) -> None:
    """Lines of standing drugs for so many days: whole packs."""
    pack = np.maximum(PACK_DAYS[item], 1)
    count = np.maximum(1, np.round(days / pack))
    city.book.line(
        visit, item, count=count, days=np.minimum(count * pack, days + pack).astype(int), **columns
    )


def usual_place(city: City, person: np.ndarray) -> np.ndarray:
    """Where a person goes with a small complaint."""
    draw = city.rng.random(len(person))
    work = city.people.employed[person]
    small = np.where(work, 0.12, 0.34)
    basic = small + np.where(work, 0.22, 0.30)
    place = np.where(
        draw < small,
        city.home["village"][person],
        np.where(draw < basic, city.home["basic"][person], city.home["hospital"][person]),
    )
    other = city.rng.random(len(person)) < 0.14
    place[other] = city.near(
        person[other], "clinic", "private", "county", "tertiary", "tcm", "station", stray=0.3
    )
    return place


def acute(city: City) -> None:
    """Complaints by age and season; the rate of a person is heavy-tailed."""
    people, rng = city.people, city.rng
    old, child = people.age >= 60, people.age < 14
    yearly = (
        np.where(people.employed, 5.0, 1.9)
        * np.where(old, 1.45, np.where(child, 1.5, 0.85))
        * (0.25 + 0.75 * people.frailty)
    )
    person = np.repeat(np.arange(people.count), rng.poisson(yearly * city.days / 365))
    rng.shuffle(person)
    day = city.pick_days(len(person), seasonal=0.8)
    person, day = person[city.alive(person, day)], day[city.alive(person, day)]
    part = np.where(people.age[person] < 14, 0, np.where(people.age[person] < 60, 1, 2))
    names = list(ACUTE)
    share = np.array([ACUTE[name][3] for name in names], float)
    disease = np.zeros(len(person), int)
    for age in range(3):
        own = part == age
        disease[own] = rng.choice(len(names), own.sum(), p=share[:, age] / share[:, age].sum())
    men = (people.sex[person] == 1) & (disease == names.index("gynaecology"))
    disease[men] = names.index("back")
    place = usual_place(city, person)
    tooth = (disease == names.index("tooth")) & (rng.random(len(person)) < 0.7)
    place[tooth] = city.near(person[tooth], "dental")
    eye = (disease == names.index("eye")) & (rng.random(len(person)) < 0.35)
    place[eye] = city.near(person[eye], "eye")
    basic = np.isin(city.places.kind[place], ["village", "station", "clinic"])
    rich = np.where(people.employed[person], 4.2, 1.25)
    dept = np.array([DEPT[ACUTE[name][2]] for name in names])[disease]
    doctor = city.doctors(place, dept)
    begin = seconds(day, city.clock(len(person)))
    emergency = (rng.random(len(person)) < 0.05) & ~basic
    begin = np.where(emergency, seconds(day, rng.integers(0, 86000, len(person))), begin)
    dx = np.array([city.dx(name) for name in names])[disease]
    visit = city.book.visit(
        person, place=place, doctor=doctor, begin=begin, kind=np.where(emergency, 13, 11), dx=dx,
        dept=dept, card=rng.choice([1, 2, 3], len(person), p=[0.45, 0.1, 0.45]), device=rng.integers(0, 3, len(person)),
        refund_after=np.where(rng.random(len(person)) < 0.004, rng.integers(600, 5 * 86400, len(person)), -1),
        void=rng.random(len(person)) < 0.001,
    )  # fmt: skip
    fee(city, visit, place)
    for number, name in enumerate(names):
        own = disease == number
        for item, chance, count, days in ACUTE[name][4]:
            heavy = ITEMS[INDEX[item]].charge_type in ("03", "06")
            odds = np.where(basic[own] & heavy, chance * 0.15, chance * np.where(heavy, rich[own], 1.0))
            if item in ("uterus_pills",):
                odds = odds * (people.sex[person[own]] == 2)
            hit = rng.random(own.sum()) < odds
            amount = count + (rng.random(hit.sum()) < 0.25) * (days > 0)
            city.book.line(visit[own][hit], item, count=amount, days=int(days))
    for item, chance in [
        ("blood_count", 0.3),
        ("ultrasound", 0.13),
        ("liver", 0.12),
        ("ct", 0.07),
        ("lipids", 0.1),
        ("salvia", 0.15),
        ("omeprazole", 0.15),
    ]:
        more = ~basic & (
            rng.random(len(person))
            < chance * np.where(people.employed[person], 2.6, 0.9) * (people.age[person] > 14)
        )
        city.book.line(visit[more], item, days=14 if item in ("salvia", "omeprazole") else 0)
    herbs = np.isin(city.places.kind[place], ["tcm", "clinic"]) & (rng.random(len(person)) < 0.4)
    for item in ("herbs", "herb_angelica", "herb_poria"):
        city.book.line(visit[herbs], item, count=rng.integers(5, 15, herbs.sum()) * 10.0, days=7)


def refills(city: City) -> None:
    """Standing prescriptions: each patient has an interval, a doctor and a basket, and keeps to them within days."""
    people, rng = city.people, city.rng
    many = np.sum(list(people.ill.values()), axis=0) > 0
    own = np.flatnonzero(many & (people.registered | (rng.random(people.count) < 0.35)))
    every = rng.choice([30, 45, 60, 90], len(own), p=[0.4, 0.15, 0.27, 0.18])
    small = rng.random(len(own)) < np.where(people.employed[own], 0.3, 0.6)
    place = np.where(small, city.home["basic"][own], city.home["hospital"][own])
    rounds = city.days // 30 + 2
    turn = np.arange(rounds)[None, :]
    day = (
        (rng.integers(0, 90, len(own)) % every)[:, None]
        + turn * every[:, None]
        + rng.integers(-3, 6, (len(own), rounds))
    )
    keep = (day >= 0) & (day < city.days) & (rng.random(day.shape) < 0.9)
    keep &= people.death_day[own][:, None] > day
    keep &= ~((city.weekday[np.clip(day, 0, city.days - 1)] == 6) & (rng.random(day.shape) < 0.8))
    at, when = np.nonzero(keep)
    flat = day[at, when]
    person, spot, gap = own[at], place[at], every[at]
    names = list(CHRONIC)
    matrix = np.stack([people.ill[name][own] for name in names], axis=1)
    main = np.argmax(matrix, axis=1)
    mind = main == names.index("mind")
    if mind.any():
        place[mind] = city.near(own[mind], "mental")
        spot = place[at]
    dept = np.array([DEPT[CHRONIC[name][2]] for name in names])[main]
    doctor = city.doctors(place, dept)
    visit = city.book.visit(
        person, place=spot, doctor=doctor[at], begin=seconds(flat, city.clock(len(flat))), dx=np.array([city.dx(name) for name in names])[main][at],
        kind=np.where(people.registered[person], 14, 11), dept=dept[at], disease=np.where(people.registered[person], main[at], -1),
        card=rng.choice([1, 3], len(person)), device=rng.integers(0, 3, len(person)), group=-1,
        refund_after=np.where(rng.random(len(person)) < 0.003, rng.integers(600, 86400, len(person)), -1),
    )  # fmt: skip
    fee(city, visit, spot)
    for number, name in enumerate(names):
        sick = matrix[at, number]
        for rank, item in enumerate(CHRONIC[name][4]):
            taker = (person * 7 + rank * 3) % 5 < (4, 3, 2, 2)[rank]
            use = sick & taker
            refill(city, visit[use], np.full(use.sum(), INDEX[item]), gap[use])
    sugar = matrix[at, names.index("diabetes")] & (turn[0][when] % 3 == 0)
    city.book.line(visit[sugar & (rng.random(len(visit)) < 0.5)], "hba1c")
    for item, chance in [
        ("sugar", 0.35),
        ("lipids", 0.3),
        ("liver", 0.3),
        ("kidney", 0.3),
        ("ecg", 0.25),
        ("ultrasound", 0.3),
        ("xuesaitong", 0.45),
        ("salvia", 0.4),
        ("liuwei", 0.2),
    ]:
        hit = rng.random(len(visit)) < chance
        if PACK_DAYS[INDEX[item]]:
            refill(city, visit[hit], np.full(hit.sum(), INDEX[item]), gap[hit])
        else:
            city.book.line(visit[hit], item)


def shop(city: City) -> None:
    """Employees buy at the shop by the door with their account; some with a prescription on the pool."""
    people, rng = city.people, city.rng
    own = np.flatnonzero(people.employed)
    rate = 5.3 * (0.15 + 0.85 * rng.gamma(0.8, 1.25, len(own)))
    person = np.repeat(own, rng.poisson(rate * city.days / 365))
    day = city.pick_days(len(person), week=(1, 0.95, 0.95, 1, 1.05, 1.15, 1.1), seasonal=0.4)
    keep = city.alive(person, day)
    person, day = person[keep], day[keep]
    place = city.home["shop"][person].copy()
    stray = rng.random(len(person)) < 0.22
    place[stray] = city.near(person[stray], "pharmacy", stray=0.4)
    visit = city.book.visit(
        person, place=place, doctor=-1, begin=seconds(day, city.clock(len(day), "shop")), kind=41, dx=city.dx("cold"), dept=0,
        card=rng.choice([1, 3], len(person), p=[0.6, 0.4]), device=rng.integers(0, 2, len(person)),
        refund_after=np.where(rng.random(len(person)) < 0.006, rng.integers(300, 3 * 86400, len(person)), -1),
    )  # fmt: skip
    goods = [
        "cold_granules",
        "lianhua",
        "banlangen",
        "liuwei",
        "salvia",
        "calcium",
        "eye_drops",
        "ibuprofen",
        "plaster",
        "loratadine",
        "amoxicillin",
        "omeprazole",
        "ejiao_syrup",
        "amlodipine",
        "metformin",
        "atorvastatin",
    ]
    weight = np.array([16, 9, 9, 6, 6, 7, 5, 7, 8, 5, 6, 5, 1.2, 4, 3, 3])
    for extra in (1.0, 0.62, 0.3, 0.1):
        hit = rng.random(len(visit)) < extra
        item = np.array([INDEX[name] for name in goods])[
            rng.choice(len(goods), hit.sum(), p=weight / weight.sum())
        ]
        script = np.full(hit.sum(), -1)
        needs = np.isin(
            item,
            [
                INDEX[name]
                for name in ("amoxicillin", "omeprazole", "amlodipine", "metformin", "atorvastatin")
            ],
        ) & (rng.random(hit.sum()) < 0.995)
        buyer = person[hit][needs]
        at = np.where(rng.random(len(buyer)) < 0.5, city.home["basic"][buyer], city.home["hospital"][buyer])
        script[needs] = city.book.script(
            buyer,
            place=at,
            doctor=city.doctors(at, DEPT["02"]),
            when=seconds(day[hit][needs], np.full(needs.sum(), 7 * 3600))
            - rng.integers(0, 2 * 86400, needs.sum()),
        )
        city.book.line(
            visit[hit],
            item,
            count=rng.choice([1, 2, 3, 4], hit.sum(), p=[0.5, 0.3, 0.14, 0.06]),
            days=np.maximum(PACK_DAYS[item], 1),
            script=script,
        )


def live(city: City) -> None:
    """All of ordinary life outside hospital beds."""
    acute(city)
    refills(city)
    shop(city)
