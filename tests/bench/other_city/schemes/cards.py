"""Schemes around cards and identity: T08 T09 T10 T29 T30 T33 T34 T37 T47."""

import numpy as np

from tests.bench.other_city.book import DAY
from tests.bench.other_city.catalogue import INDEX
from tests.bench.other_city.city import DEPT
from tests.bench.other_city.life import refill
from tests.bench.other_city.schemes.common import Plot, Scheme
from tests.bench.other_city.stays import admit


def card_bundle(plot: Plot) -> None:
    """T08: one hand swipes many cards, minutes apart, at few counters."""
    city, rng = plot.city, plot.city.rng
    own = plot.persons(plot.whole(9, 7))
    plot.names("person", own[:1], "main")
    places = np.array(
        [
            plot.place(
                "clinic",
                "station",
                "village",
                "township",
                party=number == 0 and plot.grade <= 3,
                role="member",
            )
            for number in range(plot.whole(1, 4))
        ]
    )
    for day in plot.days(plot.whole(15, 6)):
        here = own[rng.random(len(own)) < plot.scale(0.95, 0.6)]
        place = int(rng.choice(places))
        start = rng.integers(9 * 3600, 16 * 3600)
        clock = (
            start
            + np.arange(len(here)) * rng.integers(60, 240)
            + rng.integers(0, plot.whole(120, 2700) + 1, len(here))
        )
        visit = plot.visits(
            here,
            place,
            np.full(len(here), day),
            clock,
            doctor=int(city.places.doctors(place)[0]),
            kind=np.where(city.people.registered[here], 14, 11),
            dx=city.dx("heart"),
            dept=DEPT["02"],
            device=1,
            card=3,
        )
        for item, count in (("xuesaitong", 4), ("atorvastatin", 2), ("salvia", 3)):
            hit = rng.random(len(here)) < 0.75
            city.book.line(visit[hit], item, count=count, days=28, bad=1.0)
    plot.cover(own)


def after_death(plot: Plot) -> None:
    """T09: the card of the dead goes on fetching drugs."""
    city, rng = plot.city, plot.city.rng
    people = city.people
    pool = np.flatnonzero((people.death_day < city.days - 25) & ~people.taken)
    if not len(pool):
        pool = np.flatnonzero((people.age > 66) & ~people.taken)[:400]
        pool = rng.choice(pool, 3, replace=False)
        people.death_day[pool] = rng.integers(10, city.days - 30, len(pool))
    own = rng.choice(pool, min(len(pool), plot.whole(4, 2)), replace=False)
    people.taken[own] = True
    plot.names("person", own, "main")
    for one in own:
        dead = int(people.death_day[one])
        days = dead + np.arange(1, plot.whole(8, 2) + 1) * plot.whole(9, 14)
        days = days[days < city.days - 1]
        place = int(city.home["basic"][one])
        visit = plot.visits(
            np.full(len(days), one),
            place,
            days,
            city.clock(len(days)),
            doctor=city.doctors(np.full(len(days), place), DEPT["02"]),
            kind=14,
            dx=city.dx("pressure"),
            dept=DEPT["02"],
        )
        for item in ("valsartan", "clopidogrel", "glargine"):
            refill(city, visit, np.full(len(visit), INDEX[item]), np.full(len(visit), 30), bad=1.0)


def paid_twice(plot: Plot) -> None:
    """T10: two enrolments, and a stay paid by card that is handed in on paper again."""
    city, rng = plot.city, plot.city.rng
    own = plot.persons(plot.whole(4, 2), role="main")
    city.twice_insured.extend(own.tolist())
    place = city.near(own, "county", "tertiary")
    day, nights = rng.integers(2, city.days - 40, len(own)), rng.integers(5, 10, len(own))
    state = city.rng.bit_generator.state
    admit(city, own, place, "gall", day, nights, story=plot.story)
    city.rng.bit_generator.state = state
    admit(city, own, place, "gall", day, nights, story=plot.story, bad=1.0, manual=1)
    chunk = city.book.visits[-1]
    chunk["settle"] = chunk["end"] + rng.integers(8, 28, len(own)) * DAY


def empty_swipes(plot: Plot) -> None:
    """T29: settlements without examination or prescription, at a steady beat, by kin and staff of a clinic."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("clinic", "station")
    doctor = plot.doctor(place)
    own = plot.persons(plot.whole(9, 6))
    beat = plot.whole(4, 11)
    for number, one in enumerate(own):
        days = np.arange(2 + number % beat, city.days - 1, beat) + rng.integers(
            0, plot.whole(1, 3), len(np.arange(2 + number % beat, city.days - 1, beat))
        )
        days = np.minimum(days, city.days - 1)
        visit = plot.visits(
            np.full(len(days), one),
            place,
            days,
            30000 + rng.integers(0, plot.whole(7200, 28000), len(days)),
            doctor=doctor,
            kind=11,
            dx=city.dx("back"),
            dept=DEPT["50"],
        )
        city.book.line(
            visit, str(rng.choice(["massage", "plaster", "herb_patch"])), count=plot.whole(6, 3), bad=1.0
        )
    plot.cover(own)


def shop_cash(plot: Plot) -> None:
    """T30: cards kept at a shop are swiped in bursts, late and close together; some bills settled, returned, settled."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("pharmacy")
    own = plot.persons(plot.whole(10, 8), city.people.employed)
    for day in plot.days(plot.whole(14, 5), work=False):
        here = own[rng.random(len(own)) < plot.scale(0.9, 0.6)]
        start = int(plot.scale(22.4, 17.5) * 3600)
        clock = start + np.cumsum(rng.integers(15, plot.whole(55, 900), len(here)))
        visit = plot.visits(
            here,
            place,
            np.full(len(here), day),
            clock,
            doctor=-1,
            kind=41,
            dx=city.dx("cold"),
            device=1,
            card=1,
            refund_after=np.where(rng.random(len(here)) < plot.scale(0.25, 0.02), 400, -1),
            resettled=1,
        )
        city.book.line(
            visit,
            str(rng.choice(["ejiao_syrup", "calcium", "plaster"])),
            count=plot.whole(4, 2),
            days=20,
            bad=1.0,
        )
    plot.cover(own, kind=11)


