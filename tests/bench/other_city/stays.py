"""Stays in hospital: admission by age and frailty, daily lines, operations, births, discharge."""

import numpy as np

from tests.bench.other_city.book import DAY
from tests.bench.other_city.catalogue import STAYS
from tests.bench.other_city.city import DEPT, City, seconds


def bed_days(
    city: City,
    visit: np.ndarray,
    first: np.ndarray,
    nights: np.ndarray,
    item: str,
    *,
    chance: float = 1.0,
    count: np.ndarray | float = 1.0,
    hour: float = 9.0,
    skip: int = 0,
    bad: np.ndarray | float = 0.0,
    every: int = 1,
) -> None:
    """One line a day of the stay from day `skip` on; nights counts the days charged."""
    reps = np.maximum(nights - skip, 0)
    owner = np.repeat(np.arange(len(visit)), reps)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(reps) - reps, reps) + skip
    keep = (city.rng.random(len(owner)) < chance) & (number % every == 0)
    owner, number = owner[keep], number[keep]
    wrong = np.broadcast_to(bad, len(visit))[owner]
    amount = np.broadcast_to(count, len(visit))[owner]
    city.book.line(
        visit[owner],
        item,
        count=amount,
        when=(first[owner] + number) * DAY + int(hour * 3600) + city.rng.integers(0, 1500, len(owner)),
        bad=wrong,
    )


def admit(
    city: City,
    person: np.ndarray,
    place: np.ndarray,
    disease: str,
    day: np.ndarray,
    nights: np.ndarray,
    *,
    thin: float = 1.0,
    story: int = -1,
    bad: float = 0.0,
    bare: bool = False,
    **columns,
) -> np.ndarray:
    """Stays of one disease with their lines; returns visit numbers. `thin` scales treatment, `bare` leaves only bed and visit."""
    rng = city.rng
    person, place = np.atleast_1d(person), np.broadcast_to(place, np.shape(np.atleast_1d(person)))
    code, name, dept, _, _, operation, devices, drugs = STAYS[disease]
    day, nights = np.broadcast_to(day, len(person)), np.broadcast_to(nights, len(person))
    begin = seconds(day, rng.integers(8 * 3600, 17 * 3600, len(person)))
    end = seconds(day + nights, rng.integers(9 * 3600, 12 * 3600, len(person)))
    columns = {
        "doctor": city.doctors(place, DEPT[dept]),
        "bed": rng.integers(1, 60, len(person)),
        "kind": 21,
        "card": 3,
        "dept": DEPT[dept],
    } | columns
    visit = city.book.visit(
        person, place=place, begin=begin, end=end, dx=city.book.dx(code, name), story=story, **columns
    )
    bed_days(city, visit, day, nights, "bed", hour=8, bad=bad)
    bed_days(city, visit, day, nights, "ward_visit", hour=9, bad=bad)
    bed_days(city, visit, day, nights, "nursing_two", hour=7, bad=bad)
    if bare:
        return visit
    dose = np.where(city.people.employed[person], 2.0, 1.0)
    for item in drugs:
        bed_days(
            city,
            visit,
            day,
            nights,
            item,
            chance=0.9 * thin,
            count=2.0 if item in ("saline", "glucose") else dose,
            hour=10,
            bad=bad,
        )
    for item, chance in [
        ("press_watch", 0.8),
        ("catheter", 0.35),
        ("vein_needle", 0.7),
        ("nebulise", 0.25),
        ("sugar", 0.3),
    ]:
        bed_days(city, visit, day, nights, item, chance=chance * thin, hour=8, bad=bad)
    bed_days(city, visit, day, nights, "infusion", chance=0.95 * thin, hour=10, bad=bad)
    bed_days(city, visit, day, nights, "syringe", chance=0.95 * thin, hour=10, bad=bad)
    for item, chance in [
        ("blood_count", 1),
        ("urine", 0.8),
        ("liver", 0.9),
        ("kidney", 0.9),
        ("sugar", 0.7),
        ("ecg", 0.8),
        ("x_ray", 0.5),
        ("ultrasound", 0.5),
        ("ct", 0.45),
        ("clotting", 0.6),
        ("hiv_screen", 0.5),
        ("mri", 0.16),
        ("crp", 0.6),
        ("lipids", 0.5),
        ("echo", 0.45),
        ("vessels", 0.3),
        ("thyroid", 0.2),
        ("tumour_marks", 0.2),
    ]:
        hit = rng.random(len(visit)) < chance * (0.4 + 0.6 * thin) * np.where(
            city.people.employed[person], 1.35, 1.05
        )
        city.book.line(visit[hit], item, when=begin[hit] + rng.integers(1800, 20000, hit.sum()), bad=bad)
    bed_days(city, visit, day, nights, "blood_count", chance=0.5 * thin, skip=3, hour=7, bad=bad, every=3)
    serious = rng.random(len(visit)) < 0.4 * thin
    bed_days(
        city,
        visit[serious],
        day[serious],
        np.minimum(nights[serious], 4),
        "monitor",
        count=20.0,
        hour=1,
        bad=bad,
    )
    bed_days(
        city,
        visit[serious],
        day[serious],
        np.minimum(nights[serious], 4),
        "oxygen",
        count=18.0,
        hour=1,
        bad=bad,
    )
    if operation:
        second = (day + np.minimum(2, nights - 1)) * DAY + rng.integers(9 * 3600, 15 * 3600, len(visit))
        for item in [operation, "anaesthesia", "propofol", *devices]:
            city.book.line(visit, item, when=second, count=1.0, bad=bad)
        city.book.line(visit, "pathology", when=second + 7200, bad=bad)
    return visit


