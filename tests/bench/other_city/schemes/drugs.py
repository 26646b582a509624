"""Schemes around drugs: T11 T12 T13 T14 T15 T16 T17 T18 T31."""

import numpy as np

from tests.bench.other_city.book import DAY
from tests.bench.other_city.catalogue import INDEX
from tests.bench.other_city.city import DEPT, City, seconds
from tests.bench.other_city.schemes.common import Plot, Scheme


def _unbought(city: City, place: int, item: str, share: float) -> None:
    """The shop's books will show that share of the claimed boxes as bought."""
    city.unbought.append((place, INDEX[item], share))


def oversupply(plot: Plot) -> None:
    """T11: the same drugs from many houses, far beyond what one can take."""
    city, rng = plot.city, plot.city.rng
    own = plot.persons(plot.whole(3, 2), city.people.ill["diabetes"] & city.people.registered, role="main")
    for one in own:
        places = city.near(
            np.full(plot.whole(6, 3), one), "county", "township", "station", "tertiary", stray=0.5
        )
        days = plot.days(plot.whole(30, 9))
        spot = rng.choice(places, len(days))
        visit = plot.visits(
            np.full(len(days), one),
            spot,
            days,
            city.clock(len(days)),
            doctor=city.doctors(spot, DEPT["03"]),
            kind=14,
            dx=city.dx("diabetes"),
            dept=DEPT["03"],
            disease=1,
        )
        for item, count in (("glargine", 3), ("acarbose", 5)):
            city.book.line(visit, item, count=plot.whole(count, count * 0.7), days=count * 15, bad=0.8)


def resale(plot: Plot) -> None:
    """T12: sellers fetch the same dear drugs, a collector takes them, a shop sells the very boxes again."""
    city, rng = plot.city, plot.city.rng
    sellers = plot.persons(plot.whole(8, 6), city.people.registered)
    plot.names("person", sellers[:1], "main")
    outlet = plot.place("pharmacy", "clinic")
    base = 1_000_000 + plot.story * 10_000
    number = 0
    for one in sellers:
        places = city.near(np.full(plot.whole(4, 2), one), "county", "tertiary", "township", stray=0.4)
        for day in plot.days(plot.whole(9, 4), 2, max(6, city.days - 30)):
            spot = rng.choice(places)
            visit = plot.visits(
                np.array([one]),
                spot,
                np.array([day]),
                city.clock(1),
                doctor=city.doctors(np.array([spot]), DEPT["03"]),
                kind=14,
                dx=city.dx("heart"),
                dept=DEPT["03"],
                disease=2,
            )
            for item in ("clopidogrel", "atorvastatin", "glargine"):
                for _ in range(plot.whole(3, 2)):
                    city.book.line(visit, item, count=1, days=14, bad=1.0, trace=base + number)
                    if rng.random() < plot.scale(0.6, 0.15):
                        buyer = rng.choice(np.flatnonzero(city.people.employed))
                        later = min(city.days - 1, int(day + rng.integers(10, 40)))
                        sale = plot.visits(
                            np.array([buyer]),
                            outlet,
                            np.array([later]),
                            city.clock(1, "shop"),
                            doctor=-1
                            if city.places.kind[outlet] == "pharmacy"
                            else int(city.places.doctors(outlet)[0]),
                            kind=41 if city.places.kind[outlet] == "pharmacy" else 11,
                            dx=city.dx("heart"),
                        )
                        city.book.line(sale, item, count=1, days=14, bad=1.0, trace=base + number)
                    number += 1
    plot.cover(sellers)


def one_box(plot: Plot) -> None:
    """T13: one box in the shop is scanned for customer after customer."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("pharmacy", "village", "clinic")
    shop = city.places.kind[place] == "pharmacy"
    base = 3_000_000 + plot.story * 10_000
    for number in range(plot.whole(4, 3)):
        buyers = rng.choice(
            np.flatnonzero(city.people.employed & (city.people.death_day > city.days)), plot.whole(24, 5)
        )
        day = rng.integers(2, city.days - 1, len(buyers))
        visit = plot.visits(
            buyers,
            place,
            day,
            city.clock(len(buyers), "shop"),
            doctor=-1 if shop else int(city.places.doctors(place)[0]),
            kind=41 if shop else 11,
            dx=city.dx("cold"),
        )
        city.book.line(
            visit,
            str(rng.choice(["lianhua", "salvia", "calcium"])),
            count=1,
            days=6,
            bad=1.0,
            trace=base + number,
        )


def substitution(plot: Plot) -> None:
    """T14: goods nobody pays for leave the shop as one dear listed drug that was hardly ever bought."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("pharmacy")
    item = str(rng.choice(["ejiao_syrup", "tamsulosin", "latanoprost"]))
    buyers = rng.choice(
        np.flatnonzero(city.people.employed & (city.people.death_day > city.days)), plot.whole(160, 40)
    )
    visit = plot.visits(
        buyers,
        place,
        city.pick_days(len(buyers)),
        city.clock(len(buyers), "shop"),
        doctor=-1,
        kind=41,
        dx=city.dx("cold"),
    )
    city.book.line(visit, item, count=plot.whole(3, 1), days=20, bad=1.0)
    _unbought(city, place, item, plot.scale(0.05, 0.5))


