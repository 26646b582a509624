"""Persons who are admitted and discharged together, again and again (T06)."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tests.bench.ring_world import SETTLEMENT_MONEY, declared
from tests.network.job import persons_of, rows, run_job

LAST = date(2026, 6, 30)


def stays(who, hospitals, starts, lengths):
    size = len(who)
    first = [date(2026, 1, 1) + timedelta(days=int(d)) for d in starts]
    last = [day + timedelta(days=int(n)) for day, n in zip(first, lengths, strict=True)]
    amount = pa.array([Decimal("5000.00")] * size).cast(pa.decimal128(16, 2))
    return declared(
        "setl_d",
        {
            "setl_id": [f"S{i}" for i in range(size)],
            "mdtrt_id": [f"M{i}" for i in range(size)],
            "psn_no": [f"P{p:05d}" for p in who],
            "fixmedins_code": [f"H{h:03d}" for h in hospitals],
            "insutype": ["390"] * size,
            "med_type": ["21"] * size,
            "begndate": first,
            "enddate": last,
            "setl_time": [datetime(d.year, d.month, d.day, 15, 0) for d in last],  # noqa: DTZ001
            "refd_setl_flag": ["0"] * size,
            **dict.fromkeys(SETTLEMENT_MONEY, amount),
        },
    )


@pytest.fixture(scope="module")
def found(duckdb_engine):
    random = np.random.default_rng(8)
    n = 4000
    who, where = list(random.integers(0, 3000, n)), list(random.integers(0, 12, n))
    starts, lengths = list(random.integers(0, 165, n)), list(random.integers(3, 14, n))
    for start in (20, 61, 117):
        for person in range(5000, 5009):
            who.append(person)
            where.append(4)
            starts.append(start)
            lengths.append(7 + (person == 5001))
    tables = {"setl_d": stays(who, where, starts, lengths)}
    results = run_job(duckdb_engine, tables, LAST, permutations=1)
    return {name: rows(duckdb_engine, relation) for name, relation in results.items()}


def admitted(found):
    return [ring for ring in found["ring"] if ring["kind"] == "group_admission" and ring["score"] > 20]


def test_the_group_is_found_with_its_hospital_and_money(found):
    (ring,) = admitted(found)
    assert persons_of(found["ring_member"], ring["ring_id"]) == {f"P{p:05d}" for p in range(5000, 5009)}
    institutions = [m for m in found["ring_member"] if m["party_type"] == "institution"]
    assert "H004" in {m["party_id"] for m in institutions}
    assert ring["fund_amt"] == Decimal("135000.00")
    assert ring["p_chance"] < 0.05


def test_its_path_names_both_days(found):
    (ring,) = admitted(found)
    first = json.loads(ring["path"])["steps"][0]
    assert (first["date"], first["until"]) == ("2026-01-21", "2026-01-29")


def test_every_member_has_its_own_stays_as_rows(found):
    (ring,) = admitted(found)
    own = [row for row in found["ring_event"] if row["ring_id"] == ring["ring_id"]]
    of_person = {row["party_id"]: set() for row in own if row["party_type"] == "person"}
    for row in own:
        if row["party_type"] == "person":
            assert row["psn_no"] == row["party_id"]
            of_person[row["party_id"]].add(row["setl_id"])
    assert set(of_person) == {f"P{p:05d}" for p in range(5000, 5009)}
    assert {len(settled) for settled in of_person.values()} == {3}
    at_place = [row for row in own if row["party_id"] == "H004"]
    assert len(at_place) == 27
    assert sum(row["fund_amt"] for row in at_place) == ring["fund_amt"]


def test_a_ward_that_settles_every_month_is_no_group(duckdb_engine):
    """Five who lie in a ward for four months, settled and begun again on one day: one admission, not four."""
    starts, people = (0, 30, 60, 90), range(5)
    tables = {
        "setl_d": stays([p for p in people for _ in starts], [1] * 20, list(starts) * 5, [30] * 20),
    }
    found = run_job(duckdb_engine, tables, LAST, permutations=0)
    assert [ring for ring in rows(duckdb_engine, found["ring"]) if ring["kind"] == "group_admission"] == []


def test_who_comes_back_again_and_again_is_another_ring(found):
    # Three joint rounds are also three short stays each at one hospital.
    kinds = {ring["kind"] for ring in found["ring"] if ring["score"] > 20}
    assert kinds == {"group_admission", "repeat_stay"}
