"""Rings as rows: how a group becomes `ring` and `ring_member`, for every kind alike.

A detector emits flat rows (`SCHEMA`): one per member and one per joint event of a person, the ring's own
columns repeated. `register_rings` puts the kinds together, gives each ring the number of such groups that
chance alone would show, one score that compares across kinds, and splits them into the result tables.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pyarrow as pa

from core.engine import Engine

EPOCH = date(2000, 1, 1)
"""Days are whole numbers counted from here."""

LEAST_CHANCE = 0.001
"""No smaller expectation is published: a few replicas cannot speak of rarer things."""

SHOWN = 40
"""Steps shown in a path; a longer one says how many it leaves out."""

SCHEMA = pa.schema(
    [
        ("ring_id", pa.string()),
        ("kind", pa.string()),
        ("strength", pa.float64()),
        ("n_persons", pa.int64()),
        ("n_institutions", pa.int64()),
        ("first_date", pa.date32()),
        ("last_date", pa.date32()),
        ("fund_cents", pa.int64()),
        ("benign_tags", pa.list_(pa.string())),
        ("path", pa.string()),
        ("party_type", pa.string()),
        ("party_id", pa.string()),
        ("role", pa.string()),
        ("weight", pa.float64()),
        # Of a joint event (role `event`): where and when, or the settlement where the detector knows it.
        ("place", pa.string()),
        ("day", pa.int64()),
        ("setl_id", pa.string()),
    ]
)

UNTAGGED_LEAST = 5.0
"""Score of an untagged ring is never below this, of a tagged one never above: no benign group outranks a clue."""

LISTED_LEAST = 20
"""Of untagged groups likelier by chance than not, only so many are listed as fill the list to this length."""

EVENT = "event"
"""Role of the flat rows that are joint events, not members."""


@dataclass(frozen=True)
class Step:
    """One joint event in a ring's path: who, where, when, how much (cents)."""

    day: int
    place: str
    persons: Sequence[str]
    fund: int
    clock: str = ""
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """One party of a ring; weight is the share of the joint events it was part of."""

    party_type: str
    party_id: str
    role: str
    weight: float


def ring_rows(
    kind: str,
    *,
    strength: float,
    members: Iterable[Member],
    steps: Sequence[Step],
    tags: Sequence[str],
    says: Mapping[str, str],
    settled: Iterable[tuple[str, str]] | None = None,
) -> list[dict[str, object]]:
    """Flat rows of one ring. Its id is the hash of kind, persons and period: the same night, the same id.

    `strength`: decades beyond chance; with an analytic null, −log10 of the groups expected in one night.
    `settled`: (person, settlement) of the joint events; without it they are the persons of the steps.
    """
    members = sorted(members, key=lambda m: (m.party_type, m.party_id))
    steps = sorted(steps, key=lambda step: (step.day, step.clock, step.place))
    first, last = steps[0].day, max(step.day for step in steps)
    parties = "|".join(f"{m.party_type}:{m.party_id}" for m in members)
    ring_id = sha256(f"{kind}|{parties}|{first}|{last}".encode()).hexdigest()[:32]
    path = {
        **says,
        "steps": [
            {
                "date": day_text(step.day),
                **({"time": step.clock} if step.clock else {}),
                "institution": step.place,
                "persons": list(step.persons),
                "fund_amt": f"{step.fund // 100}.{step.fund % 100:02d}",
                **step.note,
            }
            for step in steps[:SHOWN]
        ],
        "steps_left_out": str(max(0, len(steps) - SHOWN)),
    }
    common = {
        "ring_id": ring_id,
        "kind": kind,
        "strength": round(strength, 6),
        "n_persons": sum(m.party_type == "person" for m in members),
        "n_institutions": sum(m.party_type in ("institution", "pharmacy") for m in members),
        "first_date": EPOCH + timedelta(days=first),
        "last_date": EPOCH + timedelta(days=last),
        "fund_cents": sum(step.fund for step in steps),
        "benign_tags": sorted(tags),
        # The last brace is added with what chance alone would give (`register_rings`).
        "path": json.dumps(path, ensure_ascii=False)[:-1],
    }
    none = {"place": None, "day": None, "setl_id": None}
    rows: list[dict[str, object]] = [
        {
            **common,
            "party_type": m.party_type,
            "party_id": m.party_id,
            "role": m.role,
            "weight": round(m.weight, 6),
            **none,
        }
        for m in members
    ]
    event = {**common, "path": "", "party_type": "person", "role": EVENT, "weight": 0.0}
    if settled is not None:
        rows += [
            {**event, **none, "party_id": person, "setl_id": setl} for person, setl in sorted(set(settled))
        ]
    else:
        rows += [
            {**event, **none, "party_id": person, "place": step.place, "day": step.day}
            for step in steps
            for person in sorted(set(step.persons))
        ]
    return rows


