"""Schemes around charges and services: T19 T20 T22 T23 T24 T25 T27 T28."""

import numpy as np

from tests.bench.other_city.book import DAY
from tests.bench.other_city.catalogue import INDEX, ITEMS
from tests.bench.other_city.city import DEPT
from tests.bench.other_city.schemes.common import Plot, Scheme
from tests.bench.other_city.stays import admit, bed_days


def charged_twice(plot: Plot) -> None:
    """T19: two beds a day, both grades of nursing, more hours than a day has, prices above the ceiling."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("county", "private", "tcm", "township")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(30, 12), party=False)
    day, nights = rng.integers(1, city.days - 12, len(own)), rng.integers(5, 10, len(own))
    visit = admit(city, own, place, "pneumonia", day, nights, story=plot.story, doctor=doctor)
    share = plot.scale(0.9, 0.3)
    bed_days(city, visit, day, nights, "bed", chance=share, hour=15, bad=1.0)
    bed_days(city, visit, day, nights, "nursing_one", chance=share, hour=15, bad=1.0)
    bed_days(
        city, visit, day, nights, "oxygen", chance=share * 0.7, count=plot.whole(30, 26), hour=1, bad=0.3
    )
    some = rng.random(len(own)) < share
    city.book.line(
        visit[some],
        "ct",
        price=ITEMS[INDEX["ct"]].cap * plot.scale(1.5, 1.1),
        when=day[some] * DAY + 50000,
        bad=0.3,
    )


def over_examined(plot: Plot) -> None:
    """T20: one battery of tests for everyone, whatever the complaint, again before it can have changed."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("county", "private", "tcm")
    doctor = plot.doctor(place, "03", role="main")
    own = plot.persons(plot.whole(30, 12), party=False)
    for _ in range(plot.whole(4, 2)):
        day = rng.integers(1, city.days - 1, len(own))
        visit = plot.visits(
            own,
            place,
            day,
            city.clock(len(own)),
            doctor=doctor,
            kind=11,
            dx=rng.choice([city.dx("cold"), city.dx("back"), city.dx("skin")], len(own)),
            dept=DEPT["03"],
        )
        city.book.line(visit, "visit_fee")
        for item in ("hba1c", "vitamin_d", "tumour_marks", "thyroid", "lipids", "crp"):
            hit = rng.random(len(own)) < plot.scale(0.98, 0.6)
            city.book.line(visit[hit], item, bad=1.0)


def extra_sessions(plot: Plot) -> None:
    """T22: dialysis billed oftener than anyone is dialysed, also on days the patient lies elsewhere."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("dialysis")
    doctor = plot.doctor(place)
    patients = np.unique(
        np.concatenate(
            [
                chunk["person"][(chunk["place"] == place)]
                for chunk in city.book.visits
                if (chunk["place"] == place).any()
            ]
            or [np.zeros(0, int)]
        )
    )
    own = patients[: plot.whole(12, 5)] if len(patients) else plot.persons(6, party=False)
    for week in range(0, city.days - 7, 7):
        for extra in range(plot.whole(3, 1)):
            here = own[rng.random(len(own)) < plot.scale(0.95, 0.5)]
            visit = plot.visits(
                here,
                place,
                np.full(len(here), week + 1 + extra * 2),
                19 * 3600 + rng.integers(0, 5000, len(here)) if plot.grade < 3 else city.clock(len(here)),
                doctor=doctor,
                kind=14,
                dx=city.dx("kidney"),
                dept=DEPT["03"],
                disease=12,
            )
            city.book.line(visit, "dialysis", bad=1.0)
            city.book.line(visit, "epo", count=3, bad=1.0)
    admit(
        city,
        own[:2],
        int(city.near(own[:2], "county")[0]),
        "pneumonia",
        rng.integers(10, city.days - 14, len(own[:2])),
        np.full(len(own[:2]), 8),
        story=plot.story,
    )


def needle_beat(plot: Plot) -> None:
    """T23: needles and massage on a fixed beat by people who come together, from far off."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("clinic", "tcm")
    doctor = plot.doctor(place, "50")
    own = plot.persons(plot.whole(9, 6), city.people.town != city.places.town[place])
    beat = int(rng.choice([2, 3]) if plot.grade <= 2 else rng.choice([6, 12]))
    for day in range(int(rng.integers(0, beat)), city.days - 1, beat):
        here = own[rng.random(len(own)) < plot.scale(0.95, 0.65)]
        slip = rng.integers(0, 2, len(here)) if plot.grade > 3 else 0
        visit = plot.visits(
            here,
            place,
            np.minimum(day + slip, city.days - 1) + np.zeros(len(here), int),
            9 * 3600 + rng.integers(0, plot.whole(1200, 15000), len(here)),
            doctor=doctor,
            kind=11,
            dx=city.dx("back"),
            dept=DEPT["50"],
        )
        for item in ("acupuncture", "electro_needle", "massage", "moxibustion", "cupping"):
            city.book.line(visit, item, count=plot.whole(2, 1), bad=1.0)
    plot.cover(own)


