"""How hits, amounts and scores are spread, and institutions against their peers: counts for plots."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fundguard.report.tables import VALID, Tables

AMOUNT_EDGES = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)
"""Yuan between the bars of the amount histogram; the first bar lies below, the last above."""

WINDOW = timedelta(days=180)
MOST_POINTS = 600
LEAST_POINTS = 12


@dataclass(frozen=True)
class Point:
    """One institution: visits, its mean fund yuan per visit ÷ its peers', and whether it stands out."""

    party_id: str
    name: str
    peer_group: str
    visits: int
    ratio: float
    p: float
    lead: bool


@dataclass(frozen=True)
class Funnel:
    """Points and the two numbers that bend the limits: spread of one visit, and spread between peers."""

    points: tuple[Point, ...]
    per_visit: float
    between: float
    peer_groups: int

    def limit(self, visits: float, sigmas: float) -> float:
        """How far above 1 that many visits reach by chance: σ·√(cv²/n + τ²)."""
        return sigmas * math.sqrt(self.per_visit**2 / visits + self.between**2)


@dataclass(frozen=True)
class Distributions:
    """Everything plotted: hits per amount band, scores per tenth of p and kind of party, the funnel."""

    amounts: tuple[int, ...]
    scores: Mapping[str, tuple[int, ...]]
    funnel: Funnel | None


def distributions(tables: Tables, leading: Sequence[str]) -> Distributions:
    """Ask for all plots. Needs `hit` of the day on the engine; `leading` are parties of shown leads."""
    return Distributions(_amounts(tables), _scores(tables), _funnel(tables, frozenset(leading)))


def _amounts(tables: Tables) -> tuple[int, ...]:
    bands = " ".join(f"WHEN vola_amt < {edge} THEN {nth}" for nth, edge in enumerate(AMOUNT_EDGES))
    rows = tables.rows(
        f"SELECT band, COUNT(*) AS n FROM (SELECT CASE {bands} ELSE {len(AMOUNT_EDGES)} END AS band FROM hit "
        "WHERE NOT shadow AND vola_amt > 0) AS b GROUP BY band"
    )
    counted = {row["band"]: row["n"] for row in rows}
    return tuple(counted.get(nth, 0) for nth in range(len(AMOUNT_EDGES) + 1))


def _scores(tables: Tables) -> dict[str, tuple[int, ...]]:
    tables.result("score")
    rows = tables.rows(
        "SELECT party_type, tenth, COUNT(*) AS n FROM (SELECT party_type, as_whole(round_down(times("
        "smaller_of(p, 0.999), 10))) AS tenth FROM score WHERE model = 'peers' AND p IS NOT NULL) AS s "
        "GROUP BY party_type, tenth"
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["party_type"], [0] * 10)[min(9, max(0, int(row["tenth"])))] += row["n"]
    order = ("institution", "pharmacy", "doctor", "department", "person", "stay")
    return {
        party: tuple(found[party])
        for party in sorted(found, key=lambda p: (order.index(p) if p in order else len(order), p))
    }


def _funnel(tables: Tables, leading: frozenset[str]) -> Funnel | None:
    tables.landed("setl_d", since=tables.as_of - WINDOW)
    tables.landed("fixmedins_b")
    rows = tables.rows(
        "SELECT s.party_id, s.peer_group, s.p, f.name, v.visits, as_number(v.paid) AS paid, v.squared FROM score AS s "
        "JOIN (SELECT fixmedins_code, COUNT(*) AS visits, SUM(fund_pay_sumamt) AS paid, "
        "SUM(times(fund_pay_sumamt, fund_pay_sumamt)) AS squared FROM setl_d "
        f"WHERE {VALID} AND refd_setl_flag <> '1' AND NOT starts_with_text(med_type, '2') AND med_type <> '52' "
        "GROUP BY fixmedins_code) AS v ON v.fixmedins_code = s.party_id "
        "LEFT JOIN (SELECT fixmedins_code, MIN(fixmedins_name) AS name FROM fixmedins_b GROUP BY fixmedins_code) AS f "
        "ON f.fixmedins_code = s.party_id WHERE s.model = 'peers' AND s.party_type = 'institution' "
        f"AND v.visits >= 5 ORDER BY v.visits DESC, s.party_id LIMIT {MOST_POINTS}"
    )
    return funnel(rows, leading)


def funnel(rows: Sequence[Mapping[str, Any]], leading: frozenset[str] = frozenset()) -> Funnel | None:
    """Ratios to the peers' mean and the limits' spreads from the rows themselves; None below 12 points.

    Between-peer spread is by moments on the middle 80 % of ratios, so that outliers do not widen the limits
    that should show them.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["peer_group"] or "", []).append(row)
    kept = {
        name: group for name, group in groups.items() if len(group) >= 5 and sum(r["paid"] for r in group) > 0
    }
    points, within, visits = [], 0.0, 0
    for name, group in kept.items():
        n = sum(row["visits"] for row in group)
        mean = sum(row["paid"] for row in group) / n
        within += sum(row["squared"] / mean**2 - (row["paid"] / mean) ** 2 / row["visits"] for row in group)
        visits += n - len(group)
        points += [
            Point(
                row["party_id"], row["name"] or row["party_id"], name, row["visits"],
                row["paid"] / row["visits"] / mean, row["p"] or 0.0, row["party_id"] in leading,
            )
            for row in group
        ]  # fmt: skip
    if len(points) < LEAST_POINTS:
        return None
    per_visit = math.sqrt(max(within / max(visits, 1), 1e-6))
    middle = sorted(points, key=lambda point: point.ratio)
    tenth = len(middle) // 10
    middle = middle[tenth : len(middle) - tenth]
    expected = sum(per_visit**2 / point.visits for point in middle) / len(middle)
    spread = sum((point.ratio - 1) ** 2 for point in middle) / len(middle)
    # The middle 80 % of a normal spread holds 44 % of its variance.
    between = math.sqrt(max(spread / 0.44 - expected, 0.0))
    return Funnel(tuple(points), per_visit, between, len(kept))
