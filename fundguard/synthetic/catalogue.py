"""The items that can be charged: ordinary ones from `data/`, limited ones from the knowledge tables.

Prices are synthetic. Ordinary items carry no limit. A limited item (one sex, children, a level, a
setting, a pair, a cap) is a real published code; a code that stands in two limit tables is left out, so
that a lawful use breaks nothing else.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from fundguard.synthetic import limited_items
from fundguard.synthetic.columnar import Array
from rules_kb.knowledge import FOLDER, load

DATA = Path(__file__).parent / "data"

_LIMIT_TABLES = (
    "drug_sex_limit",
    "drug_age_limit",
    "drug_level_limit",
    "drug_setting_limit",
    "drug_course_limit",
    "drug_insurance_limit",
    "drug_indication_diagnosis",
    "drug_indication_text",
    "drug_second_line",
)
# Before this day some of the published limits were not yet in force: their codes are used all the same.
FIRST_COMPLETE = date(2026, 3, 1)
_READ = {
    "hilist_code",
    "hilist_name",
    "main_code",
    "main_name",
    "window",
    "gend",
    "except_text",
    "limit_kind",
    "level_min",
    "specialty",
    "first_prescription_only",
    "settings",
}
_KEEP = 24  # codes kept of each limited pool, one per name


@dataclass
class Catalogue:
    """Items as parallel lists, and pools: named groups of item positions sorted by price.

    price in cents; prop = self-pay share in ten-thousandths; cap = price ceiling in cents (-1 none);
    pack_days = days one pack lasts (0 none); minutes = clinician time of one unit.
    """

    code: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    list_type: list[str] = field(default_factory=list)
    charge: list[str] = field(default_factory=list)
    lv: list[str] = field(default_factory=list)
    unit: list[str] = field(default_factory=list)
    price: list[int] = field(default_factory=list)
    prop: list[int] = field(default_factory=list)
    cap: list[int] = field(default_factory=list)
    pack_days: list[int] = field(default_factory=list)
    minutes: list[int] = field(default_factory=list)
    by_code: dict[str, int] = field(default_factory=dict)
    pools: dict[str, list[int]] = field(default_factory=dict)
    pairs: list[tuple[int, int, str]] = field(default_factory=list)  # component, main, window
    caps: dict[int, int] = field(default_factory=dict)  # item → most units a day
    ordinary: int = 0  # so many items are charged by ordinary visits; those after them by plants alone
    since: dict[int, int] = field(default_factory=dict)  # item → first day its limit is in force
    courses: dict[int, int] = field(default_factory=dict)  # item → days paid
    pairs_of: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # kind → component, main

    def add(
        self,
        code: str,
        name: str,
        pool: str,
        *,
        list_type: str,
        charge: str,
        price: float,
        lv: str = "01",
        unit: str = "次",
        pack_days: int = 0,
        minutes: int = 0,
        prop: int | None = None,
    ) -> int:
        """Adds an item once (a second call only joins another pool); gives its position."""
        if code not in self.by_code:
            self.by_code[code] = len(self.code)
            self.code.append(code)
            self.name.append(name)
            self.list_type.append(list_type)
            self.charge.append(charge)
            self.lv.append(lv)
            self.unit.append(unit)
            self.price.append(max(1, round(price * 100)))
            self.prop.append({"01": 0, "02": 1000, "03": 10000}[lv] if prop is None else prop)
            self.cap.append(-1)
            self.pack_days.append(pack_days)
            self.minutes.append(minutes)
        position = self.by_code[code]
        members = self.pools.setdefault(pool, [])
        if position not in members:
            members.append(position)
        return position

    def freeze(self) -> "Frozen":
        """The catalogue as arrays, pools laid end to end and sorted by price."""
        return Frozen(self)


class Frozen:
    """Array view of a catalogue: `price[i]` …, and `pick` to draw items of a pool near a price."""

    def __init__(self, source: Catalogue) -> None:
        self.code, self.name = pa.array(source.code), pa.array(source.name)
        self.unit = pa.array(source.unit)
        self.list_types = sorted(set(source.list_type))
        self.charges = sorted(set(source.charge))
        self.lvs = sorted(set(source.lv))
        self.list_type = np.array([self.list_types.index(x) for x in source.list_type], dtype=np.int32)
        self.charge = np.array([self.charges.index(x) for x in source.charge], dtype=np.int32)
        self.lv = np.array([self.lvs.index(x) for x in source.lv], dtype=np.int32)
        self.price = np.array(source.price, dtype=np.int64)
        self.prop = np.array(source.prop, dtype=np.int64)
        self.cap = np.array(source.cap, dtype=np.int64)
        self.pack_days = np.array(source.pack_days, dtype=np.int64)
        self.minutes = np.array(source.minutes, dtype=np.int64)
        self.is_drug = self.list_type == self.list_types.index("101")
        self.is_service = self.list_type == self.list_types.index("201")
        self.codes, self.names = source.code, source.name
        self.by_code, self.pairs, self.caps = source.by_code, source.pairs, source.caps
        self.ordinary, self.since, self.courses = source.ordinary, source.since, source.courses
        self.pairs_of = source.pairs_of
        self.pool_id = {name: number for number, name in enumerate(sorted(source.pools))}
        self.pools = {
            name: np.array(sorted(source.pools[name], key=lambda i: (source.price[i], source.code[i])))
            for name in self.pool_id
        }
        self._items = np.concatenate(list(self.pools.values()))
        sizes = np.array([len(pool) for pool in self.pools.values()])
        self._start = np.concatenate([[0], np.cumsum(sizes)])
        self._key = np.log(self.price[self._items]) + 100.0 * np.repeat(np.arange(len(sizes)), sizes)

    def pool(self, name: str) -> Array:
        """Items of a pool, or of a code (`code:…`) or a name (`name:…`)."""
        kind, _, value = name.partition(":")
        if kind == "code":
            return np.array([self.by_code[value]])
        if kind == "name":
            return np.array([number for number, known in enumerate(self.names) if known == value])
        return self.pools[name]

    def pick(self, rng: np.random.Generator, pool: Array, cents: Array) -> Array:
        """For each line an item of its pool whose price is near `cents`, give or take a place."""
        at = np.searchsorted(self._key, 100.0 * pool + np.log(np.maximum(cents, 1.0)))
        at = at + rng.integers(-1, 2, len(at))
        return self._items[np.clip(at, self._start[pool], self._start[pool + 1] - 1)]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _ordinary(catalogue: Catalogue, rng: np.random.Generator) -> None:
    makers = ((0.45, 10123), (0.7, 10666), (1.0, 12699), (1.5, 14102), (2.4, 17863))
    for table, head, list_type, charge in (
        ("drugs", "X", "101", "09"),
        ("infusions", "X", "101", "09"),
        ("patent_medicines", "Z", "101", "11"),
    ):
        for row in _rows(table):
            for number, (factor, maker) in enumerate(makers):
                middle = f"A001{number + 1:02d}01" if head == "X" else f"{number + 1:02d}01"
                catalogue.add(
                    f"{head}{row['stem']}{middle}{maker:05d}",
                    row["name"],
                    "drug_" + row["group"],
                    list_type=list_type,
                    charge=charge,
                    price=float(row["price"]) * factor * rng.uniform(0.93, 1.07),
                    lv=row["lv"],
                    unit=row["unit"],
                    pack_days=int(row["pack_days"]),
                )
    for row in _rows("services"):
        catalogue.add(
            row["code"],
            row["name"],
            row["pool"],
            list_type="201",
            charge=row["charge"],
            price=float(row["price"]),
            lv=row["lv"],
            unit=row["unit"],
            minutes=int(row["minutes"]),
        )
    for row in _rows("consumables"):
        price = float(row["price"])
        at = catalogue.add(
            row["code"],
            row["name"],
            row["pool"],
            list_type="301",
            charge="08",
            price=price,
            lv=row["lv"],
            unit="个",
        )
        if price > 300:
            # A ceiling on high-value consumables, a little under the price: part is over the limit.
            catalogue.cap[at] = int(catalogue.price[at] * 0.95)
            catalogue.pools.setdefault("implant", []).append(at)
    for row in _rows("pieces"):
        catalogue.add(
            row["code"],
            row["name"],
            "piece",
            list_type="102",
            charge="10",
            price=float(row["price"]),
            unit="克",
        )


def _in_force(name: str, day: date) -> list[dict[str, Any]]:
    arrow = load(name).in_force(day)
    rows: list[dict[str, Any]] = arrow.select(
        [name for name in arrow.column_names if name in _READ]
    ).to_pylist()
    return rows


def _limited(catalogue: Catalogue, day: date, rng: np.random.Generator) -> None:
    known = {
        name: _in_force(name, day)
        for name in (*_LIMIT_TABLES, "service_sex_limit", "service_age_limit", "service_repeat_charge")
        if (FOLDER / f"{name}.yaml").exists()
    }
    seen: dict[str, set[str]] = {}
    for name in _LIMIT_TABLES:
        for row in known.get(name, ()):
            seen.setdefault(row["hilist_code"], set()).add(name)

    def take(
        pool: str, table: str, wanted: Callable[[dict[str, Any]], bool], price: float, alone: bool = True
    ) -> None:
        names: set[str] = set()
        for row in sorted(known.get(table, ()), key=lambda r: (r["hilist_name"] or "", r["hilist_code"])):
            code, name = row["hilist_code"], row["hilist_name"] or row["hilist_code"]
            if name in names or not wanted(row) or (alone and len(seen.get(code, ())) > 1):
                continue
            names.add(name)
            drug = code[:1] in "XZ"
            catalogue.add(
                code,
                name,
                pool,
                list_type={"X": "101", "Z": "101"}.get(code[:1], "201"),
                charge="09" if drug else "05",
                price=price * float(rng.lognormal(0, 0.5)),
                lv="02" if drug else "01",
                unit="盒" if drug else "次",
                pack_days=7 if drug else 0,
                minutes=0 if drug else 20,
            )
            if len(names) >= _KEEP:
                break

    for sex, word in (("2", "female"), ("1", "male")):

        def of_sex(row: dict[str, Any], sex: str = sex) -> bool:
            return row["gend"] == sex and not row["except_text"]

        take(f"drug_{word}", "drug_sex_limit", of_sex, 32)
        take(f"service_{word}", "service_sex_limit", of_sex, 90)
    # Insured children only: a drug for a child that is paid for children alone, with or without a range.
    take("drug_child", "drug_age_limit", lambda row: row["limit_kind"] == "children_only", 18)
    take("drug_child_paid", "drug_age_limit", lambda row: row["limit_kind"] == "children_payable", 30, False)
    take(
        "drug_level",
        "drug_level_limit",
        lambda row: row["level_min"] == 2 and not row["specialty"] and not row["first_prescription_only"],
        60,
    )
    take("drug_inpatient", "drug_setting_limit", lambda row: row["settings"] == "inpatient", 70)
    take("drug_emergency", "drug_setting_limit", lambda row: "emergency" in row["settings"], 55)
    _pairs(catalogue, known.get("service_repeat_charge", []), rng)
    for row in load("service_day_cap").in_force(day).to_pylist():
        code = row["hilist_code"]
        if code not in catalogue.by_code and row["cap_unit"] == "hour":
            _service(catalogue, code, row["hilist_name"], "hour_capped", 6)
        if code in catalogue.by_code:
            catalogue.caps[catalogue.by_code[code]] = int(row["cap"])


def _service(catalogue: Catalogue, code: str, name: str, pool: str, price: float) -> int:
    return catalogue.add(code, name, pool, list_type="201", charge="05", price=price, minutes=20)


def _pairs(catalogue: Catalogue, rows: list[dict[str, Any]], rng: np.random.Generator) -> None:
    """Pairs of a component and the item that contains it; no main item joins an ordinary pool."""
    sexed = {code for pool in ("service_female", "service_male") for code in catalogue.pools.get(pool, ())}
    mains: dict[str, int] = {}
    for row in sorted(rows, key=lambda r: (r["window"], r["main_code"], r["hilist_code"])):
        if row["window"] != "day" or mains.get(row["main_code"], 0) >= 2 or len(catalogue.pairs) >= 40:
            continue
        mains[row["main_code"]] = mains.get(row["main_code"], 0) + 1
        price = float(rng.lognormal(3.6, 0.6))
        component = _service(catalogue, row["hilist_code"], row["hilist_name"], "pair_component", price)
        main = _service(catalogue, row["main_code"], row["main_name"], "pair_main", price * 2.5)
        if not sexed & {component, main} and component != main:
            catalogue.pairs.append((component, main, row["window"]))


def build(seed: np.random.SeedSequence, day: date) -> Frozen:
    """The whole catalogue as in force on `day`; synthetic prices drawn from `seed`."""
    rng = np.random.default_rng(seed)
    day = max(day, FIRST_COMPLETE)
    catalogue = Catalogue()
    _ordinary(catalogue, rng)
    _limited(catalogue, day, rng)
    # An ordinary pool must not hold an item that contains another one.
    mains = {main for _, main, _ in catalogue.pairs}
    mains |= {
        catalogue.by_code[row["main_code"]]
        for row in load("service_repeat_charge").in_force(day).to_pylist()
        if row["main_code"] in catalogue.by_code
    }
    for pool, members in catalogue.pools.items():
        if not pool.startswith("pair_"):
            catalogue.pools[pool] = [item for item in members if item not in mains] or members
    catalogue.ordinary = len(catalogue.code)
    limited_items.add(catalogue, day, np.random.default_rng(seed.spawn(1)[0]))
    return catalogue.freeze()