def beyond_hours(plot: Plot) -> None:
    """T24: one therapist's day holds more treatment than hours."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("rehab", "tcm", "private")
    doctor = plot.doctor(place, "21", role="main")
    for day in plot.days(plot.whole(36, 14)):
        here = rng.choice(
            np.flatnonzero((city.people.death_day > city.days) & (city.people.age > 25)),
            plot.whole(34, 15),
            replace=False,
        )
        visit = plot.visits(
            here,
            place,
            np.full(len(here), day),
            city.clock(len(here)),
            doctor=doctor,
            kind=11,
            dx=city.dx("back"),
            dept=DEPT["21"],
        )
        for item in ("massage", "joint_release", "walking"):
            city.book.line(visit, item, count=plot.whole(2, 1), bad=0.7)


def borrowed_name(plot: Plot) -> None:
    """T25: signed by somebody on no register, or by one who sits in two places in the same hour."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private", "clinic", "station")
    registered = len(city.places.doctor_place)
    ghost = registered + plot.story % 60
    if plot.grade >= 4:
        ghost = plot.doctor(int(rng.choice(city.places.of("county"))), "03", party=False)
    plot.names("doctor", ghost)
    own = plot.persons(plot.whole(40, 16), party=False)
    for _ in range(plot.whole(3, 2)):
        day = rng.integers(1, city.days - 1, len(own))
        visit = plot.visits(
            own, place, day, city.clock(len(own)), doctor=ghost, kind=11, dx=city.dx("dizzy"), dept=DEPT["03"]
        )
        for item in ("ultrasound", "ecg", "x_ray"):
            city.book.line(visit, item, bad=1.0)


def phantom_operations(plot: Plot) -> None:
    """T27: operations without anaesthesia, theatre or specimen, at a house that has none."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("clinic", "private", "township")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(24, 9), (city.people.sex == 2) & (city.people.age < 55), party=False)
    for turn in range(plot.whole(3, 1)):
        day = rng.integers(1, city.days - 1, len(own))
        visit = plot.visits(
            own,
            place,
            day,
            city.clock(len(own)),
            doctor=doctor,
            kind=11,
            dx=city.dx("gynaecology"),
            dept=DEPT["05"],
        )
        city.book.line(visit, "hysteroscopy", bad=1.0)
        city.book.line(
            visit, "nerve_block" if turn % 2 == 0 else "debridement", count=plot.whole(2, 1), bad=1.0
        )


def wrong_sex(plot: Plot) -> None:
    """T28: women's remedies on men's cards, men's on women's, more than a slip of the list explains."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("clinic", "station", "private", "township")
    doctor = plot.doctor(place)
    men = plot.persons(
        plot.whole(14, 4), (city.people.sex == 1) & (city.people.sex_written == 1), party=False
    )
    women = plot.persons(
        plot.whole(14, 4), (city.people.sex == 2) & (city.people.sex_written == 2), party=False
    )
    for own, item in ((men, "uterus_pills"), (women, "prostate_drug")):
        for _ in range(plot.whole(3, 2)):
            day = rng.integers(1, city.days - 1, len(own))
            visit = plot.visits(
                own,
                place,
                day,
                city.clock(len(own)),
                doctor=doctor,
                kind=11,
                dx=city.dx("urine"),
                dept=DEPT["02"],
            )
            city.book.line(visit, item, count=plot.whole(4, 2), days=12, bad=1.0)


SCHEMES: dict[str, Scheme] = {
    "T19": charged_twice,
    "T20": over_examined,
    "T22": extra_sessions,
    "T23": needle_beat,
    "T24": beyond_hours,
    "T25": borrowed_name,
    "T27": phantom_operations,
    "T28": wrong_sex,
}
