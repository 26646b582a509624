"""The city: districts, communities, households, people, employers, institutions and their doctors.

Everything is an array over people, places or doctors; positions are the identifiers inside the
simulator, the national codes are made when a row is written.
"""

from dataclasses import dataclass

import numpy as np

from fundguard.synthetic.columnar import Array, runs

ADMDVS = 990100  # a prefecture that is on no map; districts are 990101 …
LEVELS = {"tertiary": 3, "secondary": 2, "primary": 1, "private": 1, "clinic": 0, "pharmacy": 0}

# sort, people per one of them, fewest, hosp_lv, rank, beds
_PLACES = (
    ("tertiary", 150_000, 1, "02", 3, 900),
    ("secondary", 40_000, 3, "05", 2, 300),
    ("tcm", 120_000, 1, "06", 2, 180),
    ("primary", 10_000, 6, "09", 1, 60),
    ("private", 25_000, 6, "14", 1, 80),
    ("psychiatric", 200_000, 1, "13", 2, 220),
    ("dialysis", 120_000, 1, "14", 1, 0),
    ("rehab", 120_000, 1, "14", 1, 90),
    ("clinic", 2_200, 20, "11", 0, 0),
    ("pharmacy", 2_600, 16, "11", 0, 0),
)
SORTS = [row[0] for row in _PLACES]
SORT = {name: number for number, name in enumerate(SORTS)}
DEPARTMENTS = [
    "A01",
    "A02",
    "A03",
    "A04",
    "A05",
    "A06",
    "A07",
    "B01",
    "B02",
    "B03",
    "C01",
    "C02",
    "C03",
    "D01",
    "D02",
    "D03",
    "D04",
    "E01",
    "F01",
    "G01",
    "G02",
    "X01",
]
DEPARTMENT_NAMES = [
    "全科",
    "呼吸内科",
    "心内科",
    "神经内科",
    "内分泌科",
    "消化内科",
    "肾内科",
    "普外科",
    "骨科",
    "泌尿外科",
    "妇科",
    "产科",
    "儿科",
    "皮肤科",
    "眼科",
    "耳鼻喉科",
    "口腔科",
    "精神科",
    "肿瘤科",
    "中医科",
    "康复科",
    "医技科",
]
_AGES = np.array([5.5, 6.5, 6, 5, 5.2, 6, 8.4, 7.2, 6.6, 6.5, 8, 8.2, 6.4, 5.3, 4.2, 2.6, 1.6, 0.7, 0.1])


@dataclass
class People:
    """One entry per insured person; days since 1970; community and household are positions."""

    female: Array
    born: Array
    age: Array
    employee: Array
    household: Array
    household_size: Array
    community: Array
    employer: Array
    dies: Array  # day of death, or a day far ahead
    intensity: Array  # how much care, mean about 1
    chronic: Array  # position of the chronic disease, -1 none
    poor: Array
    away: Array  # insured in another prefecture


@dataclass
class Places:
    """One entry per institution or pharmacy."""

    sort: Array
    rank: Array
    level: list[str]
    beds: Array
    community: Array
    district: Array
    medical_community: Array  # position, -1 none
    unknown_share: Array  # visits booked on the unknown doctor
    mapping_error: Array  # True: one item of its list is mapped to a wrong code
    first_doctor: Array  # [place, department]
    doctors: Array  # [place, department] how many
    x: Array
    y: Array


@dataclass
class Doctors:
    """One entry per member of staff who signs."""

    place: Array
    department: Array
    title: Array


@dataclass
class City:
    """All of it, and the choice of places open to each community."""

    people: People
    places: Places
    doctors: Doctors
    communities: int
    rural: Array
    near: dict[str, Array]  # sort → [community, 3] places, nearest first
    sole_pharmacy: Array  # community → its only pharmacy, or -1
    x: Array
    y: Array

    def of_sort(self, *sorts: str) -> Array:
        """Places of these sorts."""
        return np.flatnonzero(np.isin(self.places.sort, [SORT[name] for name in sorts]))

    def doctor(self, place: Array, department: Array, at: Array) -> Array:
        """A doctor of the place's department; `at` (any whole number) chooses among colleagues."""
        first = self.places.first_doctor[place, department]
        return first + at % np.maximum(self.places.doctors[place, department], 1)


