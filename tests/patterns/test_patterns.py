"""Patterns of conduct by claims written by hand: who is found, and who stays silent beside them."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.jobs import pattern
from tests.claims import Claims, line
from tests.models.worlds import run_of

FIRST = date(2026, 3, 1)


def day(n):
    return (FIRST + timedelta(days=n)).isoformat()


def stay(claims, person, place, start, nights, *, paid=True, disease="I10", **more):
    """A stay of so many nights; `paid=False`: the fund's share is all there is to pay."""
    item = line("003100000000001", amount=str(3000 + claims.count))
    setl = claims.settle(
        person,
        place,
        day(start + nights),
        [item],
        med_type="21",
        begin=day(start),
        mdtrt={"dscg_maindiag_code": disease, "chfpdr_code": more.pop("doctor", f"D{place}")},
        **more,
    )
    if not paid:
        claims.rows["setl_d"][-1] |= {"psn_pay": Decimal("0.00"), "cash_payamt": Decimal("0.00")}
    return setl


def ordinary(claims, places=40, persons=12):
    """At each place a dozen people: seen first, seven nights, and they pay their share."""
    for p in range(places):
        claims.institution(f"H{p:02d}")
        for k in range(persons):
            who = f"N{p:02d}{k:02d}"
            claims.person(who)
            claims.settle(who, f"H{p:02d}", day(5 + k), [line("003100000000002")])
            stay(claims, who, f"H{p:02d}", 7 + k * 5, 7)


@pytest.fixture
def scored(engine):
    """claims → {(pattern, party_id): probability}, and the cases."""

    def run(claims):
        claims.register(engine)
        found = pattern.transform(engine, run_of())
        rows = engine.run(f"SELECT * FROM {found['pattern_score']}").to_pylist()
        cases = engine.run(f"SELECT * FROM {found['pattern_event']}").to_pylist()
        return {(row["model"], row["party_id"]): row["p"] for row in rows}, cases

    return run


def test_short_unpaid_stays_of_the_same_people_gather_at_one_place(scored):
    claims = Claims()
    ordinary(claims)
    for k in range(6):
        claims.person(f"A{k}")
        for turn in range(3):
            stay(claims, f"A{k}", "H00", 2 + k + turn * 20, 2, paid=False)
    # Chemotherapy comes back every three weeks for a night: planned. Aid pays the share of the poor: lawful.
    for k in range(6):
        claims.person(f"B{k}")
        claims.person(f"C{k}", psn_idet_type="02")
        for turn in range(3):
            stay(claims, f"B{k}", "H01", 2 + k + turn * 21, 1, paid=False, disease="Z51.103")
        claims.settle(f"C{k}", "H02", day(3), [line("003100000000002")])
        stay(claims, f"C{k}", "H02", 8 + k, 7, paid=False)
    p, cases = scored(claims)
    assert p["sham_stay", "H00"] > 0.95
    assert all(p["sham_stay", f"A{k}"] > 0.8 for k in range(6))
    assert {key for key in p if key[0] == "sham_stay"} == {
        ("sham_stay", who) for who in ("H00", *(f"A{k}" for k in range(6)))
    }
    assert ("nothing_paid", "H02") not in p
    assert ("nothing_paid", "H01") not in p
    assert {case["psn_no"] for case in cases if case["pattern"] == "sham_stay"} == {f"A{k}" for k in range(6)}


def test_several_crooked_places_do_not_hide_each_other(scored):
    claims = Claims()
    ordinary(claims)
    for place in ("H00", "H01", "H02"):
        for k in range(10):
            claims.person(f"{place}A{k}")
            claims.settle(f"{place}A{k}", place, day(1), [line("003100000000002")])
            stay(claims, f"{place}A{k}", place, 3 + k, 6, paid=False)
    p, _ = scored(claims)
    assert all(p["nothing_paid", place] > 0.9 for place in ("H00", "H01", "H02"))


