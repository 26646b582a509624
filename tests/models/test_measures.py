"""Measures from rows written by hand: what is counted, against what, and that busy is not unusual."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

import features
from models import group
from models.measures import MEASURES
from tests.models.worlds import register

DAY = date(2026, 3, 2)


def at(days=0, hour=9, minute=0, second=0):
    return datetime.combine(DAY, time(hour, minute, second)) + timedelta(days=days)


def settled(number, person, when, *, place="A", fee="50.00", **more):
    amount = Decimal(fee)
    return {
        "setl_id": f"S{number}", "mdtrt_id": f"M{number}", "psn_no": person, "fixmedins_code": place, "insutype": "310",
        "med_type": "11", "begndate": when.date(), "enddate": when.date(), "setl_time": when, "refd_setl_flag": "0",
        "medfee_sumamt": amount, "fund_pay_sumamt": amount, "inscp_amt": amount, "psn_pay": Decimal(0), **more,
    }  # fmt: skip


def stay(number, first, last, *, place="A", fee="1000.00", **more):
    return settled(
        number, f"N{number}", at(last), place=place, fee=fee, med_type="21", begndate=at(first).date(), **more
    )


def line(number, item, count, amount, *, place="A", when=None):
    return {
        "bkkp_sn": f"L{number}", "fixmedins_code": place, "psn_no": "N", "hilist_code": item, "cnt": Decimal(count),
        "det_item_fee_sumamt": Decimal(amount), "fee_ocur_time": when or at(5), "list_type": "101", "med_type": "11",
    }  # fmt: skip


def stock(kind, day, count, *, place="A", item="X1", unit="盒"):
    return {
        "fixmedins_code": place, "hilist_code": item, "inv_data_type": kind, "event_time": at(day),
        "cnt": Decimal(count), "unit": unit,
    }  # fmt: skip


@pytest.fixture
def relation(duckdb_engine):
    def rows(name, **tables):
        register(duckdb_engine, tables)
        features.register(duckdb_engine, name)
        return duckdb_engine.run(f"SELECT * FROM {name}").to_pylist()

    return rows


def one(rows):
    assert len(rows) == 1
    return rows[0]


def test_inventory_is_opening_and_purchases_less_returns_and_closing(relation):
    counts = [stock("1", 0, 100), stock("3", 2, 40), stock("5", 3, 10), stock("2", 4, -5), stock("1", 30, 25)]
    # 100 + 40 − 10 − 5 − 25 = 100 may have left the shelf; 200 were charged for 3,000 yuan: half is not covered.
    rows = relation("institution_stock", drug_inv_d=counts, fee_list_d=[line(1, "X1", 200, "3000.00")])
    assert (one(rows)["stocked_amt"], rows[0]["unsupplied_amt"]) == (Decimal("3000.00"), Decimal("1500.00"))


def test_inventory_a_rough_count_is_no_shortage(relation):
    # Half as much again may be a rough count or cash sales; so may a few boxes of a dear drug, twice the stock or not.
    counts = [
        stock(k, d, n, item=i)
        for i, held in (("X1", 100), ("X2", 4))
        for k, d, n in (("1", 0, held), ("1", 30, 0))
    ]
    lines = [line(1, "X1", 150, "3000.00"), line(2, "X2", 9, "90000.00")]
    rows = relation("institution_stock", drug_inv_d=counts, fee_list_d=lines)
    assert one(rows)["unsupplied_amt"] == Decimal("0.00")


def test_inventory_says_nothing_with_one_count_or_two_units(relation):
    lines = [line(1, "X1", 150, "3000.00"), line(2, "X2", 150, "3000.00")]
    counts = [stock("1", 0, 10), stock("1", 0, 10, item="X2"), stock("1", 30, 0, item="X2", unit="片")]
    rows = relation("institution_stock", drug_inv_d=counts, fee_list_d=lines)
    assert (one(rows)["stocked_amt"], rows[0]["n_not_comparable"]) == (Decimal(0), 1)


def test_a_ledger_in_boxes_and_a_claim_in_tablets_are_not_compared(relation):
    counts = [stock("1", 0, 10), stock("1", 30, 0)]
    rows = relation("institution_stock", drug_inv_d=counts, fee_list_d=[line(1, "X1", 240, "480.00")])
    assert (one(rows)["stocked_amt"], rows[0]["n_not_comparable"]) == (Decimal(0), 1)


def test_a_whole_multiple_of_the_stock_is_no_pack_where_price_and_unit_are_everybodys(relation):
    places = [f"P{n}" for n in range(3)]
    counts = [stock(k, d, n, place=p) for p in places for k, d, n in (("1", 0, 40), ("1", 30, 0))]
    lines = [
        line(n, "X1", 280 if p == "P0" else 40, "2800.00" if p == "P0" else "400.00", place=p)
        for n, p in enumerate(places)
    ]
    rows = {
        r["fixmedins_code"]: r for r in relation("institution_stock", drug_inv_d=counts, fee_list_d=lines)
    }
    assert (rows["P0"]["n_not_comparable"], rows["P0"]["unsupplied_amt"]) == (0, Decimal("2400.00"))


def test_a_piece_at_a_fraction_of_the_price_is_a_pack(relation):
    places = [f"P{n}" for n in range(3)]
    counts = [stock(k, d, n, place=p) for p in places for k, d, n in (("1", 0, 40), ("1", 30, 0))]
    lines = [line(n, "X1", 280 if p == "P0" else 40, "400.00", place=p) for n, p in enumerate(places)]
    rows = {
        r["fixmedins_code"]: r for r in relation("institution_stock", drug_inv_d=counts, fee_list_d=lines)
    }
    assert (rows["P0"]["n_not_comparable"], rows["P0"]["unsupplied_amt"]) == (1, Decimal("0.00"))


def test_where_all_places_charge_a_multiple_of_their_stock_it_is_the_unit(relation):
    places = [f"P{n}" for n in range(6)]
    counts = [stock(k, d, n, place=p) for p in places for k, d, n in (("1", 0, 10), ("1", 30, 0))]
    # Two and a half tablets a unit everywhere; P0 charges twice that.
    lines = [line(n, "X1", 50 if p == "P0" else 25, "100.00", place=p) for n, p in enumerate(places)]
    rows = {
        r["fixmedins_code"]: r for r in relation("institution_stock", drug_inv_d=counts, fee_list_d=lines)
    }
    assert rows["P0"]["unsupplied_amt"] == Decimal("50.00")
    assert rows["P1"]["unsupplied_amt"] == Decimal("0.00")


def test_a_rhythm_is_four_visits_at_three_equal_steps(relation):
    visits = [settled(n, "N1", at(12 * n)) for n in range(5)]
    visits += [settled(10 + n, "N2", at(day)) for n, day in enumerate((0, 2, 4, 7, 9, 11, 14))]
    row = one(relation("institution_pattern", setl_d=visits))
    # N1's fourth and fifth; N2 on a 2-2-3 schedule (dialysis) never steps equally three times.
    assert (row["n_fourth"], row["n_in_rhythm"]) == (6, 2)


def test_cards_amounts_and_terminals(relation):
    minute = [settled(n, f"N{n}", at(0, second=15 * n), fee="300.00", dev_no="T1") for n in range(4)]
    # The fullest day is left out of what is close together: a promotion is no habit.
    promotion = [settled(20 + n, f"M{n}", at(3, second=6 * n), fee=f"{n + 1}.10") for n in range(9)]
    later = [settled(9, "N9", at(0, hour=15), fee="33.10", dev_no="T1", place="B")]
    rows = {
        r["fixmedins_code"]: r for r in relation("institution_pattern", setl_d=minute + later + promotion)
    }
    a = rows["A"]
    assert (a["n_card_pair"], a["n_card_burst"], a["n_same_amount"], a["n_round_amount"]) == (3, 2, 3, 4)
    assert (a["n_with_device"], a["n_shared_device"], a["n_after_another"]) == (4, 4, 11)
    assert (rows["B"]["n_round_amount"], rows["B"]["n_card_pair"]) == (0, 0)


def test_one_person_settling_twice_is_no_pair(relation):
    row = one(relation("institution_pattern", setl_d=[settled(n, "N1", at(0, second=n)) for n in range(3)]))
    assert (row["n_card_pair"], row["n_card_burst"], row["n_same_amount"]) == (0, 0, 0)


def test_december_and_chronic_care(relation):
    visits = [
        settled(1, "N1", at(-62), med_type="14", fee="80.00"),
        settled(2, "N2", at(-58)),
    ]
    row = one(relation("institution_pattern", setl_d=visits))
    assert (row["n_visit"], row["n_december"], row["n_chronic"], row["chronic_fund_amt"]) == (
        2, 1, 1, Decimal("80.00"),
    )  # fmt: skip


def test_beds_are_full_only_a_fifth_above_their_number(relation):
    beds = [{"fixmedins_code": "A", "fixmedins_type": "1", "aprv_bed_cnt": 5}]
    six = [stay(n, 0, 10) for n in range(6)]
    assert one(relation("institution_bed", setl_d=six, fixmedins_b=beds))["n_over_bed_day"] == 0
    # The seventh and eighth are there from day 4 to day 7: three days over.
    eight = [*six, stay(7, 4, 7), stay(8, 4, 7)]
    row = one(relation("institution_bed", setl_d=eight, fixmedins_b=beds))
    assert (row["n_bed_day"], row["n_over_bed_day"]) == (10, 3)


def test_complications_that_cost_nothing(relation):
    plain = [stay(n, 0, 5, drg_codg="ES35", place="B", fee="4000.00") for n in range(10)]
    cheap, dear = (
        stay(20, 0, 5, drg_codg="ES31", fee="3900.00"),
        stay(21, 0, 5, drg_codg="ES31", fee="9000.00"),
    )
    listed = [
        {"diag_info_id": "1", "mdtrt_id": "M20", "psn_no": "N20", "diag_code": "J15", "maindiag_flag": "0"}
    ]
    rows = relation("institution_coding", setl_d=[*plain, cheap, dear], setl_list_diag_d=listed)
    a = next(row for row in rows if row["fixmedins_code"] == "A")
    assert (a["n_coded"], a["n_cheap_complicated"], a["n_diagnosis"], a["n_weighted"]) == (2, 1, 1, 0)
    b = next(row for row in rows if row["fixmedins_code"] == "B")
    # Ten stays at 4,000 against a mean of 4,408.33 of all twelve.
    assert (b["n_weighted"], b["case_weight"]) == (10, Decimal("9.10"))
    # Against its own group B is ordinary; two dear stays of A are too few a group to be held against.
    assert (b["grouped_fee_amt"], b["group_fee_amt"], b["grouped_days"], b["group_days"]) == (
        40000,
        40000,
        50,
        50,
    )
    assert a["grouped_fee_amt"] is None


def test_prices_are_held_against_the_others(relation):
    lines = [line(n, "X1", 10, "100.00", place=f"P{n}") for n in range(6)]
    lines += [line(9, "X1", 10, "200.00", place="P9"), line(10, "X2", 1, "70.00", place="P9")]
    rows = {r["fixmedins_code"]: r for r in relation("institution_item", fee_list_d=lines)}
    # X2 is charged nowhere else: nothing to compare.
    assert (rows["P9"]["priced_amt"], rows["P9"]["priced_elsewhere_amt"]) == (
        Decimal("200.00"),
        Decimal("100.00"),
    )
    assert (rows["P9"]["item_amt"], rows["P9"]["top_item_amt"]) == (Decimal("270.00"), Decimal("200.00"))


def test_care_in_two_homes_at_once(relation):
    def served(n, person, hour, end):
        return {
            "serv_id": f"V{n}", "psn_no": person, "fixmedins_code": "A", "care_psn_no": "W", "serv_type": "1",
            "serv_begntime": at(0, hour=hour), "serv_endtime": at(0, hour=end),
        }  # fmt: skip

    row = one(
        relation("institution_care", ltc_serv_d=[served(1, "N1", 8, 10), served(2, "N2", 9, 11), served(3, "N3", 11, 12)])
    )  # fmt: skip
    assert (row["n_service"], row["n_overlapping"]) == (3, 1)


def test_left_for_another_hospital(relation):
    visits = [
        {"mdtrt_id": f"M{n}", "psn_no": f"N{n}", "fixmedins_code": "A", "dscg_way": way}
        for n, way in enumerate(("1", "2", None))
    ]
    row = one(relation("institution_discharge", setl_d=[stay(n, 0, 3) for n in range(3)], mdtrt_d=visits))
    assert (row["n_discharged"], row["n_transferred"]) == (2, 1)


def test_prescriptions_within_a_minute(relation):
    scripts = [
        {"hi_rxno": f"R{n}", "psn_no": person, "fixmedins_code": "A", "prsc_dr_code": "D1", "prsc_time": at(0, second=s)}
        for n, (person, s) in enumerate((("N1", 0), ("N2", 20), ("N2", 40), ("N3", 59)))
    ]  # fmt: skip
    row = one(relation("doctor_prescription", rx_d=scripts))
    assert (row["n_prescription"], row["n_rapid_prescription"]) == (4, 2)


@pytest.mark.parametrize("party", ["institution", "pharmacy", "doctor"])
def test_ten_times_as_busy_is_not_unusual_on_any_measure(party):
    """All parties keep their kind's rates; one works ten times as much; only plain volume may notice."""
    rng = np.random.default_rng(5)
    size = np.exp(rng.normal(5, 0.5, 60))
    size[0] = size[1:].max() * 10
    measures = MEASURES[party]
    exposures = {m.exposure: rng.poisson(size * 3).astype(float) for m in measures}
    exposures |= {m.typical: exposures.get(m.typical, size) for m in measures if m.typical}
    columns = dict(exposures)
    for measure in measures:
        unit = 100.0 if measure.yuan else measure.unit
        columns[measure.observed] = rng.poisson(exposures[measure.exposure] * 0.2) * unit
    table = pa.table(
        {
            "party_id": [f"P{n:02d}" for n in range(60)],
            "reference": ["1|组"] * 60,
            "own": [True] * 60,
            "fund_amt": size * 100,
            **columns,
        }
    )
    rows = group.scorer(party, "p", 1)(table).to_pylist()
    busy = {m.name for m in measures if m.family == "volume"}
    for row in rows:
        if row["party_id"] == "P00" and row["model"] not in ("robust_z", "isolation_forest"):
            assert {reason["measure"] for reason in json.loads(row["reasons"])} <= busy


