"""From visits and lines to amounts in cents: price, parts of the catalogue, what the fund, the account and the person pay."""

from dataclasses import dataclass

import numpy as np

from tests.bench.other_city.book import DAY
from tests.bench.other_city.catalogue import ITEMS
from tests.bench.other_city.city import City
from tests.bench.other_city.places import KINDS
from tests.bench.other_city.tidy import tidy

GRADE = np.array([int(item.grade) for item in ITEMS])
PRICE = np.array([item.price for item in ITEMS])
CAP = np.array([item.cap for item in ITEMS])
SERVICE = np.array([item.list_type == "201" for item in ITEMS])


@dataclass
class Priced:
    """Settlements and lines ready to be written; amounts are whole cents, refunds negative."""

    visits: dict[str, np.ndarray]
    settles: dict[str, np.ndarray]
    lines: dict[str, np.ndarray]


def _lines(city: City, visits: dict, lines: dict) -> dict:
    """Unit price by kind of place, parts by class of item."""
    item, place = lines["item"], visits["place"][lines["visit"]]
    factor = np.array([KINDS[kind][2] for kind in city.places.kind])[place]
    tilt = 0.94 + 0.1 * ((place * 7919 + item * 104729) % 97) / 97
    price = np.round(PRICE[item] * factor * tilt, 2)
    price = np.where(CAP[item] > 0, np.minimum(price, CAP[item]), price)
    price = np.where(np.isnan(lines["price"]), price, np.round(lines["price"], 2))
    total = np.round(lines["count"] * price * 100 + 1e-7).astype(np.int64)
    own = np.where(GRADE[item] == 3, total, 0)
    before = np.where(GRADE[item] == 2, np.round(total * 0.1), 0).astype(np.int64)
    scope = total - own - before
    return lines | {
        "price": price,
        "total": total,
        "own": own,
        "before": before,
        "scope": scope,
        "place": place,
    }


def _sum(lines: dict, name: str, size: int) -> np.ndarray:
    return np.bincount(lines["visit"], weights=lines[name], minlength=size).astype(np.int64)


def _shares(city: City, visits: dict) -> tuple[np.ndarray, np.ndarray]:
    """Share paid by the pool and deductible in cents of each visit."""
    kind, person = visits["kind"], visits["person"]
    where = city.places.kind[visits["place"]]
    work, old = city.people.employed[person], city.people.retired[person]
    stay = np.isin(kind, [21, 52, 28])
    big, small = (
        np.isin(where, ["tertiary", "away"]),
        np.isin(where, ["township", "station", "village", "hospice", "clinic"]),
    )
    in_ward = np.where(work, np.where(old, 0.95, 0.92), np.where(big, 0.68, np.where(small, 0.88, 0.8)))
    out = np.where(work, 0.62, np.where(small, 0.55, 0.4))
    chronic = np.where(work, 0.82, 0.66)
    pooled_shop = city.pooled(visits["place"]) & work
    share = np.where(
        stay,
        in_ward,
        np.where(kind == 14, chronic, np.where(kind == 41, np.where(pooled_shop, 0.5, 0.0), out)),
    )
    share = np.where(visits["disease"] == -7, 0.8, share)
    ward_start = np.where(big, 90000, np.where(small, 20000, 50000))
    return share, np.where(stay & (kind != 52), ward_start, 0).astype(np.int64)


