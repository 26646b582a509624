"""What every scheme needs: a grade to numbers, free parties, dates, camouflage."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.bench.other_city.book import DAY
from tests.bench.other_city.city import DEPT, City, seconds


@dataclass
class Plot:
    """One instance of a scheme: its city, number in the truth, grade 1 easy … 5 hard."""

    city: City
    story: int
    grade: int

    def scale(self, easy: float, hard: float) -> float:
        """Number between easy and hard by the grade, with a tenth of play."""
        value = easy + (hard - easy) * (self.grade - 1) / 4
        return value * float(self.city.rng.uniform(0.9, 1.1))

    def whole(self, easy: float, hard: float) -> int:
        """The same, rounded, at least 1."""
        return max(1, round(self.scale(easy, hard)))

    def place(self, *kinds: str, party: bool = True, role: str = "main") -> int:
        """A place of these kinds that is in no other scheme yet, by pull; the least used when all are taken."""
        city = self.city
        pool = city.places.of(*kinds)
        if kinds == ("pharmacy",):
            pool = pool[city.pooled(pool)]
        free = pool[~city.places.taken[pool]]
        pool = free if len(free) else pool
        chosen = int(city.rng.choice(pool))
        city.places.taken[chosen] = True
        if party:
            self.names("pharmacy" if city.places.kind[chosen] == "pharmacy" else "institution", chosen, role)
        return chosen

    def doctor(self, place: int, dept: str = "", role: str = "member", party: bool = True) -> int:
        """A doctor of that place."""
        own = self.city.places.doctors(place, dept)
        free = own[~self.city.places.doctor_taken[own]]
        chosen = int(self.city.rng.choice(free if len(free) else own))
        self.city.places.doctor_taken[chosen] = True
        if party:
            self.names("doctor", chosen, role)
        return chosen

    def persons(
        self, count: int, where: np.ndarray | None = None, role: str = "member", party: bool = True
    ) -> np.ndarray:
        """Persons in no other group, alive; recruited mostly from one town, hard grades from anywhere."""
        people, rng = self.city.people, self.city.rng
        free = ~people.taken & (people.death_day > self.city.days) & (people.age > 17)
        pool = np.flatnonzero(free if where is None else free & where)
        if len(pool) < count:
            pool = np.flatnonzero(free)
        town = people.town[rng.choice(pool)]
        weight = np.where(people.town[pool] == town, self.scale(30, 1.5), 1.0)
        chosen = rng.choice(pool, count, replace=False, p=weight / weight.sum())
        people.taken[chosen] = True
        if party:
            self.names("person", chosen, role)
        return chosen

    def names(self, kind: str, members, role: str = "member") -> None:
        """Writes who takes part into the truth."""
        self.city.truth.party(self.story, kind, members, role)

    def days(self, count: int, low: int = 2, high: int | None = None, work: bool = True) -> np.ndarray:
        """Sorted distinct days."""
        high = self.city.days - 3 if high is None else high
        pool = np.arange(low, max(low + 1, high))
        if work:
            pool = pool[self.city.weekday[pool] < 6]
        return np.sort(self.city.rng.choice(pool, min(count, len(pool)), replace=False))

    def visits(self, person: np.ndarray, place, day: np.ndarray, clock: np.ndarray, **columns) -> np.ndarray:
        """Planted visits; second of day in `clock`."""
        return self.city.book.visit(
            person,
            place=place,
            begin=seconds(day, np.clip(clock, 0, DAY - 60).astype(np.int64)),
            story=self.story,
            **columns,
        )

    def cover(self, person: np.ndarray, kind: int = 11) -> None:
        """Camouflage: honest small visits at usual places, more of them on hard grades."""
        city, rng = self.city, self.city.rng
        each = rng.poisson(self.scale(0.2, 4), len(person))
        who = np.repeat(person, each)
        if not len(who):
            return
        place = city.home["basic"][who]
        day = city.pick_days(len(who))
        visit = city.book.visit(
            who,
            place=place,
            doctor=city.doctors(place, DEPT["02"]),
            begin=seconds(day, city.clock(len(who))),
            kind=kind,
            dx=city.dx("cold"),
            dept=DEPT["02"],
        )
        city.book.line(visit, "visit_fee")
        city.book.line(visit, "cold_granules", count=2, days=6)


Scheme = Callable[[Plot], None]
