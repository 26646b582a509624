"""The plan of a simulation: the ledger of visits, planted lines, truth rows, and who is already used."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.calendars import Calendar
from fundguard.synthetic.catalogue import Frozen
from fundguard.synthetic.city import DEPARTMENTS, SORT, City
from fundguard.synthetic.columnar import DAY, Array
from fundguard.synthetic.diseases import Diseases
from fundguard.synthetic.side_rows import SideRows

# One planted line: which visit (key), item, quantity in ten-thousandths, price in cents (-1: list price),
# seconds after the visit's begin (-1: drawn), doctor (-1: the visit's), days of supply, trace code (-1: none or drawn),
# minutes of service, whether it is a truth event, and the scheme it belongs to.
WHOLE = 100_000_000  # the part of a line that is all of it
LINE_FIELDS: dict[str, type] = {
    "key": np.int64,
    "item": np.int32,
    "cnt": np.int64,
    "price": np.int64,
    "after": np.int64,
    "doctor": np.int32,
    "days": np.int32,
    "trace": np.int64,
    "minutes": np.int32,
    "event": np.bool_,
    "tag": np.int32,
    "part": np.int64,  # how much of an event line is too much, of WHOLE
    "short": np.int64,  # cents by which the header exceeds its lines (header ≠ lines)
    "near": np.int32,  # a near miss of a rule, by its pitfall (SideRows.pitfall): must stay silent
    "split": np.bool_,  # dispensed from an opened pack: its trace code may be scanned again
    "dept": np.int32,  # department charged (-1: the visit's)
    "rx": np.int32,  # 0 the visit's prescription, -1 none, 1 … another one
    "late": np.int64,  # seconds until the line was uploaded (-1: drawn)
    "served": np.int64,  # seconds of service before the line was posted (-1: from minutes)
    "own": np.bool_,  # paid by the person in full
    "unlimited": np.bool_,  # what is above the ceiling stays in scope all the same
    "report": np.int32,  # item the laboratory in fact did (-1: no report)
    "undo": np.bool_,  # taken back by a negative line of the same settlement half an hour later
    "used": np.int64,  # quantity on the record of use, in ten-thousandths (-1: as charged)
}
LINE_DEFAULTS = {
    "cnt": 10_000,
    "price": -1,
    "after": -1,
    "doctor": -1,
    "days": 0,
    "trace": -1,
    "minutes": 0,
    "event": True,
    "tag": -1,
    "part": WHOLE,
    "short": 0,
    "near": 0,
    "split": False,
    "dept": -1,
    "rx": 0,
    "late": -1,
    "served": -1,
    "own": False,
    "unlimited": False,
    "report": -1,
    "undo": False,
    "used": -1,
}
# What an ordinary line has too, and where a planted value is taken as it is.
PLANTED = {
    name: (type_, LINE_DEFAULTS.get(name, 0))
    for name, type_ in LINE_FIELDS.items()
    if name not in ("key", "item", "cnt", "price", "after", "doctor", "days")
}


@dataclass
class Scheme:
    """A planted scheme: number (tag), code, grade and parties (party_type, position, role)."""

    tag: int
    scheme: str
    grade: int
    parties: list[tuple[str, int, str]]


@dataclass
class Plan:
    """Everything decided before a row is written."""

    city: City
    catalogue: Frozen
    diseases: Diseases
    calendar: Calendar
    ledger: v.Ledger = field(default_factory=v.Ledger)
    lines: list[dict[str, Array]] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)
    lookalikes: list[tuple[str, str, int]] = field(default_factory=list)
    side: SideRows = field(default_factory=SideRows)
    closed: dict[int, int] = field(default_factory=dict)  # place → last day of its agreement
    stocked: dict[tuple[int, int], float] = field(default_factory=dict)  # (place, item) → bought ÷ sold
    gaps: set[tuple[int, str]] = field(default_factory=set)  # (place, equipment) that is not there
    rights: dict[int, int] = field(default_factory=dict)  # doctor → highest tier of antibiotics allowed
    cohort_stays: float = 0.02
    used_person: Array = field(init=False)
    used_place: Array = field(init=False)
    patient: Array = field(init=False)  # in a rule plant, as a patient
    used_doctor: Array = field(init=False)
    _household_start: Array = field(init=False)

    def __post_init__(self) -> None:
        people = self.city.people
        self.used_person = people.dies <= self.calendar.last
        self.patient = np.zeros(len(people.age), dtype=bool)
        self.used_place = np.zeros(len(self.city.places.sort), dtype=bool)
        self.used_doctor = np.zeros(len(self.city.doctors.place), dtype=bool)
        self._household_start = np.searchsorted(people.household, np.arange(people.household[-1] + 1))

    # Visits -------------------------------------------------------------------------------------

    def visit(self, rng: np.random.Generator, **columns: Any) -> Array:
        """Adds outpatient visits or purchases; end and doctor are filled in; gives their keys."""
        begin = np.atleast_1d(columns["begin"])
        size = v.length(columns)
        place = np.broadcast_to(columns["place"], (size,))
        disease = np.broadcast_to(columns.get("disease", 0), (size,))
        columns.setdefault("end", begin + rng.integers(300, 5400, size))
        if "doctor" not in columns:
            department = self.diseases.department[disease]
            columns["doctor"] = self.city.doctor(place, department, rng.integers(0, 1 << 30, size))
            unknown = rng.random(size) < self.city.places.unknown_share[place]
            columns["doctor"] = np.where(unknown & (columns["doctor"] >= 0), -2, columns["doctor"])
        return self.ledger.add(**columns)

    def stay(
        self,
        rng: np.random.Generator,
        *,
        person: Array,
        day: Array,
        disease: Array | int,
        place: Array | int | None = None,
        days: Array | int | None = None,
        cost: Array | None = None,
        kind: str = "stay",
        **more: Any,
    ) -> Array:
        """Adds stays from `day` for `days` nights (drawn where not given); gives their keys."""
        from fundguard.synthetic.traffic import stay_places, stay_shape

        person, day = np.atleast_1d(person), np.atleast_1d(day)
        size = len(person)
        employee = self.city.people.employee[person]
        if place is None:
            which, place = stay_places(self, rng, person)
        else:
            place = np.broadcast_to(place, (size,))
            names = {"tertiary": 0, "secondary": 1, "primary": 2, "private": 3, "tcm": 4}
            table = np.array([names.get(name, 3) for name in SORT])
            which = table[self.city.places.sort[place]]
        length, price = stay_shape(rng, employee, which)
        length = length if days is None else np.broadcast_to(days, (size,))
        price = price if cost is None else np.broadcast_to(cost, (size,))
        begin = day * DAY + 8 * 3600 + rng.integers(0, 9 * 3600, size)
        end = (day + length) * DAY + 9 * 3600 + rng.integers(0, 8 * 3600, size)
        total = np.exp(rng.normal(np.log(150), 0.4, size)) * np.clip(length / 8.0, 0.25, 2.5) ** 0.6
        lines = more.pop("lines", np.clip(total - 3 * length, 6, 900))
        return self.visit(
            rng,
            person=person,
            place=place,
            kind=v.KIND[kind],
            begin=begin,
            end=end,
            disease=disease,
            cost=price,
            lines=lines,
            **more,
        )

    def line(self, **columns: Any) -> None:
        """Adds planted lines to visits (by key); scalars are spread."""
        size = v.length(columns)
        self.lines.append(
            {
                name: np.broadcast_to(
                    np.asarray(columns.get(name, LINE_DEFAULTS.get(name, 0))), (size,)
                ).astype(type_)
                for name, type_ in LINE_FIELDS.items()
            }
        )

    def workday(self, rng: np.random.Generator, day: Array) -> Array:
        """Moves most weekend days to the Monday after (1970-01-01 was a Thursday)."""
        weekday = (day + 3) % 7
        move = (weekday >= 5) & (rng.random(len(day)) < 0.75)
        return np.minimum(np.where(move, day + 7 - weekday, day), self.calendar.last)

    def housemate(self, rng: np.random.Generator, person: Array) -> Array:
        """Another member of each person's household (the person alone when there is none)."""
        people = self.city.people
        start, size = self._household_start[people.household[person]], people.household_size[person]
        other = (
            start + (person - start + 1 + rng.integers(0, 4, len(person)) % np.maximum(size - 1, 1)) % size
        )
        return np.minimum(other, len(people.age) - 1)

    # Truth --------------------------------------------------------------------------------------

    def plant(self, scheme: str, grade: int) -> Scheme:
        """Opens a planted scheme; its parties are added by `party`."""
        row = Scheme(len(self.schemes), scheme, grade, [])
        self.schemes.append(row)
        return row

    def party(self, scheme: Scheme, party_type: str, positions: Array | int, role: str = "member") -> None:
        """Names parties of a scheme: person, doctor, or place (institution or pharmacy by its sort)."""
        for position in np.atleast_1d(positions).tolist():
            kind = party_type
            if party_type == "place":
                kind = "pharmacy" if self.city.places.sort[position] == SORT["pharmacy"] else "institution"
                self.used_place[position] = True
            if (kind, position) not in {(p[0], p[1]) for p in scheme.parties}:
                scheme.parties.append((kind, position, role))
        if party_type == "person":
            self.used_person[positions] = True
        if party_type == "doctor":
            self.used_doctor[positions] = True

    def lookalike(self, kind: str, party_type: str, positions: Array) -> None:
        """Names parties that look like a scheme and are none."""
        for position in np.unique(np.atleast_1d(positions)).tolist():
            self.lookalikes.append((kind, party_type, int(position)))
        if party_type == "person":
            self.used_person[positions] = True

    # Choices ------------------------------------------------------------------------------------

    def persons(
        self,
        rng: np.random.Generator,
        size: int,
        *,
        where: Array | None = None,
        one_household: bool = False,
        spread: float = 1.0,
    ) -> Array:
        """Persons nobody has used yet; `spread` 0 = all of one community, 1 = from anywhere."""
        people = self.city.people
        free = ~self.used_person & ~people.away
        if where is not None:
            free &= where
        found = np.flatnonzero(free)
        if not one_household and len(found):
            # One person a household: a ring is not a family.
            order = rng.permutation(len(found))
            _, first = np.unique(people.household[found[order]], return_index=True)
            found = found[order[np.sort(first)]]
        if spread < 1.0 and len(found):
            community = rng.choice(people.community[found])
            near = people.community[found] == community
            if near.sum() >= size:
                keep = near | (rng.random(len(found)) < spread * near.sum() / max(1, (~near).sum()))
                found = found[keep]
        chosen = rng.choice(found, min(size, len(found)), replace=False) if len(found) else found
        self.used_person[chosen] = True
        return chosen

    def place(self, rng: np.random.Generator, *sorts: str, size: int = 1) -> Array:
        """Places of these sorts, those not yet in a scheme first."""
        found = rng.permutation(self.city.of_sort(*sorts))
        order = np.argsort(self.used_place[found], kind="stable")
        chosen = found[order[:size]]
        self.used_place[chosen] = True
        return chosen

    def doctor_of(self, rng: np.random.Generator, place: int, department: str) -> int:
        """A doctor of a place and department, one not yet in a scheme first."""
        at = DEPARTMENTS.index(department)
        first, count = self.city.places.first_doctor[place, at], self.city.places.doctors[place, at]
        options = first + rng.permutation(int(count))
        return int(options[np.argsort(self.used_doctor[options], kind="stable")[0]])

    def spread_days(self, rng: np.random.Generator, count: int, gap: int, edge: int = 8) -> Array:
        """Up to `count` days about `gap` apart, clear of the last `edge` days where there is room."""
        room = max(1, self.calendar.days - edge)
        count = max(1, min(count, room // max(gap, 1) or 1))
        step = room / count
        at = (np.arange(count) + rng.uniform(0.1, 0.6, count)) * step
        return self.calendar.first + np.minimum(at.astype(int), self.calendar.days - 1)
