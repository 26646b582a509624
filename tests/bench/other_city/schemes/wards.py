"""Schemes around hospital beds: T01 T02 T03 T04 T05 T06 T21 T35 T40 T41 T42 T43."""

import numpy as np

from tests.bench.other_city.book import DAY
from tests.bench.other_city.city import DEPT
from tests.bench.other_city.schemes.common import Plot, Scheme
from tests.bench.other_city.stays import admit, bed_days

CHECKS = (
    "ct",
    "echo",
    "vessels",
    "tumour_marks",
    "thyroid",
    "liver",
    "kidney",
    "lipids",
    "ultrasound",
    "ecg",
    "blood_count",
    "urine",
)


def sham_stays(plot: Plot) -> None:
    """T01: people who never lay there; short fixed stays in a narrow band of cost, nothing paid by the person."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(8, 6))
    for _ in range(plot.whole(3, 1)):
        day = np.sort(rng.integers(2, city.days - 12, len(own)))
        nights = rng.integers(2, plot.whole(4, 7), len(own))
        free = plot.grade <= 3
        visit = admit(
            city,
            own,
            place,
            str(rng.choice(["diabetes", "disc"])),
            day,
            nights,
            thin=plot.scale(0.35, 0.8),
            story=plot.story,
            bad=1.0,
            doctor=doctor,
            waived=int(free),
            fixed_pay=0 if free else -1,
        )
        for item in ("mri", "tumour_marks", "echo", "vessels"):
            city.book.line(visit, item, when=day * DAY + 50000, bad=1.0)
        bed_days(city, visit, day, nights, "alprostadil", count=plot.whole(5, 2), hour=11, bad=1.0)
    plot.cover(own)


def hanging_beds(plot: Plot) -> None:
    """T02: registered in a bed, treated the first days only, seen elsewhere meanwhile."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private", "township", "tcm")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(8, 5))
    day = rng.integers(3, city.days - 24, len(own))
    nights = rng.integers(plot.whole(14, 8), plot.whole(19, 11), len(own))
    treated = np.maximum(1, np.round(nights * plot.scale(0.15, 0.5))).astype(int)
    visit = admit(
        city, own, place, "pressure", day, nights, story=plot.story, bad=0.8, bare=True, doctor=doctor
    )
    for item in ("salvia_inject", "infusion", "press_watch"):
        bed_days(city, visit, day, treated, item, hour=10)
    for item in CHECKS[: plot.whole(12, 5)]:
        city.book.line(visit, item, when=day * DAY + 40000, bad=0.5)
    for number in range(plot.whole(4, 1)):
        at = day + 2 + rng.integers(0, 5, len(own)) + number
        at = np.minimum(at, day + nights - 1)
        outside = plot.visits(
            own,
            city.home["basic"][own],
            at,
            city.clock(len(own)),
            doctor=city.doctors(city.home["basic"][own], DEPT["02"]),
            kind=11,
            dx=city.dx("cold"),
            dept=DEPT["02"],
        )
        city.book.line(outside, "cold_granules", count=1, days=4)


def split_stays(plot: Plot) -> None:
    """T03: discharged and admitted again for the same, before long; the patients have no part in it."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private", "county", "tcm")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(10, 5), city.people.age > 55, party=False)
    day = rng.integers(1, max(2, city.days - 60), len(own))
    disease = str(rng.choice(["copd", "infarct", "diabetes", "heart"]))
    for turn in range(plot.whole(4, 2)):
        nights = rng.integers(6, 11, len(own))
        ok = day + nights < city.days
        admit(
            city,
            own[ok],
            place,
            disease,
            day[ok],
            nights[ok],
            story=plot.story,
            bad=0.0 if turn == 0 else 1.0,
            doctor=doctor,
            leave=1,
        )
        day = day + nights + rng.integers(1, plot.whole(3, 12) + 1, len(own))


def check_up_stays(plot: Plot) -> None:
    """T04: a firm's people admitted for two nights of examinations, no treatment."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private", "county")
    doctor = plot.doctor(place)
    firms, sizes = np.unique(city.people.employer[city.people.employer >= 0], return_counts=True)
    firm = int(rng.choice(firms[sizes > 12])) if (sizes > 12).any() else int(firms[np.argmax(sizes)])
    own = plot.persons(plot.whole(14, 7), city.people.employer == firm, party=False)
    start = int(rng.integers(4, city.days - 10))
    day = start + rng.integers(0, plot.whole(1, 9) + 1, len(own))
    nights = rng.integers(2, 4, len(own))
    visit = admit(
        city, own, place, "gastritis", day, nights, story=plot.story, bad=1.0, bare=True, doctor=doctor
    )
    for item in CHECKS:
        hit = rng.random(len(own)) < plot.scale(1.0, 0.7)
        city.book.line(visit[hit], item, when=day[hit] * DAY + 36000, bad=1.0)
    bed_days(city, visit, day, nights, "glucose", chance=plot.scale(0.05, 0.6))