def ordinary(city: City) -> None:
    """About 21 admissions per hundred insured and year, by age; hospitals by disease and home."""
    people, rng = city.people, city.rng
    age = people.age
    rate = np.where(
        age < 6, 0.24, np.where(age < 40, 0.085, np.where(age < 60, 0.17, np.where(age < 75, 0.40, 0.62)))
    ) * (0.35 + 0.65 * people.frailty)
    person = np.repeat(np.arange(people.count), rng.poisson(rate * city.days / 365))
    rng.shuffle(person)
    day = city.pick_days(len(person), week=(1.2, 1.15, 1.05, 1.0, 0.95, 0.75, 0.6), seasonal=0.5)
    part = np.where(age[person] < 14, 0, np.where(age[person] < 60, 1, 2))
    names = list(STAYS)
    share = np.array([STAYS[name][3] for name in names], float)
    disease = np.zeros(len(person), int)
    for group in range(3):
        own = part == group
        disease[own] = rng.choice(len(names), own.sum(), p=share[:, group] / share[:, group].sum())
    disease[(disease == names.index("fibroid")) & (people.sex[person] == 1)] = names.index("gastritis")
    order = np.lexsort((day, person))
    person, day, disease = person[order], day[order], disease[order]
    mean = np.array([STAYS[name][4] for name in names])[disease]
    nights = np.clip(np.round(mean * 1.1 * rng.lognormal(-0.08, 0.38, len(person))), 1, 45).astype(int)
    clash = np.zeros(len(person), bool)
    clash[1:] = (person[1:] == person[:-1]) & (day[1:] < day[:-1] + nights[:-1] + 18)
    dead = people.death_day[person] <= day + nights
    keep = ~clash & ~dead
    person, day, disease, nights = person[keep], day[keep], disease[keep], nights[keep]
    draw = rng.random(len(person)) ** np.where(people.employed[person], 1.7, 1.0)
    hard = np.isin(disease, [names.index(name) for name in ("stenting", "infarct", "fracture", "gall")])
    level = np.where(
        draw < np.where(hard, 0.5, 0.28),
        0,
        np.where(draw < np.where(hard, 0.85, 0.62), 1, np.where(draw < 0.82, 2, 3)),
    )
    place = np.zeros(len(person), int)
    for number, kinds in enumerate([("tertiary",), ("county", "tcm"), ("private",), ("township",)]):
        own = level == number
        place[own] = city.near(person[own], *kinds, stray=0.12)
    far = rng.random(len(person)) < np.where(people.migrant[person], 0.6, 0.02)
    place[far] = rng.choice(city.places.of("away"), far.sum())
    for number, name in enumerate(names):
        own = disease == number
        if STAYS[name][5]:
            own_place = np.where(
                city.places.kind[place[own]] == "township", city.near(person[own], "county"), place[own]
            )
        else:
            own_place = place[own]
        leave = rng.choice([1, 1, 1, 1, 2, 3, 4], own.sum())
        admit(
            city,
            person[own],
            own_place,
            name,
            day[own],
            nights[own],
            leave=leave,
            group=1,
            refund_after=np.where(rng.random(own.sum()) < 0.006, 4000, -1),
            resettled=1,
        )


def births(city: City) -> np.ndarray:
    """Births of the period with the newborn's charges on the mother's stay; twins among them."""
    people, rng = city.people, city.rng
    own = np.flatnonzero(
        (people.sex == 2)
        & (people.age > 21)
        & (people.age < 39)
        & (rng.random(people.count) < 0.055 * city.days / 365)
    )
    day = rng.integers(1, max(2, city.days - 7), len(own))
    nights = rng.integers(3, 6, len(own))
    place = city.near(own, "mother", "county", stray=0.3)
    begin = seconds(day, rng.integers(0, 80000, len(own)))
    visit = city.book.visit(
        own,
        place=place,
        doctor=city.doctors(place, DEPT["05"]),
        begin=begin,
        end=seconds(day + nights, np.full(len(own), 36000)),
        kind=52,
        dx=city.book.dx("O80.900", "单胎顺产"),
        dept=DEPT["05"],
        bed=rng.integers(1, 60, len(own)),
    )
    for item in ("bed", "ward_visit", "nursing_two"):
        bed_days(city, visit, day, nights, item)
    knife = rng.random(len(own)) < 0.4
    city.book.line(visit[~knife], "birth", when=begin[~knife] + 9000)
    city.book.line(visit[knife], "caesarean", when=begin[knife] + 9000)
    city.book.line(visit[knife], "anaesthesia", when=begin[knife] + 9000)
    for item in ("oxytocin", "dressing", "press_watch"):
        bed_days(city, visit, day, nights, item, hour=10)
    for item in ("blood_count", "clotting", "ultrasound", "hiv_screen", "op_pack"):
        city.book.line(visit, item, when=begin + 1800)
    twin = np.repeat(np.arange(len(own)), np.where(rng.random(len(own)) < 0.03, 2, 1))
    child = city.book.visit(
        own[twin],
        place=place[twin],
        doctor=city.doctors(place[twin], DEPT["07"]),
        begin=begin[twin] + 12000,
        end=seconds(day + nights, np.full(len(own), 36000))[twin],
        kind=21,
        dx=city.book.dx("Z38.000", "单胎活产，在医院出生"),
        dept=DEPT["07"],
        baby=1,
    )
    for item in ("newborn_care", "bed", "ward_visit"):
        bed_days(city, child, day[twin], nights[twin], item, hour=20)
    city.book.line(child, "blood_count", when=begin[twin] + 20000)
    return own