def empty_shelf(plot: Plot) -> None:
    """T15: claimed far beyond what came in, one article after another."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("pharmacy", "clinic", "township")
    shop = city.places.kind[place] == "pharmacy"
    for item in rng.choice(
        ["liuwei", "xuesaitong", "salvia", "acarbose", "valsartan"], plot.whole(4, 2), replace=False
    ):
        buyers = rng.choice(
            np.flatnonzero(city.people.employed & (city.people.death_day > city.days)), plot.whole(60, 22)
        )
        visit = plot.visits(
            buyers,
            place,
            city.pick_days(len(buyers)),
            city.clock(len(buyers), "shop"),
            doctor=-1 if shop else int(city.places.doctors(place)[0]),
            kind=41 if shop else 11,
            dx=city.dx("heart"),
        )
        city.book.line(visit, str(item), count=plot.whole(4, 2), days=30, bad=1.0)
        _unbought(city, place, str(item), plot.scale(0.1, 0.6))


def special_drug(plot: Plot) -> None:
    """T16: one shop, one doctor, a few people and drugs at thousands a box, beyond any course."""
    city, rng = plot.city, plot.city.rng
    shop = plot.place("pharmacy")
    hospital = plot.place("tertiary", "county", party=False)
    doctor = plot.doctor(hospital, "03")
    own = plot.persons(plot.whole(6, 4))
    item = str(rng.choice(["avatrombopag", "ruxolitinib", "osimertinib"]))
    for one in own:
        days = plot.days(plot.whole(9, 4), work=False)
        script = city.book.script(
            np.full(len(days), one),
            place=hospital,
            doctor=doctor,
            when=seconds(days, np.full(len(days), 40000)) - (DAY if plot.grade > 2 else -7200),
        )
        visit = plot.visits(
            np.full(len(days), one),
            shop,
            days,
            city.clock(len(days), "shop"),
            doctor=-1,
            kind=41,
            dx=city.book.dx("D69.600", "血小板减少"),
            disease=-7,
        )
        city.book.line(visit, item, count=plot.whole(4, 2), days=20, bad=1.0, script=script)


def script_mill(plot: Plot) -> None:
    """T17: a village doctor writes for a shop, several in a minute, some after the sale."""
    city, rng = plot.city, plot.city.rng
    shop = plot.place("pharmacy")
    village = int(rng.choice(city.places.of("village")))
    doctor = plot.doctor(village, role="main")
    buyers = rng.choice(
        np.flatnonzero(city.people.employed & (city.people.death_day > city.days)), plot.whole(220, 70)
    )
    day = np.sort(rng.choice(plot.days(plot.whole(20, 40)), len(buyers)))
    sale = city.clock(len(buyers), "shop")
    burst = (sale // plot.whole(7200, 1800)) * plot.whole(7200, 1800)
    written = seconds(day, burst + rng.integers(0, plot.whole(60, 900), len(buyers))) + np.where(
        rng.random(len(buyers)) < plot.scale(0.9, 0.3), 7300, -1900
    )
    script = city.book.script(
        buyers, place=village, doctor=doctor, when=np.clip(written, 0, city.days * DAY - 1)
    )
    visit = plot.visits(buyers, shop, day, sale, doctor=-1, kind=41, dx=city.dx("cold"))
    city.book.line(
        visit,
        rng.choice([INDEX["amoxicillin"], INDEX["cefuroxime"], INDEX["azithromycin"]], len(buyers)),
        count=2,
        days=6,
        bad=1.0,
        script=script,
    )


def pushed_drug(plot: Plot) -> None:
    """T18: one brand rises from nothing on one doctor's pad, for cards a representative holds."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("county", "tcm", "private", party=False)
    doctor = plot.doctor(place, role="main")
    own = plot.persons(plot.whole(8, 6))
    item = str(rng.choice(["semaglutide", "xuesaitong", "budesonide"]))
    for day in plot.days(plot.whole(14, 5), city.days // 3):
        here = own[rng.random(len(own)) < plot.scale(0.85, 0.6)]
        visit = plot.visits(
            here,
            place,
            np.full(len(here), day),
            10 * 3600 + rng.integers(0, plot.whole(1800, 14000), len(here)),
            doctor=doctor,
            kind=14,
            dx=city.dx("diabetes"),
            dept=DEPT["03"],
            disease=1,
        )
        city.book.line(visit, item, count=plot.whole(3, 2), days=30, bad=1.0)
    plot.cover(own)


def daily_goods(plot: Plot) -> None:
    """T31: rice and oil at the till become the same three articles for every third card."""
    city, rng = plot.city, plot.city.rng
    place = plot.place("pharmacy")
    basket = rng.choice(["calcium", "plaster", "liuwei", "ejiao_syrup"], 3, replace=False)
    buyers = rng.choice(
        np.flatnonzero(city.people.employed & (city.people.death_day > city.days)), plot.whole(200, 60)
    )
    visit = plot.visits(
        buyers,
        place,
        city.pick_days(len(buyers)),
        city.clock(len(buyers), "shop"),
        doctor=-1,
        kind=41,
        dx=city.dx("cold"),
    )
    for item in basket:
        city.book.line(visit, str(item), count=plot.whole(3, 1), days=20, bad=1.0)
        if plot.grade <= 3:
            _unbought(city, place, str(item), 0.3)


SCHEMES: dict[str, Scheme] = {
    "T11": oversupply,
    "T12": resale,
    "T13": one_box,
    "T14": substitution,
    "T15": empty_shelf,
    "T16": special_drug,
    "T17": script_mill,
    "T18": pushed_drug,
    "T31": daily_goods,
}