def lured_stays(plot: Plot) -> None:
    """T05: a broker's telephone on every admission, the same small sum paid by all, no deductible."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(9, 7), city.people.age > 50)
    broker = own[:1]
    plot.names("person", broker, "main")
    linked = rng.random(len(own)) < plot.scale(1.0, 0.5)
    city.people.phone[own[linked]] = city.people.phone[broker[0]]
    for _ in range(plot.whole(2, 1)):
        day = rng.integers(2, city.days - 12, len(own))
        nights = rng.integers(4, 8, len(own))
        admit(
            city,
            own,
            place,
            str(rng.choice(["disc", "pressure", "gastritis"])),
            day,
            nights,
            thin=0.7,
            story=plot.story,
            bad=0.7,
            doctor=doctor,
            waived=1,
            fixed_pay=20000 if plot.grade < 5 else rng.integers(15000, 30000, len(own)),
        )


def group_stays(plot: Plot) -> None:
    """T06: the same people in and out of one hospital together, again and again."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private", "township", "tcm")
    own = plot.persons(plot.whole(10, 8), city.people.age > 58)
    starts = np.linspace(3, city.days - 14, plot.whole(5, 3)).astype(int)
    for start in starts:
        here = own[rng.random(len(own)) < plot.scale(0.95, 0.65)]
        jitter = (
            rng.integers(0, plot.whole(1, 2) + 1, len(here)) if plot.grade > 1 else np.zeros(len(here), int)
        )
        nights = plot.whole(5, 6) + (rng.integers(0, 3, len(here)) if plot.grade > 3 else 0)
        admit(
            city,
            here,
            place,
            str(rng.choice(["pressure", "disc", "gastritis"])),
            start + jitter,
            nights,
            thin=plot.scale(0.6, 0.9),
            story=plot.story,
            bad=0.8,
        )
    plot.cover(own)


def uniform_wards(plot: Plot) -> None:
    """T21: every patient of the ward gets the same dear daily package; monthly registration anew."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("mental", "rehab")
    dept = "15" if city.places.kind[place] == "mental" else "21"
    doctor = plot.doctor(place, dept)
    own = plot.persons(plot.whole(16, 9), city.people.age > 25, party=False)
    phase = rng.integers(0, 26, len(own))
    for month in range(0, city.days - 32, 30):
        nights = 28
        visit = city.book.visit(
            own,
            place=place,
            doctor=doctor,
            begin=(month + phase) * DAY + 33000 + rng.integers(0, 20000, len(own)),
            end=(month + phase + nights) * DAY + 36000,
            kind=21,
            dx=city.dx("mind") if dept == "15" else city.dx("stroke"),
            dept=DEPT[dept],
            bed=60 + np.arange(len(own)),
            story=plot.story,
        )
        first, length = month + phase, np.full(len(own), nights)
        for item in ("bed", "ward_visit", "nursing_two", "press_watch"):
            bed_days(city, visit, first, length, item)
        for item in ("magnetic", "biofeedback", "talk_therapy", "medium_wave")[: plot.whole(4, 2)]:
            bed_days(
                city,
                visit,
                first,
                length,
                item,
                chance=plot.scale(1.0, 0.7),
                count=plot.whole(2, 1),
                hour=14,
                bad=1.0,
            )


def distant_funnel(plot: Plot) -> None:
    """T35: people of one town in the beds of one small hospital far away within weeks."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("away")
    people = city.people
    town = int(rng.integers(0, people.town.max() + 1))
    own = plot.persons(plot.whole(10, 7), people.town == town)
    start = int(rng.integers(4, max(5, city.days - plot.whole(24, 70) - 12)))
    day = start + rng.integers(0, plot.whole(14, 60), len(own))
    day = np.minimum(day, city.days - 12)
    nights = rng.integers(4, 7, len(own))
    first = admit(city, own, place, "gastritis", day, nights, thin=0.7, story=plot.story, bad=1.0)
    bed_days(city, first, day, nights, "alprostadil", count=plot.whole(6, 3), hour=11, bad=1.0)


