"""Institutions, pharmacies in chains, doctors: who treats whom where, with popular doctors and quiet ones."""

from dataclasses import dataclass

import numpy as np

from tests.bench.other_city.people import AWAY, DISTRICTS

# kind: level code, medins_type, price factor, doctors, beds, one per so many insured (0 = fixed number)
KINDS = {
    "tertiary": ("02", "A1", 1.30, 34, 900),
    "county": ("05", "A1", 1.05, 20, 320),
    "tcm": ("06", "A2", 1.0, 14, 180),
    "mother": ("06", "A5", 1.05, 12, 120),
    "mental": ("06", "A6", 0.95, 8, 240),
    "eye": ("07", "A6", 1.05, 6, 40),
    "rehab": ("07", "A6", 0.95, 8, 120),
    "dialysis": ("11", "A9", 1.0, 4, 0),
    "private": ("08", "A1", 0.95, 8, 60),
    "township": ("08", "B1", 0.85, 8, 50),
    "station": ("11", "B2", 0.85, 4, 0),
    "village": ("11", "B3", 0.75, 2, 0),
    "clinic": ("11", "C1", 0.9, 2, 0),
    "dental": ("11", "C2", 1.1, 3, 0),
    "hospice": ("08", "B1", 0.9, 4, 30),
    "methadone": ("11", "C9", 0.9, 2, 0),
    "pharmacy": ("11", "P1", 1.0, 1, 0),
    "away": ("03", "A1", 1.35, 16, 500),
}
DEPARTMENTS = {
    "02": "全科医疗科",
    "03": "内科",
    "04": "外科",
    "05": "妇产科",
    "07": "儿科",
    "10": "眼科",
    "12": "口腔科",
    "13": "皮肤科",
    "15": "精神科",
    "20": "急诊科",
    "21": "康复医学科",
    "50": "中医科",
}
MIX = {
    "tertiary": ["03", "03", "04", "04", "05", "07", "10", "12", "13", "20", "21", "03"],
    "county": ["03", "03", "04", "05", "07", "10", "12", "13", "20", "50"],
    "tcm": ["50", "50", "03", "04", "21"], "mother": ["05", "05", "07"], "mental": ["15"], "eye": ["10"],
    "rehab": ["21", "03"], "dialysis": ["03"], "private": ["03", "03", "04", "05", "21"], "township": ["02", "03", "04", "50"],
    "station": ["02", "03"], "village": ["02"], "clinic": ["50", "02"], "dental": ["12"], "hospice": ["03"], "methadone": ["02"],
    "pharmacy": ["02"], "away": ["03", "04", "05", "20", "03"],
}  # fmt: skip


@dataclass
class Places:
    """Columns of institutions (index = place) and of doctors (index = doctor)."""

    kind: np.ndarray
    district: np.ndarray
    town: np.ndarray
    village: np.ndarray
    chain: np.ndarray
    pull: np.ndarray
    doctor_place: np.ndarray
    doctor_dept: np.ndarray
    doctor_pull: np.ndarray
    first_doctor: np.ndarray
    taken: np.ndarray
    doctor_taken: np.ndarray

    @property
    def count(self) -> int:
        return len(self.kind)

    def of(self, *kinds: str) -> np.ndarray:
        """Indices of the places of these kinds."""
        return np.flatnonzero(np.isin(self.kind, kinds))

    def doctors(self, place: int, dept: str = "") -> np.ndarray:
        """Doctors of one place, of one department where it has that."""
        first, end = self.first_doctor[place], self.first_doctor[place + 1]
        own = np.arange(first, end)
        fit = own[self.doctor_dept[own] == dept] if dept else own
        return fit if len(fit) else own


def make_places(rng: np.random.Generator, insured: int, towns: int, villages: int) -> Places:
    """A prefecture: two tertiary hospitals, one set a district, one centre a town, one clinic a village, shops everywhere."""
    rows: list[tuple[str, int, int, int]] = []
    span = max(1, insured // 30000)
    for kind, number in {
        "tertiary": 2,
        "mental": 2,
        "eye": 3,
        "rehab": 2,
        "dialysis": 2,
        "hospice": 1,
        "methadone": 1,
    }.items():
        rows += [
            (kind, index % 4, index % max(1, towns), -1)
            for index in range(number * (1 if kind == "tertiary" else span))
        ]
    for kind, number in {"county": 1, "tcm": 1, "mother": 1}.items():
        rows += [(kind, area, area % towns, -1) for area in range(4) for _ in range(number * span)]
    rows += [("private", index % 4, index % towns, -1) for index in range(max(8, insured // 1900))]
    rows += [("township", town % 4, town, -1) for town in range(towns)]
    rows += [("station", town % 4, town, -1) for town in range(max(2, towns // 3)) for _ in range(2)]
    rows += [("village", (place % towns) % 4, place % towns, place) for place in range(villages)]
    for kind, per in {"clinic": 1500, "dental": 5000}.items():
        rows += [(kind, town % 4, town, -1) for town in (rng.integers(0, towns, max(3, insured // per)))]
    rows += [("pharmacy", town % 4, town, -1) for town in rng.integers(0, towns, max(12, insured // 420))]
    rows += [("away", 0, -1, -1) for _ in range(6)]
    kind = np.array([row[0] for row in rows])
    town = np.array([row[2] for row in rows])
    chain = np.where((kind == "pharmacy") & (rng.random(len(rows)) < 0.6), rng.integers(1, 7, len(rows)), 0)
    staff = np.array([max(1, int(rng.poisson(KINDS[name][3]))) for name in kind])
    staff = np.where(kind == "pharmacy", rng.integers(1, 4, len(rows)), staff)
    first = np.concatenate([[0], np.cumsum(staff)])
    place = np.repeat(np.arange(len(rows)), staff)
    dept = np.array(
        [MIX[kind[at]][(number - first[at]) % len(MIX[kind[at]])] for number, at in enumerate(place)]
    )
    return Places(
        kind, np.array([row[1] for row in rows]), town, np.array([row[3] for row in rows]), chain,
        rng.pareto(1.4, len(rows)) + 0.35, place, dept, np.minimum(rng.pareto(1.3, len(place)) + 0.2, 5.0), first,
        np.zeros(len(rows), bool), np.zeros(len(place), bool),
    )  # fmt: skip


def codes(places: Places) -> list[str]:
    """National codes: H or P, district of six digits, number of five."""
    out = []
    for number, (kind, area) in enumerate(zip(places.kind, places.district, strict=True)):
        where = AWAY[number % len(AWAY)] if kind == "away" else DISTRICTS[area]
        out.append(("P" if kind == "pharmacy" else "H") + where + f"{number + 101:05d}")
    return out
