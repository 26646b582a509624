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


def test_the_group_is_found_with_its_hospital_and_money(found):
    (ring,) = [ring for ring in found["ring"] if not ring["benign_tags"]]
    assert ring["kind"] == "group_admission"
    assert persons_of(found["ring_member"], ring["ring_id"]) == {f"P{p:05d}" for p in range(5000, 5009)}
    institutions = [m for m in found["ring_member"] if m["party_type"] == "institution"]
    assert "H004" in {m["party_id"] for m in institutions}
    assert ring["fund_amt"] == Decimal("135000.00")
    assert ring["p_chance"] < 0.05


def test_its_path_names_both_days(found):
    (ring,) = [ring for ring in found["ring"] if not ring["benign_tags"]]
    first = json.loads(ring["path"])["steps"][0]
    assert (first["date"], first["until"]) == ("2026-01-21", "2026-01-29")