def build(seed: np.random.SeedSequence, insured: int, last_day: int, days: int, chronic: Array) -> City:
    """A city of `insured` people as of `last_day`; `chronic` = positions of chronic diseases."""
    rng_people, rng_places = (np.random.default_rng(child) for child in seed.spawn(2))
    communities = max(6, insured // 2_500)
    rural = rng_places.random(communities) < 0.45
    rural[:2] = [False, True]
    spread = np.sqrt(communities) * 2.0
    x, y = rng_places.normal(0, spread, communities), rng_places.normal(0, spread, communities)
    people = _people(rng_people, insured, communities, rural, last_day, days, chronic)
    places = _places(rng_places, insured, communities, x, y)
    doctors = _doctors(rng_places, insured, places)
    near = {}
    for name in SORTS:
        found = np.flatnonzero(places.sort == SORT[name])
        distance = np.hypot(x[:, None] - places.x[found], y[:, None] - places.y[found])
        order = np.argsort(distance, axis=1)[:, :3]
        near[name] = np.take(
            found,
            order if order.shape[1] == 3 else np.pad(order, ((0, 0), (0, 3 - order.shape[1])), mode="edge"),
        )
    sole = np.full(communities, -1)
    # One village in three has one pharmacy only, and everybody goes there.
    for community in np.flatnonzero(rural)[::3]:
        sole[community] = near["pharmacy"][community, 0]
    return City(people, places, doctors, communities, rural, near, sole, x, y)


def _people(
    rng: np.random.Generator,
    insured: int,
    communities: int,
    rural: Array,
    last_day: int,
    days: int,
    chronic: Array,
) -> People:
    sizes = rng.choice([1, 2, 3, 4, 5], insured, p=[0.16, 0.3, 0.26, 0.18, 0.1])
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), insured) + 1]
    household = np.repeat(np.arange(len(sizes)), sizes)[:insured]
    member = runs(sizes)[:insured]
    size = sizes[household]
    weight = rng.gamma(3.0, 1.0, communities)
    home = rng.choice(communities, len(sizes), p=weight / weight.sum())[household]
    five = rng.choice(len(_AGES), insured, p=_AGES / _AGES.sum())
    age = five * 5 + rng.integers(0, 5, insured)
    # First two members are a couple of like age, the others children or parents.
    head = age[np.flatnonzero(member == 0)][household]
    age = np.where(member == 1, np.clip(np.maximum(head, 20) + rng.integers(-4, 5, insured), 18, 95), age)
    age = np.where((member == 0) & (age < 20) & (size > 1), 20 + age, age)
    child = (member >= 2) & (rng.random(insured) < 0.7)
    age = np.where(child, np.clip(head - 24 - rng.integers(0, 14, insured), 0, 60), age)
    female = rng.random(insured) < 0.495
    female = np.where(member == 1, ~np.roll(female, 1), female)
    born = last_day - days - age * 365 - rng.integers(0, 365, insured)
    working = (age >= 20) & (age < 60)
    draw = rng.random(insured)
    employee = (age >= 18) & (draw < np.where(rural[home], 0.17, 0.5) * np.where(working, 1.12, 0.95))
    employers = max(8, insured // 120)
    employer = np.where(employee, rng.integers(0, employers, insured), -1)
    risk = 0.0002 + 0.05 * np.exp((age - 88) / 11.0)
    dead = rng.random(insured) < risk * days / 365.0
    dies = np.where(dead, last_day - rng.integers(0, max(days, 1), insured), last_day + 40_000)
    by_age = np.interp(age, [0, 3, 8, 20, 40, 60, 75, 95], [1.5, 1.3, 0.7, 0.45, 0.75, 1.5, 2.1, 1.9])
    intensity = rng.gamma(1.6, 1 / 1.6, insured) * by_age
    intensity = intensity / intensity.mean()
    sick = rng.random(insured) < np.interp(age, [0, 30, 45, 60, 75], [0.004, 0.03, 0.13, 0.36, 0.5])
    ailment = np.where(sick, rng.choice(chronic, insured), -1)
    return People(
        female=female,
        born=born,
        age=age,
        employee=employee,
        household=household,
        household_size=size,
        community=home,
        employer=employer,
        dies=dies,
        intensity=intensity,
        chronic=ailment,
        poor=rng.random(insured) < np.where(employee, 0.002, 0.035),
        away=rng.random(insured) < 0.02,
    )


def _places(rng: np.random.Generator, insured: int, communities: int, x: Array, y: Array) -> Places:
    counts = [max(fewest, insured // per) for _, per, fewest, *_ in _PLACES]
    sort = np.repeat(np.arange(len(_PLACES)), counts)
    total = len(sort)
    rank = np.array([row[4] for row in _PLACES])[sort]
    beds = np.array([row[5] for row in _PLACES])[sort]
    beds = np.round(beds * rng.uniform(0.7, 1.4, total)).astype(int)
    # Clinics and pharmacies stand in every community in turn, hospitals where they stand.
    community = rng.integers(0, communities, total)
    for name in ("clinic", "pharmacy", "primary"):
        found = np.flatnonzero(sort == SORT[name])
        community[found] = (np.arange(len(found)) * max(1, communities // max(1, len(found)))) % communities
        if len(found) >= communities:
            community[found] = np.arange(len(found)) % communities
    mapping = rng.random(total) < 0.02
    hospitals = np.flatnonzero(np.isin(sort, [SORT[s] for s in ("primary", "secondary", "tcm")]))
    if not mapping[hospitals].any():
        mapping[hospitals[int(rng.integers(0, len(hospitals)))]] = True
    return Places(
        sort=sort,
        rank=rank,
        level=[_PLACES[number][3] for number in sort],
        beds=beds,
        community=community,
        district=community % 6 + 1,
        medical_community=np.where(
            np.isin(sort, [SORT["primary"], SORT["secondary"], SORT["clinic"]]), community % 3, -1
        ),
        unknown_share=rng.uniform(0.005, 0.02, total),
        mapping_error=mapping & (sort != SORT["pharmacy"]),
        first_doctor=np.zeros((total, len(DEPARTMENTS)), dtype=np.int64),
        doctors=np.zeros((total, len(DEPARTMENTS)), dtype=np.int64),
        x=x[community] + rng.normal(0, 0.4, total),
        y=y[community] + rng.normal(0, 0.4, total),
    )


_STAFFED = {
    "tertiary": (tuple(range(len(DEPARTMENTS))), 12.0),
    "secondary": (tuple(range(len(DEPARTMENTS))), 3.0),
    "tcm": ((0, 1, 2, 3, 4, 5, 8, 10, 19, 20, 21), 5.0),
    "primary": ((0, 2, 4, 5, 7, 12, 19, 21), 1.6),
    "private": ((0, 2, 7, 8, 10, 19, 20, 21), 1.6),
    "psychiatric": ((0, 17, 21), 6.0),
    "dialysis": ((6, 21), 3.0),
    "rehab": ((0, 3, 8, 19, 20, 21), 2.5),
    "clinic": ((0,), 1.5),
    "pharmacy": ((), 0.0),
}


def _doctors(rng: np.random.Generator, insured: int, places: Places) -> Doctors:
    place, department = [], []
    count = 0
    for number, sort in enumerate(places.sort):
        staffed, mean = _STAFFED[SORTS[sort]]
        # The one hospital of a small city is a small hospital.
        mean *= min(1.0, insured / 150_000) if SORTS[sort] in ("tertiary", "secondary") else 1.0
        for at in staffed:
            busy = 3.0 if at in (0, 1, 2) and sort != SORT["clinic"] else 1.0
            size = max(1, int(rng.poisson(mean * busy)))
            places.first_doctor[number, at] = count
            places.doctors[number, at] = size
            place.extend([number] * size)
            department.extend([at] * size)
            count += size
        # A department that is not here is served by the first one that is.
        missing = places.doctors[number] == 0
        if staffed:
            places.first_doctor[number, missing] = places.first_doctor[number, staffed[0]]
            places.doctors[number, missing] = places.doctors[number, staffed[0]]
        else:
            places.first_doctor[number] = -1
    return Doctors(np.array(place), np.array(department), rng.integers(0, 4, count))