def _settle(city: City, visits: dict, lines: dict) -> dict:
    """One header a settled visit: fund, aid, account, cash, hospital part."""
    size = len(visits["person"])
    head = {name: _sum(lines, name, size) for name in ("total", "own", "before", "scope")}
    share, start = _shares(city, visits)
    work = city.people.employed[visits["person"]]
    start = np.where(visits["waived"] == 1, 0, np.minimum(start, head["scope"]))
    pool = np.round((head["scope"] - start) * share).astype(np.int64)
    aided = city.people.aided[visits["person"]]
    aid = np.where(aided, np.round((head["scope"] - pool) * 0.7), 0).astype(np.int64)
    aid = np.where(visits["kind"] == 41, 0, aid)
    fund = pool + aid
    rest = head["total"] - fund
    pays = np.where(visits["fixed_pay"] >= 0, np.minimum(visits["fixed_pay"], rest), rest)
    hospital = rest - pays
    account = np.where(work & ((visits["person"] * 31 + visits["begin"] // DAY) % 10 < 8), pays, 0)
    account = np.where(np.isin(visits["kind"], [21, 52]), np.minimum(account, 60000), account)
    late = np.where(np.isin(visits["kind"], [21, 52, 28]), 5400, np.where(visits["kind"] == 41, 60, 1500))
    when = np.where(visits["settle"] >= 0, visits["settle"], visits["end"] + late)
    return head | {
        "start": start,
        "pool": pool,
        "aid": aid,
        "fund": fund,
        "pays": pays,
        "hospital": hospital,
        "account": account,
        "when": when,
    }


def price(city: City) -> Priced:
    """Amounts of everything in the book; refunds and renewed bills are added as rows of their own."""
    visits, lines = city.book.frozen()
    limit = city.days * DAY
    gone = tidy(city, visits)
    for edge in ("begin", "end"):
        visits[edge] = np.where(gone, limit + DAY, visits[edge])
    open_stay = visits["end"] >= limit
    visits["open"] = open_stay
    keep = ~(open_stay[lines["visit"]] & (lines["when"] >= limit)) & (visits["begin"][lines["visit"]] < limit)
    lines = {name: column[keep] for name, column in lines.items()}
    lines = _lines(city, visits, lines)
    head = _settle(city, visits, lines)
    billed = np.flatnonzero(~open_stay & (np.bincount(lines["visit"], minlength=len(open_stay)) > 0))
    settles = {name: column[billed] for name, column in head.items()}
    settles |= {"visit": billed, "sign": np.ones(len(billed), np.int64), "source": np.full(len(billed), -1)}
    number_of = np.full(len(open_stay), -1)
    number_of[billed] = np.arange(len(billed))
    lines["settle"], lines["sign"], lines["source"] = (
        number_of[lines["visit"]],
        np.ones(len(lines["visit"]), np.int64),
        np.full(len(lines["visit"]), -1),
    )
    back = np.flatnonzero(
        (visits["refund_after"][billed] >= 0) & (settles["when"] + visits["refund_after"][billed] < limit)
    )
    wrong = lines["bad"].copy()
    for sign in (-1, 1):
        chosen = back if sign < 0 else back[visits["resettled"][billed[back]] > 0]
        if not len(chosen):
            continue
        base = len(settles["visit"])
        extra = {name: column[chosen].copy() for name, column in settles.items()}
        extra["when"] = extra["when"] + visits["refund_after"][billed[chosen]] + (0 if sign < 0 else 900)
        extra["sign"] = np.full(len(chosen), sign)
        extra["source"] = chosen if sign < 0 else np.full(len(chosen), -1)
        target = np.full(len(billed), -1)
        target[chosen] = np.arange(base, base + len(chosen))
        rows = np.flatnonzero((lines["settle"] >= 0) & (lines["settle"] < len(billed)))
        rows = rows[target[lines["settle"][rows]] >= 0]
        more = {name: column[rows].copy() for name, column in lines.items()}
        more["settle"], more["sign"] = target[lines["settle"][rows]], np.full(len(rows), sign)
        more["source"] = rows if sign < 0 else np.full(len(rows), -1)
        more["bad"] = np.zeros(len(rows)) if sign < 0 else wrong[rows]
        lines["bad"][rows] = 0.0
        lines = {name: np.concatenate([lines[name], more[name]]) for name in lines}
        settles = {name: np.concatenate([settles[name], extra[name]]) for name in settles}
    return Priced(visits, settles, lines)