def test_one_stay_paid_by_two_funds_is_the_persons_own_fact(scored):
    claims = Claims()
    ordinary(claims)
    stay(claims, "N0500", "H05", 80, 7, insutype="310")
    stay(claims, "N0500", "H05", 80, 7, insutype="390")
    # Paid by card, and handed in on paper three weeks later: the same days, place and cents.
    for later in (0, 21):
        item = line("003100000000001", amount="9818")
        claims.settle("N0800", "H08", day(90 + later), [item], med_type="21", begin=day(80))
        claims.rows["setl_d"][-1]["enddate"] = date.fromisoformat(day(90))
        claims.rows["mdtrt_d"][-1]["endtime"] = claims.rows["mdtrt_d"][-2]["endtime"]
    # Two stays one after the other under two insurances: a change of work.
    stay(claims, "N0600", "H06", 80, 7, insutype="310")
    stay(claims, "N0600", "H06", 90, 7, insutype="390")
    # Mother and newborn lie there together under one number.
    stay(claims, "N0700", "H07", 80, 7)
    stay(claims, "N0700", "H07", 82, 4, insutype="390")
    claims.rows["mdtrt_d"][-1]["nwb_flag"] = "1"
    p, _ = scored(claims)
    assert p["paid_twice", "N0500"] > 0.5
    assert p["paid_twice", "N0800"] > 0.5
    assert ("paid_twice", "N0600") not in p
    assert ("paid_twice", "N0700") not in p


def test_a_hundred_days_in_hand_again_and_again(scored):
    claims = Claims()
    ordinary(claims)
    drug = "XC08CAA125A001010100001"
    for turn in range(10):
        claims.settle("N0100", f"H{turn:02d}", day(turn * 6), [line(drug, prd_days=30)])
    for turn in range(2):
        claims.settle("N0200", "H02", day(turn * 85), [line(drug, prd_days=90)])
    for k in range(20):
        for turn in range(3):
            claims.settle(f"N{k + 5:02d}01", "H09", day(turn * 29), [line(drug, prd_days=30)])
    p, _ = scored(claims)
    assert p["early_refill", "N0100"] > 0.8
    assert [key for key in p if key[0] == "early_refill"] == [("early_refill", "N0100")]


def test_therapy_every_sixth_day_but_not_every_monday(scored):
    claims = Claims()
    ordinary(claims)
    for k in range(5):
        for turn in range(12):
            claims.settle(f"N00{k:02d}", "H00", day(1 + k + turn * 6), [line("004300000000001")])
            claims.settle(f"N01{k:02d}", "H01", day(1 + k + turn * 7), [line("004300000000001")])
    for p_ in range(2, 12):
        for turn, at in enumerate((3, 5, 9, 20, 26, 41)):
            claims.settle(f"N{p_:02d}00", f"H{p_:02d}", day(at + turn), [line("004300000000001")])
    p, _ = scored(claims)
    assert p["therapy_rhythm", "H00"] > 0.9
    assert all(p["therapy_rhythm", f"N00{k:02d}"] > 0.5 for k in range(5))
    assert not [key for key in p if key[0] == "therapy_rhythm" and key[1].startswith(("H01", "N01"))]


def test_who_often_comes_for_therapy_meets_the_same_distance_by_chance(scored):
    """A clinic of regulars beside places where people come thrice: a distance twice in a row now and then is no rhythm."""
    claims = Claims()
    ordinary(claims)
    drawn = random.Random(3)
    for place in range(40):
        for k in range(12):
            at = 30
            for _ in range(14 if place == 0 else 3):
                at += drawn.randint(3, 12)
                claims.settle(f"N{place:02d}{k:02d}", f"H{place:02d}", day(at), [line("004300000000001")])
    p, _ = scored(claims)
    assert all(value < 0.1 for (kind, _), value in p.items() if kind == "therapy_rhythm")


