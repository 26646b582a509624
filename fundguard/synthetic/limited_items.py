"""Items that plants alone charge: limited codes of the knowledge tables, and named items of `data/`.

They stand behind the ordinary items, so that a city without rule plants is the same with and without
them. `since` is the first day on which an item's limit is in force.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from rules_kb.knowledge import load

if TYPE_CHECKING:
    from fundguard.synthetic.catalogue import Catalogue

Row = dict[str, Any]
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class _Pool:
    """Codes of one table that go into one pool: at most `most`, one per name, in no table of `apart`."""

    table: str
    wanted: Callable[[Row], bool]
    price: float
    apart: tuple[str, ...] = ()
    most: int = 8
    charge: str = "09"


_DRUG_LIMITS = (
    "drug_sex_limit",
    "drug_age_limit",
    "drug_level_limit",
    "drug_setting_limit",
    "drug_course_limit",
    "drug_insurance_limit",
    "drug_indication_text",
    "drug_second_line",
)


def _others(*own: str) -> tuple[str, ...]:
    return tuple(name for name in _DRUG_LIMITS if name not in own)


def _child(basis: str) -> Callable[[Row], bool]:
    return lambda row: row["limit_kind"] == "children_only" and row["person_basis"] == basis


def _named(part: str) -> Callable[[Row], bool]:
    return lambda row: part in (row["hilist_name"] or "")


def _surgery(group: str) -> Callable[[Row], bool]:
    return lambda row: row["surgery_group"] == group


POOLS: dict[str, _Pool] = {
    "work_injury": _Pool(
        "drug_insurance_limit",
        lambda row: row["insurance"] == "work_injury",
        45,
        _others("drug_insurance_limit"),
    ),
    "maternity": _Pool("drug_insurance_limit", lambda row: row["insurance"] == "maternity", 60, ()),
    "second_line": _Pool("drug_second_line", _named("他克莫司软膏"), 52, ()),
    "second_line_diabetes": _Pool("drug_second_line", _named("艾托格列净"), 66, ()),
    "for_osteoporosis": _Pool("drug_indication_diagnosis", _named("艾地骨化醇"), 70, _DRUG_LIMITS[:-2]),
    "for_renal": _Pool("drug_indication_diagnosis", _named("醋酸钙"), 48, _DRUG_LIMITS[:-2]),
    "for_diabetes": _Pool("drug_indication_diagnosis", _named("艾塞那肽"), 88, _DRUG_LIMITS[:-2]),
    "course_drug": _Pool(
        "drug_course_limit",
        lambda row: row["count_mode"] == "distinct_days_total" and not row["start_within_hours"],
        40,
        _others("drug_course_limit"),
    ),
    "course_drug_stay": _Pool(
        "drug_course_limit", lambda row: row["count_mode"] == "per_stay_days" and row["course_days"] == 14, 55
    ),
    "child_of_patient": _Pool(
        "drug_age_limit", _child("patient"), 18, (*_others("drug_age_limit"), "drug_duplicate_group")
    ),
    "child_of_insured": _Pool(
        "drug_age_limit", _child("insured"), 18, (*_others("drug_age_limit"), "drug_duplicate_group")
    ),
    "first_prescription": _Pool("drug_level_limit", lambda row: row["first_prescription_only"] == 1, 160),
    "service_child": _Pool(
        "service_age_limit",
        lambda row: row["age_group"] == "child" and not row["hilist_code"].startswith("0033"),
        40,
        ("service_sex_limit", "service_day_cap", "service_period_cap", "service_repeat_charge"),
        charge="05",
    ),
    "service_excepted": _Pool(
        "service_sex_limit", lambda row: row["except_text"] == "儿童除外", 60, charge="05"
    ),
    "service_newborn": _Pool(
        "service_age_limit",
        lambda row: row["age_group"] == "newborn",
        30,
        ("service_repeat_charge", "service_day_cap"),
        charge="05",
    ),
    "service_working_age": _Pool(
        "service_age_limit", lambda row: row["limit_kind"] == "working_age", 45, charge="05"
    ),
    "service_course": _Pool("service_course_limit", lambda row: row["course_days"] == 30, 40, charge="05"),
    "service_period": _Pool(
        "service_period_cap", lambda row: row["hilist_code"].startswith("0025"), 60, most=3, charge="04"
    ),
    "opioid": _Pool("drug_internet_exclusion", lambda row: True, 75, _DRUG_LIMITS),
    "piece_never": _Pool("tcm_piece_limit", lambda row: row["pay_mode"] == "any", 6, charge="10"),
    "piece_single": _Pool("tcm_piece_limit", lambda row: row["pay_mode"] == "single", 0.8, charge="10"),
    "piece_company": _Pool(
        "tcm_piece_limit", lambda row: row["pay_mode"] == "single", 0.3, most=24, charge="10"
    ),
    "surgery_bowel": _Pool(
        "surgery_discount_group",
        _surgery("胃肠手术组"),
        900,
        ("service_repeat_charge", "service_sex_limit"),
        6,
        "06",
    ),
    "surgery_bladder": _Pool(
        "surgery_discount_group",
        _surgery("膀胱尿道手术组"),
        800,
        ("service_repeat_charge", "service_sex_limit"),
        6,
        "06",
    ),
}
_WINDOWS = {"stay": 8, "6h": 4, "hour": 4}


def add(catalogue: "Catalogue", day: date, rng: np.random.Generator) -> None:
    """Adds all plant items in force on `day`, their pools, courses and pairs."""
    names = {pool.table for pool in POOLS.values()} | {t for pool in POOLS.values() for t in pool.apart}
    tables: dict[str, list[Row]] = {}
    for name in sorted(names | {"service_repeat_charge", "service_sex_limit"}):
        tables[name] = load(name).in_force(day).to_pylist()
    codes = {name: {row.get("hilist_code") for row in rows} for name, rows in tables.items()}
    prefixes = tuple(row["hilist_prefix"] for row in tables["drug_duplicate_group"])
    for name, pool in POOLS.items():
        seen: set[str] = set()
        for row in sorted(
            tables[pool.table], key=lambda r: (r["begndate"], r["hilist_name"] or "", r["hilist_code"])
        ):
            code, title = row["hilist_code"], row["hilist_name"] or row["hilist_code"]
            barred = any(code in codes[table] for table in pool.apart)
            barred |= "drug_duplicate_group" in pool.apart and code.startswith(prefixes)
            if barred or title in seen or len(seen) >= pool.most or not pool.wanted(row):
                continue
            seen.add(title)
            item = _item(catalogue, code, title, name, pool.charge, pool.price * float(rng.lognormal(0, 0.3)))
            catalogue.since[item] = (row["begndate"] - _EPOCH).days
            if pool.charge == "06":
                catalogue.cap[item] = catalogue.price[item]  # a government price
            if row.get("course_days"):
                catalogue.courses[item] = int(row["course_days"])
    _named_items(catalogue)
    _pairs(catalogue, tables, rng)


def _item(catalogue: "Catalogue", code: str, name: str, pool: str, charge: str, price: float) -> int:
    # interfaces.md hilist_type: 101 western and Chinese patent medicine, 102 decoction pieces.
    kind = {"X": "101", "Z": "101", "T": "102"}.get(code[:1], "201")
    drug = kind == "101"
    return catalogue.add(
        code,
        name,
        pool,
        list_type=kind,
        charge="11" if code[:1] == "Z" else charge,
        price=price,
        lv="02" if drug else "01",
        unit="盒" if drug else "克" if kind == "102" else "次",
        pack_days=7 if drug else 0,
    )


def _named_items(catalogue: "Catalogue") -> None:
    from fundguard.synthetic.catalogue import DATA

    with (DATA / "plant_items.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            item = catalogue.add(
                row["code"],
                row["name"],
                row["pool"],
                list_type=row["list_type"],
                charge=row["charge"],
                price=float(row["price"]),
                lv=row["lv"],
                unit=row["unit"],
                pack_days=int(row["pack_days"] or 0),
            )
            if row["ceiling"]:
                catalogue.cap[item] = int(row["ceiling"]) * 100
            if row["since"]:
                catalogue.since[item] = (date.fromisoformat(row["since"]) - _EPOCH).days


def _pairs(catalogue: "Catalogue", tables: dict[str, list[Row]], rng: np.random.Generator) -> None:
    """Pairs of the windows that are not a day: component and the item that contains it."""
    sexed = {row["hilist_code"] for row in tables["service_sex_limit"]}
    # Codes that begin like a component of a pair and are none: pairs are of exact codes.
    near_codes = catalogue.pairs_of.setdefault("variant", [])
    for component, main, _ in catalogue.pairs[:4]:
        code, name = catalogue.code[component], catalogue.name[component]
        variant = _item(catalogue, f"{code[:11]}9900", f"{name}(其他)", "pair_plant", "05", 40.0)
        near_codes.append((variant, main))
    for window, most in _WINDOWS.items():
        found = catalogue.pairs_of.setdefault(window, [])
        mains: set[str] = set()
        for row in sorted(tables["service_repeat_charge"], key=lambda r: (r["main_code"], r["hilist_code"])):
            both = {row["main_code"], row["hilist_code"]}
            if row["window"] != window or len(found) >= most or row["main_code"] in mains:
                continue
            if window == "stay" and both & sexed:
                continue
            mains.add(row["main_code"])
            price = float(rng.lognormal(4.0, 0.4))
            charge = "06" if row["main_code"].startswith("0033") and window == "stay" else "05"
            component = _item(catalogue, row["hilist_code"], row["hilist_name"], "pair_plant", charge, price)
            main = _item(catalogue, row["main_code"], row["main_name"], "pair_plant", charge, price * 2.5)
            found.append((component, main))