def score_of(decades: float, trust: float, *, tagged: bool) -> float:
    """0 to 100: decades beyond chance, half-way at one (one such group in ten nights), times the kind's trust.

    A tagged ring stands in the lowest twentieth, whatever its strength.
    """
    share = trust * decades / (decades + 1)
    return UNTAGGED_LEAST * share if tagged else UNTAGGED_LEAST + (100 - UNTAGGED_LEAST) * share


def table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows as an Arrow table of `SCHEMA`."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA) if rows else SCHEMA.empty_table()


def day_text(day: int) -> str:
    """A day number as YYYY-MM-DD."""
    return (EPOCH + timedelta(days=day)).isoformat()


def register_rings(
    engine: Engine,
    found: Sequence[str],
    chance: Mapping[str, Sequence[float]],
    trust: Mapping[str, float],
) -> dict[str, str]:
    """Register `ring`, `ring_member` and `ring_event` rows of all kinds; returns table → relation.

    `chance`: per permuted kind the strengths of the untagged groups found in permuted data, over all
    replicas, first entry the number of replicas; with no replica p_chance is NULL. Other kinds have an
    analytic null: groups expected = 10^−strength. `trust`: per kind the share of clear cases confirmed.
    """
    engine.register(
        "ring_found",
        sql=" UNION ALL ".join(f"SELECT {', '.join(SCHEMA.names)} FROM {name}" for name in found),
        keep=True,
    )
    rings = engine.run(
        "SELECT DISTINCT ring_id, kind, strength, list_length(benign_tags) AS tags FROM ring_found"
    ).to_pylist()
    rows = _listed([_judged(ring, chance.get(ring["kind"]), trust[ring["kind"]]) for ring in rings])
    shape = pa.schema(
        [
            ("ring_id", pa.string()),
            ("score", pa.float64()),
            ("p_chance", pa.float64()),
            ("ending", pa.string()),
        ]
    )
    engine.register(
        "ring_judged",
        arrow=pa.Table.from_pylist([{name: row[name] for name in shape.names} for row in rows], schema=shape),
    )
    engine.register(
        "ring_result",
        sql=(
            "SELECT f.ring_id, f.kind, c.score, c.p_chance, f.n_persons, f.n_institutions, f.first_date, "
            "f.last_date, prorate(1, f.fund_cents, 100) AS fund_amt, f.benign_tags, "
            "concat_text(f.path, c.ending) AS path FROM (SELECT r.*, ROW_NUMBER() OVER "
            "(PARTITION BY r.ring_id ORDER BY r.party_type, r.party_id) AS nth FROM ring_found AS r "
            f"WHERE r.role <> '{EVENT}') AS f "
            "JOIN ring_judged AS c ON c.ring_id = f.ring_id WHERE f.nth = 1"
        ),
        keep=True,
    )
    engine.register(
        "ring_member_result",
        sql="SELECT f.ring_id, f.party_type, f.party_id, f.role, f.weight FROM ring_found AS f "
        f"LEFT SEMI JOIN ring_judged AS c ON c.ring_id = f.ring_id WHERE f.role <> '{EVENT}'",
        keep=True,
    )
    _register_events(engine)
    return {"ring": "ring_result", "ring_member": "ring_member_result", "ring_event": "ring_event_result"}


