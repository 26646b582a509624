"""Worlds with planted card-swiping rings and benign look-alikes, as landing tables.

One world: 20 000 persons in 40 villages, 200 institutions (two clinics or pharmacies a village, 120 in the
city), about 160 000 outpatient visits in 180 days. Benign groups: three dialysis centres, four nursing
homes, households that go together, clinics that are busy on market days. Twenty rings of 6 to 15 persons.
Parameters were fixed from the published description before the detector was tuned (docs/bench/rings.md).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from core.schema import TABLES
from pipelines.warehouse import empty

FIRST_DAY = date(2026, 1, 1)

LINE_MONEY = (
    "det_item_fee_sumamt",
    "inscp_amt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
)
SETTLEMENT_MONEY = (
    "medfee_sumamt",
    "fund_pay_sumamt",
    "psn_pay",
    "acct_pay",
    "cash_payamt",
    *LINE_MONEY[1:],
)


@dataclass(frozen=True)
class Grade:
    """How hard a ring is to see: joint events, share of members at each, minutes of jitter."""

    events: int
    attendance: float
    jitter: int


GRADES = {
    1: Grade(16, 0.9, 30),
    2: Grade(8, 0.8, 30),
    3: Grade(5, 0.8, 30),
    4: Grade(8, 0.5, 60),
    5: Grade(4, 0.6, 45),
}


@dataclass(frozen=True)
class World:
    """Visits and truth. `person`, `place`, `day`, `minute` are visits; the rest is per person."""

    person: np.ndarray
    place: np.ndarray
    day: np.ndarray
    minute: np.ndarray
    care: np.ndarray
    household: np.ndarray
    cohort: np.ndarray
    ring: np.ndarray
    village: np.ndarray
    born: np.ndarray
    places: int
    days: int

    def people_of(self, ring: int) -> set[str]:
        """Person numbers of one planted ring."""
        return {person_no(i) for i in np.flatnonzero(self.ring == ring)}


def person_no(index: int) -> str:
    return f"P{index:08d}"


def make_world(
    seed: int,
    grade: Grade,
    *,
    persons: int = 20_000,
    villages: int = 40,
    city: int = 120,
    days: int = 180,
    rings: int = 20,
    camouflage: float = 1.0,
    benign: bool = True,
    visits_mean: float = 6.0,
) -> World:
    """One world. `camouflage` multiplies the ring members' ordinary visits, `visits_mean` are everybody's."""
    random = np.random.default_rng([seed, grade.events, int(grade.attendance * 100), grade.jitter])
    village = random.integers(0, villages, persons)
    household = _households(random, village)
    cohort = np.zeros(persons, dtype=int)
    ring = np.full(persons, -1)
    chunks: list[np.ndarray] = []

    def visits(who, place, day, minute, care=0) -> None:
        size = max(np.size(part) for part in (who, place, day, minute))
        columns = [np.broadcast_to(np.asarray(part), size) for part in (who, place, day, minute, care)]
        chunks.append(np.column_stack(columns).astype(np.int64))

    members: list[np.ndarray] = []
    dialysis = [random.choice(persons, 60, replace=False) for _ in range(3 if benign else 0)]
    for people in dialysis:
        cohort[people] = 1
    homes = [random.choice(np.flatnonzero(cohort == 0), 50, replace=False) for _ in range(4 if benign else 0)]
    for people in homes:
        cohort[people] = 2
    for number in range(rings):
        free = np.flatnonzero((cohort == 0) & (ring < 0))
        people = random.choice(free, random.integers(6, 16), replace=False)
        ring[people] = number
        members.append(people)

    # Ordinary visits: two thirds at the two places of the village, the rest spread over the city by
    # a heavy-tailed popularity; a third of the village visits fall on its market day (every fifth day).
    rate = random.gamma(1.2, visits_mean / 1.2, persons)
    rate = np.where(ring >= 0, rate * camouflage, rate)
    who = np.repeat(np.arange(persons), random.poisson(rate))
    size = who.size
    local = random.random(size) < 0.65
    at_home = city + 2 * village[who] + (random.random(size) < 0.3)
    in_city = np.minimum(random.zipf(1.3, size), 10**9) % city
    day = random.integers(0, days, size)
    market = local & (random.random(size) < 0.35)
    day = np.where(market, day // 5 * 5, day)
    minute = np.clip(random.normal(570, 90, size), 420, 1020)
    visits(who, np.where(local, at_home, in_city), day, minute)

    # A quarter of the households go to the doctor together now and then.
    order = np.argsort(household, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(household[order])) + 1)
    together = random.permutation(len(groups))[: len(groups) // 4] if benign else []
    for index in together:
        family = groups[index]
        if family.size < 2:
            continue
        for _ in range(random.integers(2, 10)):
            start = random.integers(480, 900)
            visits(
                family,
                city + 2 * village[family[0]],
                random.integers(0, days),
                start + random.integers(0, 20, family.size),
            )
    for number, people in enumerate(dialysis):
        shift = np.arange(people.size) % 2
        for today in range(days):
            on = np.isin(today % 7, [0, 2, 4]) & (shift == 0) | np.isin(today % 7, [1, 3, 5]) & (shift == 1)
            here = people[on & (random.random(people.size) < 0.95)]
            if here.size:
                visits(here, city - 20 + number, today, 480 + random.integers(0, 25, here.size), 1)
    for number, people in enumerate(homes):
        for today in range(random.integers(0, 14), days, 14):
            here = people[random.random(people.size) < 0.85]
            visits(here, city - 10 + number, today, 540 + random.integers(0, 90, here.size), 2)
    for people in members:
        places = random.choice(city, random.integers(1, 4), replace=False)
        for _ in range(grade.events):
            here = people[random.random(people.size) < grade.attendance]
            start = random.integers(480, 960)
            minutes = start + random.integers(0, grade.jitter, here.size)
            if here.size:
                visits(here, random.choice(places), random.integers(0, days), minutes)

    rows = np.unique(np.vstack(chunks), axis=0)
    return World(
        person=rows[:, 0], place=rows[:, 1], day=rows[:, 2], minute=rows[:, 3], care=rows[:, 4],
        household=household, cohort=cohort, ring=ring, village=village, born=np.full(persons, 1960),
        places=city + 2 * villages, days=days,
    )  # fmt: skip


def _households(random: np.random.Generator, village: np.ndarray) -> np.ndarray:
    household = np.zeros(village.size, dtype=int)
    number = 0
    for people in (np.flatnonzero(village == v) for v in np.unique(village)):
        people = random.permutation(people)
        start = 0
        while start < people.size:
            size = random.choice([1, 2, 3, 4], p=[0.3, 0.35, 0.2, 0.15])
            household[people[start : start + size]] = number
            number, start = number + 1, start + size
    return household


def landing(
    world: World, *, registers: bool = False, codes: bool = False, city: int = 120, first: int = 0
) -> dict[str, pa.Table]:
    """The world as landing tables in their declared shape; what is not asked for stays NULL.

    `registers`: household_no. `codes`: what each visit says of itself (dialysis item and diagnosis,
    care-home visits as 家庭病床). Settlements are numbered from `first`.
    """
    size = world.person.size
    numbers = [f"S{i:09d}" for i in range(first, first + size)]
    persons = np.array([person_no(i) for i in range(world.ring.size)])[world.person]
    places = np.array([f"H{i:05d}" for i in range(world.places)])[world.place]
    seconds = (world.day * 1440 + world.minute) * 60
    times = np.datetime64(FIRST_DAY, "us") + seconds.astype("timedelta64[s]").astype("timedelta64[us]")
    dates = times.astype("datetime64[D]")
    pharmacy = (world.place >= city) & (world.place % 2 == 1)
    kinds = np.where(pharmacy, "41", np.where(codes & (world.care == 1), "14", "11"))
    kinds = np.where(codes & (world.care == 2), "71", kinds)
    money = pa.array([Decimal("100.00")]).cast(pa.decimal128(16, 2))
    amount = money.take(pa.array(np.zeros(size, dtype=np.int64)))
    setl = {
        "setl_id": numbers,
        "mdtrt_id": [f"M{n}" for n in numbers],
        "psn_no": persons,
        "fixmedins_code": places,
        "insutype": ["390"] * size,
        "med_type": kinds,
        "begndate": dates,
        "enddate": dates,
        "setl_time": times,
        "refd_setl_flag": ["0"] * size,
        **dict.fromkeys(SETTLEMENT_MONEY, amount),
    }
    tables = {
        "setl_d": declared("setl_d", setl),
        "psn_info_b": declared(
            "psn_info_b",
            {
                "psn_no": [person_no(i) for i in range(world.ring.size)],
                "gend": ["1"] * world.ring.size,
                "brdy": [date(int(year), 1, 1) for year in world.born],
                **({"household_no": [f"F{h:07d}" for h in world.household]} if registers else {}),
            },
        ),
        "fixmedins_b": declared(
            "fixmedins_b",
            {
                "fixmedins_code": [f"H{i:05d}" for i in range(world.places)],
                "fixmedins_name": [f"机构{i}" for i in range(world.places)],
                "fixmedins_type": ["2" if i >= city and i % 2 else "1" for i in range(world.places)],
                "hosp_lv": ["11" if i >= city else "09" for i in range(world.places)],
                "fix_blng_admdvs": ["999900"] * world.places,
            },
        ),
    }
    if codes:
        at = np.flatnonzero(world.care == 1)
        amount = money.take(pa.array(np.zeros(at.size, dtype=np.int64)))
        claim = {
            "mdtrt_id": [f"M{numbers[i]}" for i in at],
            "setl_id": [numbers[i] for i in at],
            "psn_no": persons[at],
        }
        item = {
            "bkkp_sn": [f"L{numbers[i]}" for i in at],
            **claim,
            "fixmedins_code": places[at],
            "fee_ocur_time": times[at],
            "cnt": pa.array([Decimal(1)] * at.size),
            "pric": pa.array([Decimal(100)] * at.size),
            **dict.fromkeys(LINE_MONEY, amount),
        }
        words = {
            "med_type": "14",
            "hilist_code": "003110000000000",
            "hilist_name": "血液透析",
            "list_type": "201",
            "med_chrgitm_type": "05",
            "chrgitm_lv": "01",
        }
        item |= {name: [word] * at.size for name, word in words.items()}
        tables["fee_list_d"] = declared("fee_list_d", item)
        diagnosis = {
            "diag_info_id": [f"D{numbers[i]}" for i in at],
            **claim,
            "diag_code": ["N18.900"] * at.size,
            "maindiag_flag": ["1"] * at.size,
        }
        tables["setl_list_diag_d"] = declared("setl_list_diag_d", diagnosis)
    return tables


def declared(table: str, columns: dict[str, object]) -> pa.Table:
    """Rows in a landing table's declared shape; columns not given are NULL."""
    shape = empty(TABLES[table]).schema
    unknown = set(columns) - set(shape.names)
    if unknown:
        raise ValueError(f"{table}: no column [{sorted(unknown)[0]}]")
    size = len(next(iter(columns.values())))  # type: ignore[arg-type]
    arrays = []
    for field in shape:
        values = columns.get(field.name)
        if values is None:
            arrays.append(pa.nulls(size, field.type))
        else:
            arrays.append((values if isinstance(values, pa.Array) else pa.array(values)).cast(field.type))
    return pa.Table.from_arrays(arrays, schema=shape)


def last_day(world: World) -> date:
    """The day on which the world is looked at: its last one."""
    return FIRST_DAY + timedelta(days=world.days - 1)
