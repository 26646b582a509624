"""Those who only look guilty: courses, cohorts, campaigns, carers, households; each named in lookalike.csv."""

import numpy as np

from tests.bench.other_city.catalogue import INDEX
from tests.bench.other_city.city import DEPT, City, seconds
from tests.bench.other_city.life import refill
from tests.bench.other_city.stays import admit, bed_days, births


def _free(city: City, where: np.ndarray, count: int) -> np.ndarray:
    """Some persons of a mask who are in no other group."""
    pool = np.flatnonzero(where & ~city.people.taken & (city.people.death_day > city.days))
    chosen = city.rng.choice(pool, min(count, len(pool)), replace=False)
    city.people.taken[chosen] = True
    return chosen


def _course(
    city: City,
    person: np.ndarray,
    place: np.ndarray,
    days_of_week: list[int],
    hour: float,
    items: list[tuple[str, float]],
    dx: tuple[str, str],
    dept: str,
    *,
    kind: int = 11,
    first: np.ndarray | int = 0,
    length: np.ndarray | int = 10**6,
    keep: float = 0.93,
    spread: float = 40,
    doctor: np.ndarray | None = None,
    disease: int = -1,
) -> np.ndarray:
    """Visits of a course on fixed weekdays, with the same items each time."""
    rng = city.rng
    calendar = np.flatnonzero(np.isin(city.weekday, days_of_week))
    who, when = np.repeat(np.arange(len(person)), len(calendar)), np.tile(calendar, len(person))
    first, length = np.broadcast_to(first, len(person)), np.broadcast_to(length, len(person))
    on = (when >= first[who]) & (when < first[who] + length[who]) & (rng.random(len(who)) < keep)
    on &= city.people.death_day[person[who]] > when
    who, when = who[on], when[on]
    place = np.broadcast_to(place, len(person))
    doctor = city.doctors(place, DEPT[dept]) if doctor is None else np.broadcast_to(doctor, len(person))
    own_hour = hour + rng.normal(0, spread / 60, len(who))
    visit = city.book.visit(
        person[who],
        place=place[who],
        doctor=doctor[who],
        begin=seconds(when, (np.clip(own_hour, 6, 22) * 3600).astype(np.int64)),
        kind=kind,
        dx=city.book.dx(*dx),
        dept=DEPT[dept],
        device=rng.integers(0, 3, len(who)),
        disease=disease,
    )
    for item, count in items:
        city.book.line(visit, item, count=count)
    return visit


