"""From lines to headers: who pays what, in exact cents (identities A1–A4, A10).

Deductibles, ratios and large-sum cover are synthetic, set so that the fund's share of what is in scope
comes out as in the national bulletin.
"""

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.city import People, Places
from fundguard.synthetic.columnar import Array
from fundguard.synthetic.lines import Lines

# By rank 0 … 3: yuan of deductible, and share the pool pays above it; employee, resident.
_DEDUCTIBLE = (np.array([200, 300, 500, 800]), np.array([150, 250, 450, 900]))
_RATIO = (np.array([0.95, 0.94, 0.92, 0.885]), np.array([0.86, 0.83, 0.74, 0.645]))
PARTS = ("hifp", "hifmi", "hifob", "maf")


def _sum(lines: Lines, name: str, size: int) -> Array:
    total = np.bincount(lines.visit, lines.columns[name].astype(np.float64), size)
    return np.round(total).astype(np.int64)


def settle(
    chunk: v.Visits, lines: Lines, people: People, places: Places, rng: np.random.Generator
) -> tuple[dict[str, Array], Array]:
    """Header amounts in cents, one entry per visit of the chunk."""
    size = len(chunk)
    head = {name: _sum(lines, name, size) for name in ("det", "own", "over", "before", "scope")}
    surplus = _sum(lines, "short", size)
    head["det"] += surplus
    head["scope"] += surplus
    employee = people.employee[chunk.person] ^ (chunk.flags & v.RESIDENT_FUND > 0)
    rank = places.rank[chunk.place]
    scope = head["scope"]
    kind = chunk.kind
    stay = v.STAYS[kind]
    # A stay continued inside a medical community counts one deductible.
    deductible = np.where(employee, _DEDUCTIBLE[0][rank], _DEDUCTIBLE[1][rank]) * 100
    deductible = np.where(
        stay & (chunk.link < 0) & (kind != v.KIND["chemo"]), np.minimum(deductible, scope), 0
    )
    share = np.where(employee, _RATIO[0][rank], _RATIO[1][rank])
    chronic = np.isin(kind, [v.KIND["chronic"], v.KIND["dialysis"], v.KIND["special"]])
    share = np.where(chronic, np.where(employee, 0.85, 0.68), share)
    plain = np.isin(kind, [v.KIND[k] for k in ("outpatient", "emergency", "village", "therapy")])
    share = np.where(plain, np.where(employee, 0.55, np.where(rank <= 1, 0.5, 0.2)), share)
    at_pharmacy = kind == v.KIND["pharmacy"]
    share = np.where(at_pharmacy, np.where(employee & (chunk.person % 4 == 0), 0.5, 0.0), share)
    share = np.where(kind == v.KIND["checkup"], 0.0, share)
    hifp = np.floor((scope - deductible) * share).astype(np.int64)
    left = scope - hifp
    large = np.where(stay & ~employee, np.floor(np.maximum(left - 1_400_000, 0) * 0.6), 0).astype(np.int64)
    extra = np.where(stay & employee, np.floor(np.maximum(left - 800_000, 0) * 0.8), 0).astype(np.int64)
    aid = np.where(people.poor[chunk.person] & stay, np.floor((left - large - extra) * 0.7), 0).astype(
        np.int64
    )
    fund = hifp + large + extra + aid
    hospital = np.where(stay & (rng.random(size) < 0.01), np.minimum(head["over"], 20_000), 0)
    person = head["det"] - fund - hospital
    # A waived personal part leaves no cash: the hospital bears it.
    free = chunk.flags & v.FREE > 0
    hospital = np.where(free, hospital + person, hospital)
    person = np.where(free, 0, person)
    pays_by_account = employee & (rng.random(size) < np.where(at_pharmacy, 0.97, 0.75))
    account = np.where(pays_by_account, np.where(stay, np.minimum(person, 150_000), person), 0)
    shared = np.where(~employee & at_pharmacy & (rng.random(size) < 0.3), person, 0)
    head.update(
        fund=fund,
        hifp=hifp,
        hifmi=large,
        hifob=extra,
        maf=aid,
        hospital=hospital,
        person=person,
        account=account,
        shared=shared,
        cash=person - account - shared,
        deductible=deductible,
    )
    return head, employee