def whole_world():
    counts = [
        stock(k, d, n, place=p) for p in "ABCDEF" for k, d, n in (("1", 0, 90), ("3", 2, 40), ("1", 30, 25))
    ]
    lines = [line(n, "X1", 100 + 7 * n, f"{3000 + n}.17", place=p) for n, p in enumerate("ABCDEFG")]
    visits = [
        settled(n, f"N{n % 5}", at(n % 40, hour=8 + n % 9, second=n % 60), dev_no=f"T{n % 3}")
        for n in range(120)
    ]
    visits += [
        settled(200 + n, f"N{n}", at(3, second=6 * n), place="B", fee="300.00", dev_no="T1") for n in range(9)
    ]
    stays = [
        stay(300 + n, n % 7, n % 7 + 5, drg_codg=f"ES3{(1, 5, 5)[n % 3]}", fee=f"{4000 + 31 * n}.00")
        for n in range(40)
    ]
    return {
        "drug_inv_d": counts,
        "fee_list_d": lines,
        "setl_d": visits + stays,
        "fixmedins_b": [{"fixmedins_code": p, "fixmedins_type": "1", "aprv_bed_cnt": 4} for p in "AB"],
        "mdtrt_d": [{"mdtrt_id": f"M{300 + n}", "psn_no": "N", "fixmedins_code": "A", "dscg_way": str(n % 3 + 1)} for n in range(40)],
        "setl_list_diag_d": [
            {"diag_info_id": str(n), "mdtrt_id": f"M{300 + n % 40}", "psn_no": "N", "diag_code": f"J{n}", "maindiag_flag": "0"}
            for n in range(70)
        ],
        "rx_d": [
            {"hi_rxno": f"R{n}", "psn_no": f"N{n % 4}", "fixmedins_code": "A", "prsc_dr_code": f"D{n % 3}", "prsc_time": at(n % 9, second=n)}
            for n in range(60)
        ],
        "ltc_serv_d": [
            {"serv_id": f"V{n}", "psn_no": f"N{n % 4}", "fixmedins_code": "A", "care_psn_no": "W", "serv_type": "1",
             "serv_begntime": at(n % 5, hour=8 + n % 3), "serv_endtime": at(n % 5, hour=10)}
            for n in range(30)
        ],
    }  # fmt: skip