def dialysis(city: City) -> None:
    """Three times a week at one centre, morning or afternoon shift."""
    people = city.people
    ill = _free(city, people.ill["kidney"], 10**6)
    extra = _free(city, (people.age > 35) & (people.frailty > 1), max(0, people.count // 1500 - len(ill)))
    own = np.concatenate([ill, extra])
    centres = city.places.of("dialysis", "county")
    place = city.rng.choice(centres, len(own))
    for shift, hour in enumerate((7.2, 13.0)):
        for odd, week in enumerate(([0, 2, 4], [1, 3, 5])):
            part = np.arange(len(own)) % 4 == shift * 2 + odd
            visit = _course(
                city,
                own[part],
                place[part],
                week,
                hour,
                [("dialysis", 1), ("heparin", 1)],
                ("N18.500", "慢性肾脏病5期"),
                "03",
                kind=14,
                disease=12,
                spread=15,
            )
            city.book.line(visit[::3], "epo", count=2)
            city.book.line(visit[::12], "kidney")
    city.truth.lookalike("dialysis", "person", own)


def nursing_homes(city: City) -> None:
    """A doctor calls once a week; residents are bought for together; some are admitted in one epidemic week."""
    people, rng = city.people, city.rng
    for number in range(max(2, people.count // 10000)):
        own = _free(city, people.age > 72, int(rng.integers(14, 26)))
        people.house[own] = 9_000_000 + number
        place = int(rng.choice(city.places.of("station", "township")))
        visit = _course(
            city,
            own,
            place,
            [int(rng.integers(0, 5))],
            9.5,
            [],
            ("I10.x00x002", "高血压"),
            "03" if city.places.kind[place] == "station" else "02",
            kind=14,
            keep=0.35,
            spread=35,
        )
        refill(city, visit, np.full(len(visit), INDEX["amlodipine"]), np.full(len(visit), 28))
        refill(city, visit, np.full(len(visit), INDEX["aspirin"]), np.full(len(visit), 28))
        if len(own) > 5:
            sick = rng.choice(own, 5, replace=False)
            admit(
                city,
                sick,
                int(city.near(own[:1], "county")[0]),
                "pneumonia",
                rng.integers(20, 24, 5),
                rng.integers(7, 14, 5),
            )
        city.truth.lookalike("nursing_home", "person", own)


def courses(city: City) -> None:
    """Rehabilitation, needles, wounds, methadone, psychiatry, chemotherapy, hospice, pensioners' clinic days."""
    people, rng = city.people, city.rng
    size = people.count / 30000
    rehab, tcm = city.places.of("rehab"), city.places.of("tcm", "clinic")
    own = _free(city, people.age > 40, int(24 * size))
    _course(
        city,
        own,
        rng.choice(rehab, len(own)),
        [0, 2, 4],
        14.3,
        [("joint_release", 1), ("walking", 1), ("infrared", 1)],
        ("I69.300", "脑梗死后遗症"),
        "21",
        first=rng.integers(0, 50, len(own)),
        length=45,
    )
    city.truth.lookalike("rehab_course", "person", own)
    own = _free(city, people.age > 30, int(40 * size))
    _course(
        city,
        own,
        rng.choice(tcm, len(own)),
        [1, 3, 5],
        9.4,
        [("acupuncture", 1), ("moxibustion", 1), ("massage", 1)],
        ("M54.500", "腰痛"),
        "50",
        first=rng.integers(0, 80, len(own)),
        length=24,
    )
    city.truth.lookalike("needle_course", "person", own)
    own = _free(city, people.age > 16, int(40 * size))
    _course(
        city,
        own,
        city.home["basic"][own],
        [0, 1, 2, 3, 4, 5],
        10.0,
        [("dressing", 1)],
        ("T81.400", "操作后切口感染"),
        "04",
        first=rng.integers(0, 100, len(own)),
        length=rng.integers(7, 16, len(own)),
        keep=0.6,
    )
    city.truth.lookalike("wound_dressing", "person", own)
    own = _free(city, (people.age > 25) & (people.age < 60), int(26 * size))
    _course(
        city,
        own,
        int(city.places.of("methadone")[0]),
        [0, 1, 2, 3, 4, 5, 6],
        8.5,
        [("methadone", 1)],
        ("F11.200", "阿片类物质依赖综合征"),
        "02",
        keep=0.88,
    )
    city.truth.lookalike("methadone_clinic", "person", own)
    for _ in range(max(2, int(3 * size))):
        town = int(rng.integers(0, people.town.max() + 1))
        own = _free(city, (people.age > 62) & (people.town == town), int(rng.integers(15, 30)))
        if len(own):
            place = int(city.home["basic"][own[0]])
            visit = _course(
                city,
                own,
                place,
                [int(rng.integers(0, 5))],
                8.6,
                [("visit_fee", 1)],
                ("I10.x00x002", "高血压"),
                "02",
                keep=0.4,
                spread=50,
            )
            refill(city, visit, np.full(len(visit), INDEX["amlodipine"]), np.full(len(visit), 14))
            city.truth.lookalike("pensioner_clinic_day", "person", own)
    own = _free(city, people.ill["cancer"], int(30 * size))
    for cycle in range(city.days // 21):
        day = rng.integers(0, 6, len(own)) + cycle * 21
        ok = day + 4 < city.days
        visit = admit(
            city,
            own[ok],
            int(city.places.of("tertiary")[0]),
            "gastritis",
            day[ok],
            np.full(ok.sum(), 4),
            dx2=city.book.dx("Z51.100", "为肿瘤化学治疗疗程"),
            bare=True,
        )
        city.book.line(visit, "paclitaxel", count=3)
        city.book.line(visit, "blood_count")
        for item in ("saline", "vitamins", "infusion", "pantoprazole", "press_watch"):
            bed_days(city, visit, day[ok], np.full(ok.sum(), 4), item)
        for chunk in city.book.visits[-1:]:
            chunk["dx"] = np.full(len(visit), city.book.dx("Z51.100", "为肿瘤化学治疗疗程"))
            chunk["dx2"] = np.full(len(visit), city.book.dx("C34.900", "支气管或肺恶性肿瘤"))
    city.truth.lookalike("chemo_cycle", "person", own)
    own = _free(city, people.ill["mind"], int(14 * size))
    place = rng.choice(city.places.of("mental"), len(own))
    phase = rng.integers(-29, 1, len(own))
    for turn in range(city.days // 30 + 1):
        first = np.maximum(phase + turn * 30, 0)
        nights = np.minimum(phase + turn * 30 + 30, city.days + 2) - first
        on = (nights > 0) & (first < city.days)
        one, at = own[on], first[on]
        visit = city.book.visit(
            one,
            place=place[on],
            doctor=city.doctors(place[on], DEPT["15"]),
            begin=seconds(at, rng.integers(30000, 42000, len(one))),
            end=seconds(at + nights[on], rng.integers(20000, 29000, len(one))),
            kind=21,
            dx=city.dx("mind"),
            dept=DEPT["15"],
            bed=np.flatnonzero(on) + 1,
        )
        for item in ("bed", "ward_visit", "nursing_two", "press_watch", "vitamins"):
            bed_days(city, visit, at, nights[on], item)
        bed_days(city, visit, at, nights[on], "talk_therapy", chance=0.2)
        bed_days(city, visit, at, nights[on], "olanzapine", count=0.1)
    city.truth.lookalike("chronic_psychiatric", "person", own)
    own = _free(city, (people.age > 65) & (people.frailty > 1.5), int(8 * size))
    day, nights = rng.integers(0, max(1, city.days - 40), len(own)), rng.integers(15, 38, len(own))
    visit = admit(city, own, int(city.places.of("hospice")[0]), "gastritis", day, nights, bare=True, leave=4)
    for item in ("saline", "amino_acids", "oxygen", "press_watch"):
        bed_days(city, visit, day, nights, item)
    city.truth.lookalike("hospice", "person", own)


def campaigns(city: City) -> None:
    """One-day cohorts: flu shots, school and company checks, blood donors, a market day, day surgery of eyes."""
    people, rng = city.people, city.rng
    for kind, mask, count, hour, items, dx, dept in [
        (
            "flu_shot_day",
            people.age > 60,
            60,
            9.0,
            [("vaccine_flu", 1), ("injection", 1)],
            ("Z25.100", "流行性感冒免疫接种"),
            "02",
        ),
        (
            "school_check",
            (people.age > 6) & (people.age < 13),
            80,
            8.8,
            [("visit_fee", 1), ("blood_count", 1), ("eye_exam", 1)],
            ("Z02.000", "与教育机构有关的检查"),
            "02",
        ),
        (
            "blood_donors",
            (people.age > 20) & (people.age < 50),
            25,
            9.5,
            [("visit_fee", 1), ("blood_count", 1)],
            ("Z52.000", "献血者"),
            "02",
        ),
    ]:
        for _ in range(max(1, people.count // 30000)):
            own = _free(city, mask, count)
            place = int(rng.choice(city.places.of("station", "township")))
            day = int(rng.choice(np.flatnonzero(city.weekday < 5)))
            _course(
                city,
                own,
                place,
                list(range(7)),
                hour,
                items,
                dx,
                dept,
                first=day,
                length=1,
                keep=1.0,
                spread=45,
            )
            city.truth.lookalike(kind, "person", own)
    firms, sizes = np.unique(people.employer[people.employer >= 0], return_counts=True)
    for firm in firms[(sizes > 15) & (sizes < 80)][: max(2, people.count // 15000)]:
        own = _free(city, people.employer == firm, 60)
        place = int(rng.choice(city.places.of("county")))
        day = int(rng.choice(np.flatnonzero(city.weekday == 5)))
        _course(
            city,
            own,
            place,
            [5],
            8.4,
            [("visit_fee", 1), ("blood_count", 1), ("liver", 1), ("ultrasound", 1), ("ecg", 1)],
            ("Z10.000", "职业健康检查"),
            "03",
            first=day,
            length=1,
            keep=1.0,
            spread=40,
        )
        city.truth.lookalike("company_check", "person", own)
    for village in rng.choice(int(people.village.max()) + 1, 4, replace=False):
        own = _free(city, (people.village == village) & (people.age > 50), 14)
        _course(
            city,
            own,
            city.home["basic"][own],
            [int(rng.integers(0, 6))],
            9.2,
            [("visit_fee", 1), ("cold_granules", 1)],
            ("J06.900", "急性上呼吸道感染"),
            "02",
            keep=0.28,
            spread=50,
        )
        city.truth.lookalike("market_day", "person", own)
    eyes = city.places.of("eye")
    own = _free(city, people.age > 60, int(people.count * 0.0015 * city.days / 120))
    day = rng.choice(np.flatnonzero(np.isin(city.weekday, [1, 3])), len(own))
    place = rng.choice(eyes, len(own))
    begin = seconds(day, 27000 + rng.integers(0, 7200, len(own)))
    visit = city.book.visit(
        own,
        place=place,
        doctor=city.doctors(place, DEPT["10"]),
        begin=begin,
        end=begin + 30000,
        kind=28,
        dx=city.book.dx("H25.900", "老年性白内障"),
        dept=DEPT["10"],
        bed=rng.integers(1, 30, len(own)),
    )
    for item in (
        "bed",
        "ward_visit",
        "cataract",
        "lens",
        "nerve_block",
        "eye_exam",
        "blood_count",
        "clotting",
        "ecg",
    ):
        city.book.line(visit, item, when=begin + 3600)
    city.truth.lookalike("day_surgery", "person", own)


def families(city: City) -> None:
    """Couples and carers who buy together, long prescriptions, referral up and down, newborns on the mother's stay, twins."""
    people, rng = city.people, city.rng
    size = people.count / 30000
    homes = np.flatnonzero(np.bincount(people.household) >= 3)
    for home in rng.choice(homes, int(24 * size), replace=False):
        own = np.flatnonzero((people.household == home) & ~people.taken & people.employed)[:3]
        members = np.flatnonzero((people.household == home) & ~people.taken)[:4]
        own = own if len(own) >= 2 else members
        if len(own) < 2:
            continue
        people.taken[own] = True
        shop = (
            int(city.home["shop"][own[0]]) if people.employed[own].all() else int(city.home["basic"][own[0]])
        )
        days = np.sort(rng.choice(city.days, min(city.days, int(rng.integers(5, 11))), replace=False))
        who, when = np.repeat(own, len(days)), np.tile(days, len(own))
        on = city.alive(who, when)
        who, when = who[on], when[on]
        base = rng.integers(9 * 3600, 19 * 3600, city.days)[when]
        kind = 41 if city.places.kind[shop] == "pharmacy" else 11
        visit = city.book.visit(
            who,
            place=shop,
            doctor=-1 if kind == 41 else int(city.places.doctors(shop)[0]),
            begin=seconds(when, base + rng.integers(0, 240, len(who))),
            kind=kind,
            dx=city.dx("cold"),
            dept=0,
        )
        city.book.line(
            visit,
            rng.choice(
                [INDEX[one] for one in ("cold_granules", "amlodipine", "liuwei", "calcium")], len(visit)
            ),
            days=14,
        )
        city.truth.lookalike("household", "person", own)
    own = _free(city, people.registered, int(40 * size))
    day = rng.integers(0, max(1, city.days - 92), len(own))
    for turn in (0, 90):
        on = day + turn < city.days
        visit = city.book.visit(
            own[on],
            place=city.home["basic"][own[on]],
            doctor=city.doctors(city.home["basic"][own[on]], DEPT["02"]),
            begin=seconds(day[on] + turn, city.clock(on.sum())),
            kind=14,
            dx=city.dx("pressure"),
            dept=DEPT["02"],
        )
        for item in ("amlodipine", "atorvastatin", "valsartan"):
            refill(city, visit, np.full(len(visit), INDEX[item]), np.full(len(visit), 88))
    city.truth.lookalike("long_prescription", "person", own)
    own = _free(city, people.age > 50, int(26 * size))
    up, down = city.near(own, "county"), city.near(own, "township")
    day = rng.integers(0, max(1, city.days - 30), len(own))
    nights = rng.integers(5, 9, len(own))
    first = admit(city, own, up, "infarct", day, nights, leave=3)
    admit(
        city,
        own,
        down,
        "infarct",
        day + nights,
        rng.integers(6, 12, len(own)),
        referred=first,
        waived=1,
        thin=0.6,
    )
    city.truth.lookalike("referral_chain", "person", own)
    mothers = births(city)
    city.truth.lookalike("newborn_on_parent", "person", mothers)
    own = _free(city, people.employed, int(20 * size))
    day = rng.integers(0, city.days - 1, len(own))
    visit = city.book.visit(
        own,
        place=city.home["shop"][own],
        doctor=-1,
        begin=seconds(day, city.clock(len(own), "shop")),
        kind=41,
        dx=city.dx("cold"),
        refund_after=rng.integers(120, 2400, len(own)),
        resettled=1,
    )
    city.book.line(visit, "plaster", count=2)
    city.truth.lookalike("refund_pair", "person", own)
    carer = _free(city, people.age > 45, int(12 * size))
    for one in carer:
        ward = _free(city, (people.age > 70) & (people.village == people.village[one]), 2)
        both = np.concatenate([[one], ward])
        if len(both) < 2:
            continue
        place = int(city.home["basic"][one])
        day = np.sort(rng.choice(city.days, 5, replace=False))
        who, when = np.repeat(both, 5), np.tile(day, len(both))
        visit = city.book.visit(
            who,
            place=place,
            doctor=int(city.places.doctors(place)[0]),
            begin=seconds(when, 35000 + rng.integers(0, 500, len(who))),
            kind=11,
            dx=city.dx("pressure"),
            dept=DEPT["02"],
        )
        refill(city, visit, np.full(len(visit), INDEX["amlodipine"]), np.full(len(visit), 28))
        city.truth.lookalike("carer", "person", both)


def lawful(city: City) -> None:
    """Dear drugs with a valid prescription, another illness soon after discharge, an outbreak, packs sold in parts."""
    people, rng = city.people, city.rng
    size = people.count / 30000
    own = _free(city, people.ill["cancer"], int(9 * size) + 2)
    hospital = int(city.places.of("tertiary")[0])
    doctor = city.doctors(np.full(len(own), hospital), DEPT["03"])
    shops = city.places.of("pharmacy")
    shop = rng.choice(shops[city.pooled(shops)], len(own))
    for month in range(0, city.days - 5, 30):
        day = month + rng.integers(0, 5, len(own))
        seen = city.book.visit(
            own,
            place=hospital,
            doctor=doctor,
            begin=seconds(day, city.clock(len(own))),
            kind=14,
            dx=city.dx("cancer"),
            dept=DEPT["03"],
            disease=13,
        )
        city.book.line(seen, "expert_fee")
        city.book.line(seen, "ct")
        script = city.book.script(
            own, place=hospital, doctor=doctor, when=seconds(day, np.full(len(own), 64000))
        )
        bought = city.book.visit(
            own,
            place=shop,
            doctor=-1,
            begin=seconds(day, rng.integers(66000, 75000, len(own))),
            kind=41,
            dx=city.dx("cancer"),
            disease=-7,
        )
        city.book.line(bought, "osimertinib", count=1, days=30, script=script)
    city.truth.lookalike("special_drug_with_script", "person", own)
    own = _free(city, people.age > 60, int(14 * size) + 2)
    day = rng.integers(0, max(1, city.days - 30), len(own))
    nights = rng.integers(5, 9, len(own))
    place = city.near(own, "county")
    admit(city, own, place, "disc", day, nights)
    admit(
        city,
        own,
        place,
        "pneumonia",
        day + nights + rng.integers(2, 9, len(own)),
        rng.integers(6, 10, len(own)),
    )
    city.truth.lookalike("changed_readmission", "person", own)
    own = _free(
        city,
        (people.age > 6) & (people.age < 15) & (people.town == int(rng.integers(0, people.town.max() + 1))),
        11,
    )
    if len(own):
        admit(
            city,
            own,
            city.near(own[:1], "county"),
            "gastro",
            int(rng.integers(5, city.days - 9)) + rng.integers(0, 2, len(own)),
            rng.integers(3, 5, len(own)),
        )
        city.truth.lookalike("outbreak", "person", own)
    village = rng.choice(city.places.of("village"), 2, replace=False)
    for number, place in enumerate(village):
        buyers = rng.choice(np.flatnonzero(people.death_day > city.days), 36)
        day = rng.integers(0, city.days, len(buyers))
        visit = city.book.visit(
            buyers,
            place=int(place),
            doctor=int(city.places.doctors(int(place))[0]),
            begin=seconds(day, city.clock(len(buyers))),
            kind=11,
            dx=city.dx("cold"),
            dept=DEPT["02"],
        )
        city.book.line(
            visit,
            "montmorillonite",
            count=1,
            price=2.4,
            days=1,
            split=1,
            trace=6_000_000 + number * 10 + np.arange(len(buyers)) // 6,
        )
    city.truth.lookalike("split_pack", "institution", village)


def shops_busy(city: City) -> None:
    """A promotion day, and a chain whose prescriptions are written by one doctor far away."""
    people, rng = city.people, city.rng
    buyers = np.flatnonzero(people.employed & (people.death_day > city.days))
    for shop in rng.choice(city.places.of("pharmacy"), 2, replace=False):
        near = rng.choice(buyers, 70, replace=False)
        day = int(rng.choice(np.flatnonzero(city.weekday > 4)))
        visit = city.book.visit(
            near,
            place=int(shop),
            doctor=-1,
            begin=seconds(np.full(70, day), 8 * 3600 + np.sort(rng.integers(0, 4 * 3600, 70))),
            kind=41,
            dx=city.dx("cold"),
        )
        city.book.line(
            visit,
            rng.choice([INDEX[one] for one in ("calcium", "liuwei", "plaster", "salvia")], 70),
            count=2,
            days=20,
        )
        city.truth.lookalike("promotion_day", "pharmacy", int(shop))
    chains, size = np.unique(city.places.chain[city.places.chain > 0], return_counts=True)
    branches = np.flatnonzero(city.places.chain == chains[np.argmax(size)])
    hospital = int(city.places.of("tertiary")[-1])
    doctor = int(city.places.doctors(hospital, "03")[-1])
    near = rng.choice(buyers, min(len(buyers), 60 * len(branches)))
    day, clock = city.pick_days(len(near)), city.clock(len(near), "shop")
    script = city.book.script(
        near, place=hospital, doctor=doctor, when=seconds(day, clock) - rng.integers(120, 900, len(near))
    )
    visit = city.book.visit(
        near,
        place=rng.choice(branches, len(near)),
        doctor=-1,
        begin=seconds(day, clock),
        kind=41,
        dx=city.dx("pressure"),
    )
    city.book.line(
        visit,
        rng.choice(
            [INDEX[one] for one in ("amlodipine", "metformin", "amoxicillin", "atorvastatin")], len(near)
        ),
        count=2,
        days=28,
        script=script,
    )
    city.truth.lookalike("chain_prescriber", "doctor", doctor)


def sole_shops(city: City) -> None:
    """The only shop of a town, and large hospitals with the gravest cases."""
    shops = city.places.of("pharmacy")
    town, count = np.unique(city.places.town[shops], return_counts=True)
    lonely = shops[np.isin(city.places.town[shops], town[count == 1])]
    if len(lonely):
        city.truth.lookalike("sole_pharmacy", "pharmacy", lonely)
    city.truth.lookalike("hospital_elsewhere", "institution", city.places.of("away"))


def plant_all(city: City) -> None:
    """Every group that only looks guilty."""
    for group in (dialysis, nursing_homes, courses, campaigns, families, lawful, shops_busy, sole_shops):
        group(city)
