"""The insured: households, villages, employers, ages, chronic diseases, frailty, deaths and register errors."""

from dataclasses import dataclass, field

import numpy as np

from tests.bench.other_city.catalogue import CHRONIC

DISTRICTS = ["341702", "341721", "341722", "341723"]
AWAY = ["341802", "340802", "360402", "330106"]
AGE_EDGES = np.array([0, 6, 18, 30, 45, 60, 70, 80, 92])
AGE_SHARES = np.array([0.06, 0.14, 0.14, 0.22, 0.23, 0.12, 0.065, 0.025])


@dataclass
class People:
    """Columns of the insured, all of length n; index in them is the person."""

    age: np.ndarray
    sex: np.ndarray
    household: np.ndarray
    village: np.ndarray
    town: np.ndarray
    district: np.ndarray
    employed: np.ndarray
    retired: np.ndarray
    employer: np.ndarray
    aided: np.ndarray
    migrant: np.ndarray
    frailty: np.ndarray
    death_day: np.ndarray
    sex_written: np.ndarray
    ill: dict[str, np.ndarray]
    registered: np.ndarray
    phone: np.ndarray
    house: np.ndarray
    taken: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def count(self) -> int:
        return len(self.age)


def _homes(rng: np.random.Generator, count: int) -> tuple[np.ndarray, int]:
    sizes = rng.choice([1, 2, 3, 4, 5, 6], size=count, p=[0.19, 0.27, 0.24, 0.17, 0.09, 0.04])
    homes = np.repeat(np.arange(count), sizes)[:count]
    return homes, int(homes[-1]) + 1


def make_people(rng: np.random.Generator, count: int, days: int) -> People:
    """`count` insured; chronic prevalence by age, employment by age, one address a household."""
    home, homes = _homes(rng, count)
    villages = max(12, count // 550)
    towns = max(4, villages // 5)
    size = rng.pareto(1.6, villages) + 0.6
    village_of_home = rng.choice(villages, homes, p=size / size.sum())
    village = village_of_home[home]
    town = village % towns
    district = town % len(DISTRICTS)
    part = rng.choice(len(AGE_SHARES), count, p=AGE_SHARES / AGE_SHARES.sum())
    age = AGE_EDGES[part] + rng.random(count) * (AGE_EDGES[part + 1] - AGE_EDGES[part])
    sex = rng.integers(1, 3, count)
    urban = (town < max(2, towns // 3)).astype(float)
    work = (age >= 20) & (rng.random(count) < np.where(age < 60, 0.30 + 0.22 * urban, 0.24 + 0.16 * urban))
    old = age >= np.where(sex == 1, 60, 53)
    firms = max(20, count // 60)
    firm_size = rng.pareto(1.15, firms) + 0.3
    employer = np.where(work, rng.choice(firms, count, p=firm_size / firm_size.sum()), -1)
    frailty = rng.gamma(1.1, 1 / 1.1, count)
    bracket = np.searchsorted([45, 65], age, side="right")
    ill = {}
    for name, row in CHRONIC.items():
        chance = np.where(age >= 20, np.array(row[3])[bracket], 0.0) * (0.35 + 0.65 * frailty)
        ill[name] = rng.random(count) < chance
    ill["prostate"] &= sex == 1
    many = np.sum(list(ill.values()), axis=0)
    registered = (many > 0) & (rng.random(count) < np.where(work, 0.48, 0.33))
    dying = rng.random(count) < np.where(age > 75, 0.02, np.where(age > 60, 0.004, 0.0004)) * days / 120 * (
        0.4 + frailty
    )
    death = np.where(dying, rng.integers(3, max(4, days - 1), count), 10**6)
    wrong = rng.random(count) < 0.0002
    phone = home * 8 + np.where(rng.random(count) < 0.55, rng.integers(1, 8, count), 0)
    return People(
        age, sex, home, village, town, district, work, work & old, employer,
        (~work) & (rng.random(count) < 0.028), rng.random(count) < 0.035, frailty, death,
        np.where(wrong, 3 - sex, sex), ill, registered, phone, home, np.zeros(count, bool),
    )  # fmt: skip


def illnesses(people: People) -> np.ndarray:
    """Number of chronic diseases of each person."""
    return np.sum(list(people.ill.values()), axis=0)