@pytest.mark.spark
def test_both_engines_count_the_same(duckdb_engine, spark_engine):
    names = (
        *(
            "institution_item",
            "institution_stock",
            "institution_pattern",
            "institution_bed",
            "institution_coding",
        ),
        *("institution_care", "institution_discharge", "doctor_prescription"),
    )
    found = []
    for engine in (duckdb_engine, spark_engine):
        register(engine, whole_world())
        features.register(engine, *names)
        found.append(
            {
                n: sorted(engine.run(f"SELECT * FROM {n}").to_pylist(), key=lambda r: str(sorted(r.items())))
                for n in names
            }
        )
    assert all(found[0].values())
    assert found[0] == found[1]


def test_the_ordering_doctor_of_a_ward_is_not_bound_by_what_nurses_and_machines_do(relation):
    def therapy(number, count, **more):
        return {
            **line(number, "003107010220000", count, "100.00"),
            "bilg_dr_code": "D1",
            "med_chrgitm_type": "05",
            **more,
        }

    lines = [therapy(1, 200, med_type="21"), therapy(2, 3), therapy(3, 2, med_type="21", acord_dr_code="D2")]
    minutes = {row["dr_code"]: row["minutes"] for row in relation("charge_day", fee_list_d=lines)}
    assert minutes == {"D1": Decimal("30.00"), "D2": Decimal("20.00")}


def test_places_outside_the_pool_are_compared_with_each_other(relation):
    places = [("A", "420100"), ("B", "420100"), ("X", "310100")]
    facilities = [
        {"fixmedins_code": code, "fixmedins_type": "1", "hosp_lv": "05", "fix_blng_admdvs": region}
        for code, region in places
    ]
    visits = [settled(f"{code}{n}", f"N{n}", at(n), place=code) for code, _ in places for n in range(3)]
    rows = relation("peer_institution", setl_d=visits, fixmedins_b=facilities)
    assert {row["party_id"]: row["group_3"] for row in rows} == {"A": "二级", "B": "二级", "X": "异地二级"}
