"""Rings around one hospital: nothing paid (T05), treated elsewhere (T02), sent away and back (T42), one origin (T35)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tests.bench.ring_world import LINE_MONEY, SETTLEMENT_MONEY, declared
from tests.network.job import all_digests, persons_of, rows, run_job

LAST = date(2026, 6, 30)
FIRST = date(2026, 1, 1)


class Stays:
    """Stays and clinic visits, one row each."""

    def __init__(self):
        self.rows = []

    def add(self, person, place, start, length=4, *, paid=200, region="999900", kind="21"):
        self.rows.append((person, place, int(start), int(length), paid, region, kind))

    def tables(self, people=None, places=None):
        person, place, start, length, paid, region, kind = (list(c) for c in zip(*self.rows, strict=True))
        n = len(person)
        first = [FIRST + timedelta(days=s) for s in start]
        last = [day + timedelta(days=size) for day, size in zip(first, length, strict=True)]
        money = pa.array([Decimal("3000.00")] * n).cast(pa.decimal128(16, 2))
        setl = {
            "setl_id": [f"S{i:05d}" for i in range(n)],
            "mdtrt_id": [f"M{i:05d}" for i in range(n)],
            "psn_no": person,
            "fixmedins_code": place,
            "insutype": ["390"] * n,
            "med_type": kind,
            "begndate": first,
            "enddate": last,
            "setl_time": [datetime(d.year, d.month, d.day, 15, 0) for d in last],  # noqa: DTZ001
            "refd_setl_flag": ["0"] * n,
            "insu_admdvs": region,
            **dict.fromkeys(SETTLEMENT_MONEY, money),
            "psn_pay": pa.array([Decimal(p) for p in paid]).cast(pa.decimal128(16, 2)),
        }
        who, where = sorted(set(person)), sorted(set(place))
        return {
            "setl_d": declared("setl_d", setl),
            "psn_info_b": declared(
                "psn_info_b",
                {
                    "psn_no": who,
                    "gend": ["1"] * len(who),
                    "brdy": [FIRST] * len(who),
                    **(people or (lambda w: {}))(who),
                },
            ),
            "fixmedins_b": declared(
                "fixmedins_b",
                {
                    "fixmedins_code": where,
                    "fixmedins_name": [f"医院{code}" for code in where],
                    "fixmedins_type": ["1"] * len(where),
                    "fix_blng_admdvs": ["999900"] * len(where),
                    **(places or (lambda w: {}))(where),
                },
            ),
        }


def ordinary(n=1500):
    """Stays of a city of ten hospitals, nothing strange."""
    random, stays = np.random.default_rng(4), Stays()
    for i in range(n):
        stays.add(
            f"P{i:05d}", f"H{random.integers(0, 10):02d}", random.integers(0, 160), random.integers(3, 12)
        )
    return stays


def found_in(engine, tables):
    results = run_job(engine, tables, LAST, permutations=0)
    return {name: rows(engine, relation) for name, relation in results.items()}


def only(found, kind):
    return [ring for ring in found["ring"] if ring["kind"] == kind]


@pytest.fixture(scope="module")
def quiet(duckdb_engine):
    return found_in(duckdb_engine, ordinary().tables())


def test_an_ordinary_city_has_no_ring_around_a_hospital(quiet):
    kinds = {
        "waived_stay",
        "repeat_stay",
        "stay_elsewhere",
        "transfer_cycle",
        "origin_funnel",
        "same_controller",
    }
    assert not kinds & {ring["kind"] for ring in quiet["ring"]}


def test_stays_for_which_nothing_was_paid(duckdb_engine):
    stays = ordinary()
    for i in range(8):
        stays.add(f"F{i}", "H03", 30 + i, 3, paid=0)
    found = found_in(duckdb_engine, stays.tables())
    (ring,) = only(found, "waived_stay")
    assert persons_of(found["ring_member"], ring["ring_id"]) == {f"F{i}" for i in range(8)}
    assert ring["p_chance"] < 0.05
    assert {
        m["role"] for m in found["ring_member"] if m["party_id"] == "H03" and m["ring_id"] == ring["ring_id"]
    } == {"main"}
    assert ring["fund_amt"] == Decimal("24000.00")


def test_whose_part_is_paid_by_aid_is_no_ring(duckdb_engine):
    stays = ordinary()
    for i in range(8):
        stays.add(f"F{i}", "H03", 30 + i, 3, paid=0)

    def aided(who):
        return {"psn_idet_type": ["01" if person.startswith("F") else "00" for person in who]}

    assert only(found_in(duckdb_engine, stays.tables(people=aided)), "waived_stay") == []


def test_one_family_counts_once(duckdb_engine):
    stays = ordinary()
    for i in range(8):
        stays.add(f"F{i}", "H03", 30 + i, 3, paid=0)

    def family(who):
        return {"household_no": [f"home{int(p[1:]) // 4}" if p.startswith("F") else p for p in who]}

    assert only(found_in(duckdb_engine, stays.tables(people=family)), "waived_stay") == []


def test_treated_elsewhere_during_the_stay(duckdb_engine):
    stays = ordinary()
    for i in range(7):
        stays.add(f"E{i}", "H05", 20 + 3 * i, 8)
        stays.add(f"E{i}", "C01", 23 + 3 * i, 0, kind="11")
        # Medicine fetched by the family and a visit on the day of discharge say nothing.
        stays.add(f"N{i}", "H06", 20 + 3 * i, 8)
        stays.add(f"N{i}", "C02", 23 + 3 * i, 0, kind="41")
        stays.add(f"N{i}", "C01", 28 + 3 * i, 0, kind="11")
        # A month on a ward has room for a consultation.
        stays.add(f"M{i}", "H07", 20 + 3 * i, 29)
        stays.add(f"M{i}", "C01", 33 + 3 * i, 0, kind="11")
    found = found_in(duckdb_engine, stays.tables())
    (ring,) = only(found, "stay_elsewhere")
    assert persons_of(found["ring_member"], ring["ring_id"]) == {f"E{i}" for i in range(7)}


def cycles():
    stays = ordinary()
    for i in range(6):
        for step, place in enumerate(("H01", "H07", "H01")):
            stays.add(f"T{i}", place, 10 + 20 * i + 6 * step, 5)
    for i in range(60):
        stays.add(f"U{i}", f"H{i % 5:02d}", 2 * i, 5)
        stays.add(f"U{i}", "H08", 2 * i + 6, 5)
    return stays


def test_sent_away_and_back(duckdb_engine):
    found = found_in(duckdb_engine, cycles().tables())
    (ring,) = only(found, "transfer_cycle")
    assert persons_of(found["ring_member"], ring["ring_id"]) == {f"T{i}" for i in range(6)}
    roles = {m["party_id"]: m["role"] for m in found["ring_member"] if m["ring_id"] == ring["ring_id"]}
    assert (roles["H01"], roles["H07"]) == ("main", "institution")
    assert ring["benign_tags"] == []


def test_inside_a_medical_community_it_is_a_referral(duckdb_engine):
    def community(where):
        return {"medcmty_code": ["YGT1" if code in ("H01", "H07") else None for code in where]}

    (ring,) = only(found_in(duckdb_engine, cycles().tables(places=community)), "transfer_cycle")
    assert ring["benign_tags"] == ["referral_chain"]
    assert ring["score"] < 5


def test_one_far_region_feeds_one_hospital(duckdb_engine):
    stays = ordinary()
    for i in range(30):
        stays.add(f"A{i:02d}", f"H{i % 10:02d}" if i >= 20 else "H02", 5 * i, 5, region="440300")
    found = found_in(duckdb_engine, stays.tables())
    (ring,) = only(found, "origin_funnel")
    persons = persons_of(found["ring_member"], ring["ring_id"])
    assert persons == {f"A{i:02d}" for i in range(20)} | {"A22"}


def test_one_telephone_of_many_families(duckdb_engine):
    stays = ordinary()
    for i in range(7):
        stays.add(f"B{i}", "H09", 11 * i, 5)

    def telephones(who):
        return {"tel": ["13900000000" if p.startswith("B") else f"137{p}" for p in who]}

    found = found_in(duckdb_engine, stays.tables(people=telephones))
    (ring,) = only(found, "origin_funnel")
    assert persons_of(found["ring_member"], ring["ring_id"]) == {f"B{i}" for i in range(7)}
    assert "13900000000" not in ring["path"], "a telephone is an identity"


def test_one_hand_behind_two_institutions(duckdb_engine):
    def owners(where):
        same = {"H02", "H05"}
        return {
            "legrep_name": ["甲某" if code in same else f"法人{code}" for code in where],
            "addr": ["东街1号" if code in same else f"{code}街" for code in where],
        }

    found = found_in(duckdb_engine, ordinary().tables(places=owners))
    (ring,) = only(found, "same_controller")
    assert {m["party_id"] for m in found["ring_member"] if m["ring_id"] == ring["ring_id"]} == {"H02", "H05"}
    assert ring["n_persons"] == 0


def test_one_name_alone_is_no_ring(duckdb_engine):
    def owners(where):
        return {"legrep_name": ["甲某" if code in ("H02", "H05") else f"法人{code}" for code in where]}

    assert only(found_in(duckdb_engine, ordinary().tables(places=owners)), "same_controller") == []


def charges(both):
    """Lines of doctors; D1 charges at two clinics, in the same hours or on other days."""
    rows_ = []
    for day in range(60):
        for hour in range(8, 16):
            rows_.append(("D1", "C01", day, hour))
            if both or day % 2:
                rows_.append(("D1", "C02", day if both else day + 100, hour))
            rows_.append(("D2", "C03", day, hour))
    n = len(rows_)
    doctor, place, day, hour = (list(c) for c in zip(*rows_, strict=True))
    money = pa.array([Decimal("10.00")] * n).cast(pa.decimal128(16, 2))
    words = {
        "med_type": "11",
        "hilist_code": "001",
        "list_type": "201",
        "med_chrgitm_type": "05",
        "chrgitm_lv": "01",
    }
    lines = declared(
        "fee_list_d",
        {
            "bkkp_sn": [f"L{i}" for i in range(n)],
            "setl_id": [f"S{i}" for i in range(n)],
            "mdtrt_id": [f"M{i}" for i in range(n)],
            "psn_no": [f"P{i}" for i in range(n)],
            "fixmedins_code": place,
            "fee_ocur_time": [
                datetime.combine(FIRST + timedelta(days=d), time(h, 10))
                for d, h in zip(day, hour, strict=True)
            ],
            "bilg_dr_code": doctor,
            "cnt": pa.array([Decimal(1)] * n),
            "pric": pa.array([Decimal(10)] * n),
            **{name: [word] * n for name, word in words.items()},
            **dict.fromkeys(LINE_MONEY, money),
        },
    )
    return {"fee_list_d": lines}


def test_one_doctor_at_two_places_in_the_same_hours(duckdb_engine):
    found = found_in(duckdb_engine, charges(both=True))
    (ring,) = only(found, "doctor_two_places")
    members = {(m["party_type"], m["party_id"]) for m in found["ring_member"]}
    assert members == {("doctor", "D1"), ("institution", "C01"), ("institution", "C02")}
    assert ring["p_chance"] < 0.05


def test_two_places_on_different_days_are_lawful(duckdb_engine):
    assert only(found_in(duckdb_engine, charges(both=False)), "doctor_two_places") == []


@pytest.mark.spark
def test_both_engines_give_the_same_hubs(spark_engine, duckdb_engine):
    stays = cycles()
    for i in range(8):
        stays.add(f"F{i}", "H03", 30 + i, 3, paid=0)
        for visit in range(3):
            stays.add(f"G{i}", "H04", 10 + 40 * visit + i, 3)
        stays.add(f"A{i}", "H02", 5 * i, 5, region="440300")

    def owners(where):
        return {"legrep_name": ["甲某"] * len(where), "addr": [f"{code[:2]}街" for code in where]}

    tables = {**stays.tables(places=owners), **charges(both=True)}
    answers = []
    for one in (duckdb_engine, spark_engine):
        results = run_job(one, tables, LAST, permutations=0)
        answers.append(all_digests(one, results))
    assert answers[0] == answers[1]
    assert not answers[0]["ring_event"][""].startswith("0:")
