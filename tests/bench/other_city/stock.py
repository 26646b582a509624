"""Prescriptions, trace codes, stock of shops and clinics, long-term care, and the truth."""

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.bench.other_city import columns as col
from tests.bench.other_city.book import DAY
from tests.bench.other_city.catalogue import ITEMS
from tests.bench.other_city.city import City
from tests.bench.other_city.places import codes
from tests.bench.other_city.pricing import Priced
from tests.bench.other_city.write import doctor_codes, person_text, save

STEP = 9973


def prescriptions(city: City, folder: Path) -> None:
    """rx_d from the scripts of the book."""
    fields = ("person", "place", "doctor", "when")
    whole = (
        {
            name: np.concatenate(
                [np.broadcast_to(chunk[name], len(chunk["person"])) for chunk in city.book.scripts]
            )
            for name in fields
        }
        if city.book.scripts
        else {name: np.zeros(0, np.int64) for name in fields}
    )
    n = len(whole["person"])
    save(folder, "rx_d", {
        "hi_rxno": col.number("R", np.arange(n)), "psn_no": person_text(whole["person"]), "fixmedins_code": pa.array(codes(city.places)).take(pa.array(whole["place"].astype(np.int64))),
        "prsc_time": col.time(city.first, whole["when"]), "prsc_dr_code": col.choice(doctor_codes(city), whole["doctor"]), "rx_stas": pa.array(["1"] * n, pa.string()),
        "valid_end_time": col.time(city.first, whole["when"] + 3 * DAY), "rxno": col.number("C", np.arange(n)), "rx_type_code": pa.array(["1"] * n, pa.string()),
        "vali_flag": pa.array(["1"] * n, pa.string()),
    })  # fmt: skip


def traces(city: City, priced: Priced, folder: Path, bkkp: pa.Array) -> None:
    """One trace code a box for most drug lines; a refund gives the code back; a planted code is sold again."""
    lines, visits, settles = priced.lines, priced.visits, priced.settles
    drug = np.array([item.list_type == "101" and item.days > 0 for item in ITEMS])
    stay = np.isin(visits["kind"], [21, 52, 28])
    rows = np.flatnonzero(
        drug[lines["item"]] & ~stay[lines["visit"]] & (lines["settle"] >= 0) & (lines["sign"] > 0)
    )
    scanned = (rows * 48271 % 100 < 82) | (lines["trace"][rows] >= 0)
    rows = rows[scanned]
    boxes = np.clip(lines["count"][rows], 1, 6).astype(int)
    single = lines["trace"][rows] >= 0
    boxes[single] = 1
    owner = np.repeat(np.arange(len(rows)), boxes)
    serial = np.arange(len(owner)) * 7 + 50_000_000
    serial = np.where(single[owner], lines["trace"][rows][owner] + 10_000_000, serial)
    back = np.flatnonzero((lines["sign"] < 0) & (lines["source"] >= 0))
    line_of = np.full(len(lines["visit"]), -1)
    line_of[rows] = np.arange(len(rows))
    first_of = np.concatenate([[0], np.cumsum(boxes)])
    source = lines["source"][back]
    known = line_of[source] >= 0
    back, source = back[known], line_of[source[known]]
    again = np.repeat(np.arange(len(back)), boxes[source])
    shift = np.arange(len(again)) - np.repeat(np.cumsum(boxes[source]) - boxes[source], boxes[source])
    serial = np.concatenate([serial, serial[first_of[source[again]] + shift]])
    whole = np.concatenate([rows[owner], back[again]])
    sold = np.arange(len(whole)) < len(owner)
    v = lines["visit"][whole]
    product = 81_000_000 + lines["item"][whole] * 37
    when = np.where(sold, lines["when"][whole], settles["when"][lines["settle"][whole]] - 60)
    save(folder, "drug_trac_d", {
        "drug_trac_codg": pc.binary_join_element_wise(pc.cast(pa.array(product), pa.string()), col.number("", serial, 12), ""),
        "hilist_code": col.choice([item.code for item in ITEMS], lines["item"][whole]), "fixmedins_code": pa.array(codes(city.places)).take(pa.array(visits["place"][v])),
        "event": col.choice(["return", "sell"], sold.astype(int)), "event_time": col.time(city.first, when), "psn_no": person_text(visits["person"][v]),
        "setl_id": col.number("S", lines["settle"][whole]), "bkkp_sn": bkkp.take(pa.array(whole)), "trdn_flag": col.choice(["0", "1"], lines["split"][whole]),
        "vali_flag": col.choice(["1", "0"], np.asarray(visits["void"])[v].astype(int)),
    })  # fmt: skip