def aided_patients(plot: Plot) -> None:
    """T40: people whose bills are fully paid for are admitted over and over and operated on."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private", "county")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(8, 5), city.people.aided, party=False)
    city.people.aided[own] = True
    for turn in range(plot.whole(3, 2)):
        day = rng.integers(2, 24, len(own)) + turn * max(1, (city.days - 40) // 3)
        admit(
            city,
            own,
            place,
            "hernia" if turn == 0 else "disc",
            day,
            rng.integers(6, 10, len(own)),
            story=plot.story,
            bad=0.8,
            doctor=doctor,
            waived=1,
            fixed_pay=0,
        )


def graver_codes(plot: Plot) -> None:
    """T41: a grave secondary diagnosis on case after case, without the drugs that would go with it."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("county", "tcm", "private", "township")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(24, 12), party=False)
    day = rng.integers(1, city.days - 12, len(own))
    graves = [
        city.book.dx("J96.000", "急性呼吸衰竭"),
        city.book.dx("A41.900", "脓毒症"),
        city.book.dx("I50.900", "心力衰竭"),
        city.book.dx("D65.x00", "弥散性血管内凝血"),
    ]
    share = plot.scale(0.95, 0.5)
    second = np.where(rng.random(len(own)) < share, rng.choice(graves[: plot.whole(1, 4)], len(own)), -1)
    admit(
        city,
        own,
        place,
        "gastritis",
        day,
        rng.integers(3, 7, len(own)),
        story=plot.story,
        bad=0.35,
        doctor=doctor,
        dx2=second,
    )
    for chunk in city.book.visits:
        hit = (
            (chunk["place"] == place) & (chunk["kind"] == 21) & (rng.random(len(chunk["kind"])) < share * 0.7)
        )
        if hit.any():
            chunk["dx2"] = np.where(hit, rng.choice(graves, len(hit)), chunk["dx2"])


def carousel(plot: Plot) -> None:
    """T42: from A to B and back to A, each time a new case."""
    city, rng = plot.city, plot.city.rng
    first, second = plot.place("private", "county"), plot.place("township", "private")
    doctors = plot.doctor(first), plot.doctor(second)
    own = plot.persons(plot.whole(8, 4), city.people.age > 50, party=False)
    day = rng.integers(2, max(3, city.days - 50), len(own))
    last = np.full(len(own), -1)
    for turn in range(plot.whole(5, 3)):
        nights = rng.integers(5, 9, len(own))
        ok = day + nights < city.days
        here = (first, second)[turn % 2]
        visit = admit(
            city,
            own[ok],
            here,
            "infarct",
            day[ok],
            nights[ok],
            story=plot.story,
            bad=float(turn > 0),
            doctor=doctors[turn % 2],
            leave=2,
            referred=last[ok],
        )
        last = np.full(len(own), -1)
        last[ok] = visit
        day = day + nights + rng.integers(0, plot.whole(1, 4) + 1, len(own))


def shifted_costs(plot: Plot) -> None:
    """T43: what belongs to the stay is charged beside it, as visits of the same days."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("county", "private", "tcm")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(16, 7), party=False)
    day, nights = rng.integers(3, city.days - 14, len(own)), rng.integers(5, 10, len(own))
    admit(city, own, place, "heart", day, nights, doctor=doctor, thin=0.5, story=plot.story)
    for _ in range(plot.whole(4, 1)):
        at = day + rng.integers(1, 5, len(own))
        visit = plot.visits(
            own, place, at, city.clock(len(own)), doctor=doctor, kind=11, dx=city.dx("heart"), dept=DEPT["03"]
        )
        for item in ("echo", "alprostadil", "clopidogrel", "heparin"):
            city.book.line(visit, item, count=3 if item != "echo" else 1, bad=1.0)


SCHEMES: dict[str, Scheme] = {
    "T01": sham_stays,
    "T02": hanging_beds,
    "T03": split_stays,
    "T04": check_up_stays,
    "T05": lured_stays,
    "T06": group_stays,
    "T21": uniform_wards,
    "T35": distant_funnel,
    "T40": aided_patients,
    "T41": graver_codes,
    "T42": carousel,
    "T43": shifted_costs,
}
