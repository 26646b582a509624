"""Boxes sold again (T12, T13), and a doctor, a pharmacy and their cards (T16, T17)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tests.bench.ring_world import LINE_MONEY, SETTLEMENT_MONEY, declared
from tests.network.job import persons_of, rows, run_job

LAST = date(2026, 6, 30)
BEGIN = datetime(2026, 1, 1, 9, 0)  # noqa: DTZ001


class Sales:
    """Pharmacy sales with one line and one box each."""

    def __init__(self):
        self.rows = []

    def add(self, person, place, day, *, doctor=None, code=None, minute=0):
        code = code or f"{len(self.rows):020d}"
        self.rows.append((person, place, BEGIN + timedelta(days=int(day), minutes=int(minute)), doctor, code))

    def tables(self):
        n = len(self.rows)
        person, place, time, doctor, code = (list(column) for column in zip(*self.rows, strict=True))
        money = pa.array([Decimal("80.00")] * n).cast(pa.decimal128(16, 2))
        ids = {
            "setl_id": [f"S{i}" for i in range(n)],
            "mdtrt_id": [f"M{i}" for i in range(n)],
            "psn_no": person,
            "fixmedins_code": place,
            "med_type": ["41"] * n,
        }
        line = {
            "bkkp_sn": [f"L{i}" for i in range(n)],
            **ids,
            "fee_ocur_time": time,
            "hilist_code": ["XA01"] * n,
            "list_type": ["101"] * n,
            "med_chrgitm_type": ["09"] * n,
            "chrgitm_lv": ["01"] * n,
            "cnt": pa.array([Decimal(1)] * n),
            "pric": pa.array([Decimal(80)] * n),
            "bilg_dr_code": pa.array(doctor, pa.string()),
            **dict.fromkeys(LINE_MONEY, money),
        }
        trace = {
            "drug_trac_codg": code,
            "hilist_code": ["XA01"] * n,
            "fixmedins_code": place,
            "event": ["sell"] * n,
            "event_time": time,
            "psn_no": person,
            "setl_id": ids["setl_id"],
            "bkkp_sn": line["bkkp_sn"],
        }
        setl = {
            **ids,
            "insutype": ["310"] * n,
            "begndate": [t.date() for t in time],
            "enddate": [t.date() for t in time],
            "setl_time": time,
            "refd_setl_flag": ["0"] * n,
            **dict.fromkeys(SETTLEMENT_MONEY, money),
        }
        shops = sorted(set(place))
        return {
            "setl_d": declared("setl_d", setl),
            "fee_list_d": declared("fee_list_d", line),
            "drug_trac_d": declared("drug_trac_d", trace),
            "fixmedins_b": declared(
                "fixmedins_b",
                {
                    "fixmedins_code": shops,
                    "fixmedins_name": [f"药店{shop}" for shop in shops],
                    "fixmedins_type": ["2"] * len(shops),
                    "fix_blng_admdvs": ["999900"] * len(shops),
                },
            ),
        }


@pytest.fixture(scope="module")
def tables():
    random = np.random.default_rng(5)
    sales = Sales()
    for _ in range(3000):
        doctor = f"D{random.integers(0, 40):02d}"
        sales.add(
            f"P{random.integers(0, 1500):04d}",
            f"P9{random.integers(0, 20):03d}",
            random.integers(0, 170),
            doctor=doctor,
            minute=random.integers(0, 500),
        )
    for i in range(8):
        sales.add(f"R{i}", f"P9{i:03d}", 10 + i, code=f"{i:020d}x")
        sales.add(f"B{i}", "P9007", 70 + i, code=f"{i:020d}x")
    for i in range(30):
        sales.add(f"C{i % 10}", "P9003", 5 * i, doctor="D99", minute=7 * i)
        # A village: its doctor's patients buy at the village's shop, with a prescription of his or without any.
        sales.add(f"V{i % 10}", "P9005", 5 * i, doctor="D98", minute=7 * i)
        for more in range(3):
            sales.add(f"V{i % 10}", "P9005", 5 * i + 1 + more, minute=11 * i)
    return sales.tables()


@pytest.fixture(scope="module")
def found(duckdb_engine, tables):
    results = run_job(duckdb_engine, tables, LAST, permutations=0)
    return {name: rows(duckdb_engine, relation) for name, relation in results.items()}


def test_boxes_sold_again_elsewhere_make_a_bridge(found):
    (ring,) = [ring for ring in found["ring"] if ring["kind"] == "trace_bridge"]
    members = [m for m in found["ring_member"] if m["ring_id"] == ring["ring_id"]]
    assert {m["party_id"] for m in members if m["role"] == "hub"} == {"P9007"}
    assert {m["party_id"] for m in members if m["role"] == "source"} == {f"P9{i:03d}" for i in range(7)}
    # The eighth box came back to the shop that had sold it: another reading, and too few for a ring.
    assert persons_of(members, ring["ring_id"]) == {f"R{i}" for i in range(7)}, (
        "whose boxes came back; their later buyers know nothing of it"
    )
    assert "回流药" in ring["path"]


def test_a_doctor_with_one_pharmacy_stands_out(found):
    (ring,) = [ring for ring in found["ring"] if ring["kind"] == "prescriber_pharmacy"]
    members = [m for m in found["ring_member"] if m["ring_id"] == ring["ring_id"]]
    assert {m["party_id"] for m in members if m["party_type"] == "doctor"} == {"D99"}
    assert {m["party_id"] for m in members if m["party_type"] == "pharmacy"} == {"P9003"}
    assert persons_of(members, ring["ring_id"]) == {f"C{i}" for i in range(10)}
    assert ring["fund_amt"] == Decimal("2400.00")


def test_two_shops_that_trade_codes_make_their_customers_no_members(duckdb_engine):
    random = np.random.default_rng(6)
    sales = Sales()
    for _ in range(2000):
        person, shop = f"P{random.integers(0, 900):04d}", f"P9{random.integers(0, 12):03d}"
        sales.add(person, shop, random.integers(0, 170), minute=random.integers(0, 500))
    for i in range(8):
        sales.add(f"R{i}", "P9001", 10 + i, code=f"{i:020d}x")
        sales.add(f"B{i}", "P9007", 70 + i, code=f"{i:020d}x")
    results = run_job(duckdb_engine, sales.tables(), LAST, permutations=0)
    (ring,) = [ring for ring in rows(duckdb_engine, results["ring"]) if ring["kind"] == "trace_bridge"]
    assert ring["n_persons"] == 0
    assert persons_of(rows(duckdb_engine, results["ring_member"]), ring["ring_id"]) == set()


def test_a_member_s_rows_are_its_own_first_sales(found):
    (ring,) = [ring for ring in found["ring"] if ring["kind"] == "trace_bridge"]
    own = [
        row
        for row in found["ring_event"]
        if row["ring_id"] == ring["ring_id"] and row["party_type"] == "person"
    ]
    assert {row["party_id"] for row in own} == {f"R{i}" for i in range(7)}
    assert all(row["psn_no"] == row["party_id"] and row["fixmedins_code"] != "P9007" for row in own)
    at_hub = [
        row for row in found["ring_event"] if row["ring_id"] == ring["ring_id"] and row["party_id"] == "P9007"
    ]
    assert {row["psn_no"] for row in at_hub} == {f"B{i}" for i in range(7)}
