"""Diagnoses people are treated for: medical-insurance ICD-10 codes with sex, age and department."""

import csv
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fundguard.synthetic.catalogue import DATA
from fundguard.synthetic.city import DEPARTMENTS, People
from fundguard.synthetic.columnar import Array


@dataclass
class Diseases:
    """Parallel arrays over diagnoses; weights say how often they bring people in."""

    code: pa.Array
    name: pa.Array
    adrg: list[str]
    dise_no: list[str]
    group: list[str]
    department: Array
    sex: Array  # 0 both, 1 male, 2 female
    age_min: Array
    age_max: Array
    out_weight: Array
    stay_weight: Array
    surgical: Array
    chronic: Array  # positions of chronic diseases with a registration
    by_code: dict[str, int]

    def draw(self, rng: np.random.Generator, people: People, person: Array, stay: bool) -> Array:
        """A diagnosis that fits each person's sex and age; their chronic disease often."""
        weight = self.stay_weight if stay else self.out_weight
        out = np.zeros(len(person), dtype=np.int64)
        band = np.minimum(people.age[person] // 3, 33)
        key = people.female[person] * 34 + band
        for value in np.unique(key):
            rows = np.flatnonzero(key == value)
            female, low = divmod(int(value), 34)
            fits = (self.sex == 0) | (self.sex == (2 if female else 1))
            fits &= (self.age_min <= low * 3) & (self.age_max >= low * 3 + 2)
            share = np.cumsum(np.where(fits, weight, 0.0))
            out[rows] = np.searchsorted(share, rng.random(len(rows)) * share[-1], side="right")
        own = people.chronic[person]
        # A chronic disease brings its bearer in more often than chance.
        again = (own >= 0) & (rng.random(len(person)) < (0.35 if stay else 0.2))
        return np.where(again, own, out)


def load() -> Diseases:
    """All diagnoses of `data/diseases.csv`."""
    with (DATA / "diseases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = [row["code"] for row in rows]
    lasting = ("htn", "dm", "cad", "stroke", "copd", "liver")
    return Diseases(
        code=pa.array(codes),
        name=pa.array([row["name"] for row in rows]),
        adrg=[row["adrg"] for row in rows],
        dise_no=[row["dise_no"] for row in rows],
        group=[row["group"] for row in rows],
        department=np.array([DEPARTMENTS.index(row["dept"]) for row in rows]),
        sex=np.array([int(row["gend"] or 0) for row in rows]),
        age_min=np.array([int(row["age_min"]) for row in rows]),
        age_max=np.array([int(row["age_max"]) for row in rows]),
        out_weight=np.array([float(row["out_weight"]) for row in rows]),
        stay_weight=np.array([float(row["stay_weight"]) for row in rows]),
        surgical=np.array([row["surgical"] == "1" for row in rows]),
        chronic=np.array(
            [
                n
                for n, row in enumerate(rows)
                if row["dise_no"] and row["group"] in lasting and not row["gend"]
            ]
        ),
        by_code={code: number for number, code in enumerate(codes)},
    )
