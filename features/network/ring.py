"""Rings as rows: how a group becomes `ring` and `ring_member`, for every kind alike.

A detector emits flat rows (`SCHEMA`): one per member, the ring's own columns repeated. `register_rings`
puts the kinds together, adds what chance alone would give, and splits them into the two result tables.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

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
        ("score", pa.float64()),
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
    ]
)


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
    demotion: float,
    says: Mapping[str, str],
) -> list[dict[str, object]]:
    """Flat rows of one ring. Its id is the hash of kind, persons and period: the same night, the same id."""
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
        "score": round(score_of(strength) * demotion if tags else 5 + 0.95 * score_of(strength), 6),
        "n_persons": sum(m.party_type == "person" for m in members),
        "n_institutions": sum(m.party_type in ("institution", "pharmacy") for m in members),
        "first_date": EPOCH + timedelta(days=first),
        "last_date": EPOCH + timedelta(days=last),
        "fund_cents": sum(step.fund for step in steps),
        "benign_tags": sorted(tags),
        # The last brace is added with what chance alone would give (`register_rings`).
        "path": json.dumps(path, ensure_ascii=False)[:-1],
    }
    return [
        {
            **common,
            "party_type": m.party_type,
            "party_id": m.party_id,
            "role": m.role,
            "weight": round(m.weight, 6),
        }
        for m in members
    ]


def score_of(strength: float) -> float:
    """Strength (decades of surprise beyond the cost of looking) on a scale from 0 to 100; 30 is half-way."""
    return 100 * strength / (strength + 30) if strength > 0 else strength / 100


def table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows as an Arrow table of `SCHEMA`."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)


def day_text(day: int) -> str:
    """A day number as YYYY-MM-DD."""
    return (EPOCH + timedelta(days=day)).isoformat()


def register_rings(
    engine: Engine, found: Sequence[str], chance: Mapping[str, Sequence[float]]
) -> dict[str, str]:
    """Register `ring` and `ring_member` rows of all kinds; returns table → relation.

    `chance`: per kind the scores of the groups found in permuted data, one list over all replicas,
    first entry the number of replicas. Kinds without permutation have p_chance NULL.
    """
    engine.register(
        "ring_found",
        sql=" UNION ALL ".join(f"SELECT {', '.join(SCHEMA.names)} FROM {name}" for name in found),
        keep=True,
    )
    rings = engine.run("SELECT DISTINCT ring_id, kind, score FROM ring_found").to_pylist()
    rows = []
    for ring in rings:
        null = chance.get(ring["kind"])
        replicas = int(null[0]) if null else 0
        expected = expected_by_chance(ring["score"], null[1:], replicas) if null and replicas else None
        text = (
            f', "groups_by_chance": "{expected:.2g}"}}'
            if expected is not None
            else ', "groups_by_chance": ""}'
        )
        p = None if expected is None else round(1 - math.exp(-expected), 6)
        rows.append({"ring_id": ring["ring_id"], "p_chance": p, "ending": text})
    shape = pa.schema([("ring_id", pa.string()), ("p_chance", pa.float64()), ("ending", pa.string())])
    engine.register("ring_chance", arrow=pa.Table.from_pylist(rows, schema=shape))
    engine.register(
        "ring_result",
        sql=(
            "SELECT f.ring_id, f.kind, f.score, c.p_chance, f.n_persons, f.n_institutions, f.first_date, "
            "f.last_date, prorate(1, f.fund_cents, 100) AS fund_amt, f.benign_tags, "
            "concat_text(f.path, c.ending) AS path FROM (SELECT r.*, ROW_NUMBER() OVER "
            "(PARTITION BY r.ring_id ORDER BY r.party_type, r.party_id) AS nth FROM ring_found AS r) AS f "
            "JOIN ring_chance AS c ON c.ring_id = f.ring_id WHERE f.nth = 1"
        ),
        keep=True,
    )
    engine.register(
        "ring_member_result",
        sql="SELECT ring_id, party_type, party_id, role, weight FROM ring_found",
        keep=True,
    )
    return {"ring": "ring_result", "ring_member": "ring_member_result"}


def expected_by_chance(score: float, null: Sequence[float], replicas: int) -> float:
    """How many groups of at least this score one night would show by chance alone.

    Counted in the permuted replicas where they reach; beyond the strongest of them the exponential tail
    of the upper half is continued, down to `LEAST_CHANCE`.
    """
    scores = sorted(null)
    reached = sum(value >= score for value in scores)
    if not scores:
        return LEAST_CHANCE
    if reached > 5:
        return reached / replicas
    start = scores[len(scores) // 2]
    upper = [value for value in scores if value >= start]
    mean = max(sum(value - start for value in upper) / len(upper), 1.0)
    return max(LEAST_CHANCE, len(upper) / replicas * math.exp(-max(0.0, score - start) / mean))
