"""The city as one object: people, places, book, calendar, and the choices of place and doctor everybody shares."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from tests.bench.other_city.book import DAY, Book, Truth
from tests.bench.other_city.catalogue import ACUTE, CHRONIC, STAYS
from tests.bench.other_city.people import People, make_people
from tests.bench.other_city.places import DEPARTMENTS, Places, make_places

DEPT = {code: number for number, code in enumerate(DEPARTMENTS)}
DEPT_CODES = list(DEPARTMENTS)
REST = [(1, 1), (1, 2), (4, 4), (4, 5), (5, 1), (5, 2), (5, 3), (10, 1), (10, 2), (10, 3), (10, 4), (10, 5)]


@dataclass
class City:
    """One world while it is being made; second 0 is midnight of `first`.

    `owner` is the legal representative of each place; `twice_insured` hold two enrolments; `unbought` lists
    place, item and the share of its claimed boxes that were ever bought.
    """

    rng: np.random.Generator
    people: People
    places: Places
    book: Book
    truth: Truth
    days: int
    first: date
    weekday: np.ndarray
    season: np.ndarray
    home: dict[str, np.ndarray]
    owner: np.ndarray
    twice_insured: list[int] = field(default_factory=list)
    unbought: list[tuple[int, int, float]] = field(default_factory=list)

    def dates(self) -> list[date]:
        """The calendar."""
        return [self.first + timedelta(days=number) for number in range(self.days)]

    def pick_days(
        self,
        count: int,
        week: tuple[float, ...] = (1.25, 1.1, 1.05, 1.0, 1.0, 0.6, 0.45),
        seasonal: float = 0.0,
    ) -> np.ndarray:
        """Days of ordinary visits: by weekday, holidays and season."""
        weight = np.array(week)[self.weekday] * (1 + seasonal * (self.season - 1))
        quiet = np.array([(day.month, day.day) in REST for day in self.dates()])
        weight = np.where(quiet, weight * 0.45, weight)
        return self.rng.choice(self.days, count, p=weight / weight.sum())

    def clock(self, count: int, kind: str = "clinic") -> np.ndarray:
        """Seconds of the day."""
        if kind == "shop":
            hours = np.where(
                self.rng.random(count) < 0.45,
                self.rng.normal(10, 1.4, count),
                self.rng.normal(18.3, 1.7, count),
            )
            return (np.clip(hours, 7.6, 21.7) * 3600).astype(np.int64)
        hours = np.where(
            self.rng.random(count) < 0.66, self.rng.normal(9.6, 1.0, count), self.rng.normal(15.3, 1.0, count)
        )
        return (np.clip(hours, 7.4, 17.9) * 3600).astype(np.int64)

    def near(self, person: np.ndarray, *kinds: str, stray: float = 0.15) -> np.ndarray:
        """A place of these kinds for each person: own village or town, else district, else by pull; some stray."""
        pool = self.places.of(*kinds)
        out = np.full(len(person), -1)
        town, area = self.people.town[person], self.people.district[person]
        away = self.rng.random(len(person)) < stray
        for where in np.unique(town):
            own = (town == where) & ~away
            if own.any():
                area_of = area[own][0]
                options = pool[self.places.town[pool] == where]
                if not len(options):
                    options = pool[self.places.district[pool] == area_of]
                if not len(options):
                    options = pool
                pull = self.places.pull[options]
                out[own] = self.rng.choice(options, own.sum(), p=pull / pull.sum())
        missing = out < 0
        pull = self.places.pull[pool]
        out[missing] = self.rng.choice(pool, missing.sum(), p=pull / pull.sum())
        return out

    def doctors(self, place: np.ndarray, dept: np.ndarray) -> np.ndarray:
        """A doctor of the department at each place, popular ones more often."""
        place, dept = np.atleast_1d(place), np.broadcast_to(dept, np.shape(np.atleast_1d(place)))
        out = np.full(len(place), -1)
        key = place * 64 + dept
        order = np.argsort(key, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(key[order])) + 1):
            if len(part):
                own = self.places.doctors(int(place[part[0]]), DEPT_CODES[int(dept[part[0]])])
                pull = self.places.doctor_pull[own]
                out[part] = self.rng.choice(own, len(part), p=pull / pull.sum())
        return out

    def alive(self, person: np.ndarray, day: np.ndarray) -> np.ndarray:
        """True where the person still lives that day."""
        return self.people.death_day[person] > day

    def pooled(self, place: np.ndarray) -> np.ndarray:
        """True for the shops where the pool pays a part, not the account alone."""
        return place % 2 == 0

    def dx(self, name: str) -> int:
        """Diagnosis number of a disease of the catalogue."""
        row = (ACUTE.get(name) or STAYS.get(name) or CHRONIC[name])[:2]
        return self.book.dx(*row)


def make_city(insured: int, days: int, seed: int, end: date) -> City:
    """People and places, no visit yet."""
    rng = np.random.default_rng([seed, 20210])
    people = make_people(rng, insured, days)
    places = make_places(rng, insured, int(people.town.max()) + 1, int(people.village.max()) + 1)
    first = end - timedelta(days=days - 1)
    calendar = [first + timedelta(days=number) for number in range(days)]
    season = np.array(
        [1 + 0.35 * np.cos((day.timetuple().tm_yday - 15) / 365 * 2 * np.pi) for day in calendar]
    )
    weekday = np.array([day.weekday() for day in calendar])
    city = City(
        rng, people, places, Book(), Truth(), days, first, weekday, season, {}, np.arange(places.count)
    )
    everybody = np.arange(people.count)
    village_place = np.full(int(people.village.max()) + 1, -1)
    small = places.of("village")
    village_place[places.village[small]] = small
    city.home["village"] = village_place[people.village]
    for name, kinds, stray in [
        ("basic", ("township", "station"), 0.08),
        ("hospital", ("county", "tcm", "tertiary", "private"), 0.12),
        ("shop", ("pharmacy",), 0.1),
    ]:
        city.home[name] = city.near(everybody, *kinds, stray=stray)
    return city


def seconds(day: np.ndarray, clock: np.ndarray) -> np.ndarray:
    """Day and second of day to seconds of the world."""
    return np.asarray(day).astype(np.int64) * DAY + clock