def false_registration(plot: Plot) -> None:
    """T33: never a stay, never an image, yet registered by one doctor and at the full quota from the first week."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("county", "tcm", "private", party=plot.grade <= 2)
    doctor = plot.doctor(place, role="main")
    people = city.people
    healthy = np.sum(list(people.ill.values()), axis=0) == 0
    own = plot.persons(plot.whole(9, 6), healthy & (people.age > 35))
    start = rng.integers(3, plot.whole(20, 60), len(own))
    for number, one in enumerate(own):
        days = np.arange(start[number], city.days - 1, plot.whole(7, 20))
        visit = plot.visits(
            np.full(len(days), one),
            place,
            days,
            city.clock(len(days)),
            doctor=doctor,
            kind=14,
            dx=city.dx("stroke"),
            dept=DEPT["03"],
            disease=4,
        )
        for item, count in (("xuesaitong", 8), ("clopidogrel", 4), ("atorvastatin", 4)):
            city.book.line(visit, item, count=plot.whole(count, count / 2), days=30, bad=1.0)


def online_mill(plot: Plot) -> None:
    """T34: consultations of seconds through the night, first visits as return visits, one doctor."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("private")
    doctor = plot.doctor(place, role="main")
    own = plot.persons(plot.whole(9, 6))
    for day in plot.days(plot.whole(16, 6), work=False):
        here = own[rng.random(len(own)) < plot.scale(0.8, 0.6)]
        start = rng.integers(0, 4 * 3600) if plot.grade < 4 else rng.integers(19 * 3600, 22 * 3600)
        visit = plot.visits(
            here,
            place,
            np.full(len(here), day),
            start + np.cumsum(rng.integers(8, plot.whole(25, 300), len(here))),
            doctor=doctor,
            kind=14,
            dx=city.dx("diabetes"),
            dept=DEPT["03"],
            card=1,
            device=2,
        )
        script = city.book.script(here, place=place, doctor=doctor, when=city.book.visits[-1]["begin"] + 5)
        city.book.line(visit, "glargine", count=3, days=60, bad=1.0, script=script)
        city.book.line(visit, "acarbose", count=4, days=40, bad=1.0, script=script)


def hidden_injury(plot: Plot) -> None:
    """T37: a road accident that another must pay for, booked on the fund as a fall."""
    city, rng = plot.city, plot.city.rng
    own = plot.persons(plot.whole(4, 3), role="main")
    day = rng.integers(2, city.days - 18, len(own))
    cause = (
        city.book.dx("V23.400", "摩托车驾驶员在碰撞中受伤")
        if plot.grade <= 3
        else city.book.dx("W18.900", "同一平面的跌倒")
    )
    admit(
        city,
        own,
        city.near(own, "county"),
        "fracture",
        day,
        rng.integers(8, 15, len(own)),
        story=plot.story,
        bad=1.0,
        dx2=cause,
    )


def one_owner(plot: Plot) -> None:
    """T47: three houses of one owner hand the same people round; one doctor sits in all of them at once."""
    city, rng = plot.city, plot.city.rng
    houses = [plot.place("clinic", "private", "station") for _ in range(3)]
    doctor = plot.doctor(houses[0], role="main")
    if plot.grade <= 4:
        city.owner[houses] = houses[0]
    own = plot.persons(plot.whole(8, 6))
    for day in plot.days(plot.whole(12, 5)):
        for turn, place in enumerate(houses):
            here = own[rng.random(len(own)) < plot.scale(0.8, 0.5)]
            at = np.minimum(np.full(len(here), day + (turn if plot.grade > 2 else 0)), city.days - 1)
            visit = plot.visits(
                here,
                place,
                at,
                9 * 3600 + rng.integers(0, plot.whole(1800, 18000), len(here)),
                doctor=doctor,
                kind=11,
                dx=city.dx("back"),
                dept=DEPT["50"],
            )
            for item in ("acupuncture", "massage", "herb_patch"):
                city.book.line(visit, item, count=plot.whole(2, 1), bad=1.0)


SCHEMES: dict[str, Scheme] = {
    "T08": card_bundle,
    "T09": after_death,
    "T10": paid_twice,
    "T29": empty_swipes,
    "T30": shop_cash,
    "T33": false_registration,
    "T34": online_mill,
    "T37": hidden_injury,
    "T47": one_owner,
}