def _judged(ring: Mapping[str, Any], null: Sequence[float] | None, trust: float) -> dict[str, Any]:
    strength = ring["strength"]
    by_dates = null is not None and null[0] > 0
    # Beyond 60 decades numbers end, not evidence.
    expected = (
        expected_by_chance(strength, null[1:], int(null[0]))
        if null and by_dates
        else 10 ** -min(strength, 60.0)
    )
    decades = math.log10(1 + 1 / expected)
    known = by_dates or null is None
    shown = max(LEAST_CHANCE, expected)
    return {
        **ring,
        "expected": expected,
        "score": round(score_of(decades, trust, tagged=ring["tags"] > 0), 6),
        "p_chance": round(1 - math.exp(-shown), 6) if known else None,
        "ending": f', "groups_by_chance": "{f"{shown:.2g}" if known else ""}"}}',
    }


def _listed(rings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the groups that chance makes: of those only the best untagged ones, to fill a short list."""
    likely = [ring for ring in rings if ring["expected"] <= 1]
    room = LISTED_LEAST - sum(ring["tags"] == 0 for ring in likely)
    weak = [ring for ring in rings if ring["expected"] > 1]
    tagged = [ring for ring in weak if ring["tags"] and ring["strength"] > 0]
    untagged = sorted(
        (ring for ring in weak if not ring["tags"]), key=lambda ring: (-ring["strength"], ring["ring_id"])
    )
    return [*likely, *tagged, *untagged[: max(0, room)]]


def _register_events(engine: Engine) -> None:
    """`ring_event_result`: per ring and member the settlements of the joint events that are the member's own.

    Of a person those it made itself; of a place all made there; of a doctor all of the ring.
    """
    engine.register(
        "ring_settled",
        sql=(
            "SELECT DISTINCT f.ring_id, s.psn_no, s.fixmedins_code, s.setl_id, s.visit_date, s.fund_pay_sumamt "
            "FROM ring_found AS f LEFT SEMI JOIN ring_judged AS c ON c.ring_id = f.ring_id "
            "JOIN visit_settlement AS s ON s.psn_no = f.party_id AND s.fixmedins_code = f.place "
            "AND s.visit_date = add_days(DATE '2000-01-01', f.day) "
            f"WHERE f.role = '{EVENT}' AND f.setl_id IS NULL "
            "AND s.inpatient = CASE WHEN f.kind = 'group_admission' THEN TRUE ELSE FALSE END "
            "UNION ALL "
            "SELECT DISTINCT f.ring_id, s.psn_no, s.fixmedins_code, s.setl_id, s.visit_date, s.fund_pay_sumamt "
            "FROM ring_found AS f LEFT SEMI JOIN ring_judged AS c ON c.ring_id = f.ring_id "
            "JOIN visit_settlement AS s ON s.setl_id = f.setl_id "
            f"WHERE f.role = '{EVENT}'"
        ),
        keep=True,
    )
    own = {
        "person": "m.party_type = 'person' AND s.psn_no = m.party_id",
        "place": "m.party_type IN ('institution', 'pharmacy') AND s.fixmedins_code = m.party_id",
        "doctor": "m.party_type = 'doctor'",
    }
    engine.register(
        "ring_event_result",
        sql=" UNION ALL ".join(
            "SELECT m.ring_id, m.party_type, m.party_id, s.setl_id, s.psn_no, s.fixmedins_code, "
            "s.visit_date AS event_date, s.fund_pay_sumamt AS fund_amt FROM ring_member_result AS m "
            f"JOIN ring_settled AS s ON s.ring_id = m.ring_id WHERE {whose}"
            for whose in own.values()
        ),
        keep=True,
    )


def expected_by_chance(strength: float, null: Sequence[float], replicas: int) -> float:
    """How many groups of at least this strength one night would show by chance alone.

    Counted in the permuted replicas where they reach; beyond the strongest of them the exponential tail
    of the upper half is continued.
    """
    strengths = sorted(null)
    reached = sum(value >= strength for value in strengths)
    if reached > 5:
        return reached / replicas
    # Nothing found in the replicas: at most one group, falling by a decade for each decade of strength.
    start = strengths[len(strengths) // 2] if strengths else 0.0
    upper = [value for value in strengths if value >= start]
    mean = max(sum(value - start for value in upper) / len(upper), 1.0) if upper else 1.0
    most = max(len(upper), 1) / replicas
    return max(1e-60, most * math.exp(-max(0.0, strength - start) / mean))