def test_therapy_that_never_ends(scored):
    claims = Claims()
    ordinary(claims)
    therapy = line("004300000000001")
    for k in range(5):
        for turn in range(45):
            claims.settle(f"N00{k:02d}", "H00", day(turn * 2), [therapy])
    # A course of twenty sessions, and a second one three months later.
    for place in range(1, 12):
        for turn in (*range(20), *range(95, 115)):
            claims.settle(f"N{place:02d}00", f"H{place:02d}", day(turn), [therapy])
    p, _ = scored(claims)
    assert p["therapy_long", "H00"] > 0.9
    assert all(p["therapy_long", f"N00{k:02d}"] > 0.5 for k in range(5))
    assert {party for pattern_, party in p if pattern_ == "therapy_long"} == {
        "H00",
        *(f"N00{k:02d}" for k in range(5)),
    }


def test_a_signature_that_is_on_no_register(scored):
    claims = Claims()
    ordinary(claims)
    for place in range(40):
        claims.rows["medins_dr_b"].append(
            {"fixmedins_code": f"H{place:02d}", "prac_psn_code": f"D{place:02d}", "prac_psn_name": "甲"}
        )
    for k in range(12):
        for place in range(20):
            claims.settle(
                f"N{place:02d}{k:02d}",
                f"H{place:02d}",
                day(k),
                [line("003100000000002", bilg_dr_code=f"D{place:02d}")],
            )
        claims.settle(f"N00{k:02d}", "H00", day(40 + k), [line("003100000000002", bilg_dr_code="STRANGER")])
        # A default of the system stands everywhere; a slip of the pen stands once.
        claims.settle(f"N{k:02d}00", f"H{k:02d}", day(50), [line("003100000000002", bilg_dr_code="DEFAULT")])
    claims.settle("N0301", "H03", day(60), [line("003100000000002", bilg_dr_code="SLIP")])
    p, _ = scored(claims)
    assert p["unregistered_doctor", "H00"] > 0.9
    assert p["unregistered_doctor", "STRANGER"] > 0.9
    assert {party for pattern_, party in p if pattern_ == "unregistered_doctor"} == {"H00", "STRANGER"}


def test_back_soon_with_the_same_illness(scored):
    claims = Claims()
    ordinary(claims)
    for k in range(6):
        for first, second in ((20, 30),):
            stay(claims, f"N00{k:02d}", "H00", 80 + first, 7, disease="J44", doctor="D1")
            stay(claims, f"N00{k:02d}", "H00", 80 + second, 7, disease="J44", doctor="D1")
            stay(claims, f"N01{k:02d}", "H01", 80 + first, 7, disease="M51", doctor="D2")
            stay(claims, f"N01{k:02d}", "H01", 80 + second, 7, disease="J18", doctor="D2")
    p, _ = scored(claims)
    assert p["back_soon", "D1"] > 0.9
    assert ("back_soon", "D2") not in p


def test_whose_share_aid_pays_is_kept_coming_back(scored):
    claims = Claims()
    ordinary(claims)
    for k in range(6):
        claims.person(f"A{k}", psn_idet_type="02")
        claims.person(f"B{k}", psn_idet_type="02")
        for turn in range(3):
            stay(claims, f"A{k}", "H00", 10 + k + turn * 30, 7)
        stay(claims, f"B{k}", f"H{k + 1:02d}", 20, 7)
    p, _ = scored(claims)
    assert p["aided_again", "H00"] > 0.9
    assert {party for pattern_, party in p if pattern_ == "aided_again"} == {"H00", "DH00"}


def test_four_dialyses_a_week(scored):
    claims = Claims()
    ordinary(claims)
    dialysis = line("003110000060000", hilist_name="血液透析", amount="400")
    for k in range(6):
        claims.person(f"A{k}")
        claims.person(f"B{k}")
        claims.person(f"E{k}")
        for n in range(60):
            if n % 7 in (0, 1, 2, 4, 5):
                claims.settle(f"A{k}", "H00", day(n), [dialysis])
            if n % 7 in (0, 2, 4):
                claims.settle(f"B{k}", "H01", day(n), [dialysis])
                claims.settle(f"E{k}", "H02", day(n), [dialysis])
    p, _ = scored(claims)
    assert p["extra_dialysis", "H00"] > 0.9
    assert not [key for key in p if key[0] == "extra_dialysis" and key[1] != "H00"]