def inventory(city: City, priced: Priced, folder: Path) -> None:
    """Opening stock, purchases, sales with those outside insurance, closing stock of shops and small clinics; unit box."""
    lines, visits = priced.lines, priced.visits
    drug = np.array([item.list_type == "101" and item.days > 0 for item in ITEMS])
    place = visits["place"][lines["visit"]]
    small = np.isin(city.places.kind, ["pharmacy", "clinic", "station", "township"])
    own = np.flatnonzero(
        drug[lines["item"]]
        & small[place]
        & (lines["settle"] >= 0)
        & ~np.asarray(visits["void"])[lines["visit"]].astype(bool)
    )
    key = place[own] * len(ITEMS) + lines["item"][own]
    pairs, inverse = np.unique(key, return_inverse=True)
    month = (lines["when"][own] // (30 * DAY)).astype(int)
    months = int(city.days // 30 + 1)
    claimed = np.zeros((len(pairs), months))
    np.add.at(claimed, (inverse, np.minimum(month, months - 1)), lines["count"][own] * lines["sign"][own])
    claimed = np.maximum(claimed, 0)
    where, item = pairs // len(ITEMS), pairs % len(ITEMS)
    rng = np.random.default_rng(city.rng.integers(2**31))
    cash = np.round(claimed * rng.uniform(0.05, 0.5, claimed.shape))
    sales = claimed + cash
    opening = np.round(sales.sum(1) / months * rng.uniform(0.3, 1.2, len(pairs))) + 3
    bought = np.ceil(sales * rng.uniform(0.97, 1.06, sales.shape))
    ghosts = np.zeros(len(pairs), bool)
    for spot, thing, share in city.unbought:
        hit = (where == spot) & (item == thing)
        bought[hit] = np.floor(claimed[hit] * share)
        sales[hit] = claimed[hit]
        opening[hit] = 4
        ghosts |= hit
    gap = bought.sum(1) + opening - sales.sum(1)
    bought[:, -1] += np.where((gap < 0) & ~ghosts, -gap + 2, 0)
    closing = np.maximum(opening + bought.sum(1) - sales.sum(1), 0)
    rows = [(where, item, np.full(len(pairs), 0), np.full(len(pairs), 3600), opening)]
    for number in range(months):
        start = number * 30 * DAY
        if start >= city.days * DAY:
            continue
        last = min((number + 1) * 30 * DAY, city.days * DAY)
        rows.append(
            (where, item, np.full(len(pairs), 2), np.full(len(pairs), start + 8 * 3600), bought[:, number])
        )
        rows.append((where, item, np.full(len(pairs), 3), np.full(len(pairs), last - 7200), sales[:, number]))
    rows.append((where, item, np.full(len(pairs), 0), np.full(len(pairs), city.days * DAY - 1800), closing))
    where, item, kind, when, count = (np.concatenate([row[column] for row in rows]) for column in range(5))
    keep = (count > 0) | (kind == 0)
    save(folder, "drug_inv_d", {
        "fixmedins_code": pa.array(codes(city.places)).take(pa.array(where[keep])), "hilist_code": col.choice([one.code for one in ITEMS], item[keep]),
        "inv_data_type": col.choice(["1", "2", "3", "4", "5"], kind[keep]), "event_time": col.time(city.first, when[keep]), "cnt": col.decimal(np.round(count[keep] * 10**4), 4),
        "unit": pa.array(["盒"] * int(keep.sum())), "fixmedins_bchno": col.number("L", np.arange(keep.sum())), "vali_flag": pa.array(["1"] * int(keep.sum())),
    })  # fmt: skip


def care(city: City, folder: Path) -> None:
    """Long-term care at home: carers with a round of clients, three visits a week."""
    people, rng = city.people, np.random.default_rng(city.rng.integers(2**31))
    clients = np.flatnonzero((people.age > 72) & (people.frailty > 1.4) & (rng.random(people.count) < 0.12))
    rows = []
    carers = max(2, len(clients) // 6)
    for slot in range(3):
        day = np.arange(city.days)[city.weekday == 2 * slot]
        who, when = np.repeat(np.arange(len(clients)), len(day)), np.tile(day, len(clients))
        rows.append((who, when))
    who, when = (np.concatenate([row[column] for row in rows]) for column in range(2))
    start = when * DAY + 8 * 3600 + (who // carers) * 4500 + rng.integers(0, 1500, len(who))
    keep = (people.death_day[clients[who]] > when) & (rng.random(len(who)) < 0.9)
    who, start = who[keep], start[keep]
    n = len(who)
    place = city.places.of("station", "township")
    home = place[(who % carers) % len(place)]
    sums = np.full(n, 6500, np.int64)
    save(folder, "ltc_serv_d", {
        "serv_id": col.number("L", np.arange(n)), "psn_no": person_text(clients[who]), "fixmedins_code": pa.array(codes(city.places)).take(pa.array(home)),
        "care_psn_no": col.number("K", who % carers, 6), "serv_begntime": col.time(city.first, start), "serv_endtime": col.time(city.first, start + 3600 + rng.integers(-300, 300, n)),
        "serv_type": pa.array(["1"] * n, pa.string()), "cnt": col.decimal(np.full(n, 10**4), 4), "sumamt": col.decimal(sums, 2), "fund_pay_sumamt": col.decimal(sums * 9 // 10, 2),
        "ass_lv": pa.array(["3"] * n, pa.string()), "vali_flag": pa.array(["1"] * n, pa.string()),
    })  # fmt: skip


def truth(city: City, priced: Priced, folder: Path, ids: dict[str, pa.Array]) -> dict[str, int]:
    """scheme.csv, event.csv, lookalike.csv; money of a scheme is the fund's share of the wrong part of its lines."""
    lines, visits, settles = priced.lines, priced.visits, priced.settles
    code, staff = codes(city.places), doctor_codes(city)
    name = {
        "institution": lambda one: code[one],
        "pharmacy": lambda one: code[one],
        "doctor": lambda one: staff[one],
        "person": lambda one: f"3417{one * 13 + 20000017:010d}",
    }
    rows = np.flatnonzero((lines["story"] >= 0) & (lines["settle"] >= 0) & (lines["bad"] > 0))
    story, v = lines["story"][rows], lines["visit"][rows]
    wrong = lines["scope"][rows] * lines["bad"][rows]
    scope = np.maximum(settles["scope"][lines["settle"][rows]], 1)
    lost = wrong * settles["fund"][lines["settle"][rows]] / scope
    own = {
        "institution": visits["place"][v],
        "pharmacy": visits["place"][v],
        "doctor": lines["doctor"][rows],
        "person": visits["person"][v],
    }
    day = lines["when"][rows] // DAY
    out = []
    for scheme, kind, member, role in city.truth.parties:
        hit = story == scheme
        mine = hit & (own[kind] == member)
        days = day[mine] if mine.any() else day[hit]
        if not len(days):
            continue
        first, last = (
            city.dates()[int(np.clip(edge, 0, city.days - 1))] for edge in (days.min(), days.max())
        )
        label, grade = city.truth.schemes[scheme]
        out.append(
            (
                f"X{scheme:04d}",
                label,
                grade,
                kind,
                name[kind](member),
                role,
                first.isoformat(),
                last.isoformat(),
                f"{lost[mine].sum() / 100:.2f}",
            )
        )
    _csv(
        folder,
        "scheme",
        [
            "scheme_id",
            "scheme",
            "grade",
            "party_type",
            "party_id",
            "role",
            "period_from",
            "period_to",
            "fund_amt",
        ],
        out,
    )
    setl, bkkp = (
        ids["setl"].take(pa.array(lines["settle"][rows])).to_pylist(),
        ids["bkkp"].take(pa.array(rows)).to_pylist(),
    )
    events = [
        (f"X{one:04d}", s, b, f"{amount / 100:.2f}")
        for one, s, b, amount in zip(story, setl, bkkp, wrong, strict=True)
    ]
    _csv(folder, "event", ["scheme_id", "setl_id", "bkkp_sn", "vola_amt"], events)
    guilty = {row[1:3] for row in city.truth.parties}
    seeming = [row for row in city.truth.lookalikes if row[1:] not in guilty]
    _csv(
        folder,
        "lookalike",
        ["kind", "party_type", "party_id"],
        [(kind, party, name[party](member)) for kind, party, member in seeming],
    )
    parties = city.people.count + city.places.count + len(city.places.doctor_place)
    return {
        "parties": parties,
        "planted": len({row[3:5] for row in out}),
        "schemes": len({row[0] for row in out}),
        "events": len(events),
        "lookalikes": len(seeming),
    }


def _csv(folder: Path, name: str, header: list[str], rows: list[tuple]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
