"""Grains over an institution: finished months, stock, shares, groups, bursts."""

from datetime import datetime, timedelta
from decimal import Decimal

from tests.claims import Claims, line


def test_month_is_judged_when_it_is_finished(candidates):
    claims = Claims()
    claims.person("A")
    for code in ("H1", "H2"):
        claims.institution(code)
    claims.institution("H3")
    for _ in range(50):
        claims.settle("A", "H1", "2026-03-10", [line("XA01", amount="60"), line("002103", amount="40")])
        claims.settle("A", "H2", "2026-03-10", [line("XA01", amount="20"), line("002103", amount="80")])
    claims.settle("A", "H2", "2026-04-01", [line("XA01", amount="500")])
    claims.settle("A", "H3", "2026-03-10", [line("XA01", amount="99"), line("002103", amount="1")])
    assert candidates(claims, "provider_month", days=["setl_date=2026-03-30"]) == []
    rows = {
        row["fixmedins_code"]: row
        for row in candidates(claims, "provider_month", days=["setl_date=2026-03-31"])
    }
    assert (rows["H1"]["drug_share"], rows["H2"]["drug_share"]) == (0.6, 0.2)
    assert (rows["H1"]["ct_share"], rows["H1"]["exam_share"], rows["H1"]["peers"]) == (0.4, 0.4, 2)
    assert rows["H1"]["peer_drug_share"] == 0.56, "a hospital of one case is no peer"
    assert rows["H3"]["settlements"] == 1
    later = candidates(claims, "provider_month", days=["setl_date=2026-03-10", "setl_date=2026-04-01"])
    assert {row["first_day"].isoformat() for row in later} == {"2026-03-01"}


def test_readmission_within_31_days(candidates):
    claims = Claims()
    claims.institution("H1")
    for psn_no, day in (("A", "2026-04-05"), ("B", "2026-04-06")):
        claims.person(psn_no)
        claims.settle(psn_no, "H1", "2026-03-05", [line("XA01")], med_type="21", begin="2026-03-01")
        claims.settle(psn_no, "H1", "2026-04-20", [line("XA01")], med_type="21", begin=day)
    (row,) = candidates(claims, "provider_month", days=["setl_date=2026-04-30"])
    assert (row["stays"], row["readmissions"], row["readmission_rate"]) == (2, 1, 0.5)


def stock(claims, kind, day, cnt, unit="盒"):
    claims.rows["drug_inv_d"].append(
        {"fixmedins_code": "P1", "hilist_code": "XA01", "inv_data_type": kind, "event_time": datetime.fromisoformat(day),
         "cnt": Decimal(cnt), "unit": unit, "fixmedins_bchno": f"{kind}{day}"}
    )  # fmt: skip


def test_stock_between_two_counts(candidates):
    claims = Claims()
    claims.person("A")
    claims.institution("P1")
    stock(claims, "1", "2026-03-01", 10)
    stock(claims, "3", "2026-03-05", 20)
    stock(claims, "1", "2026-03-31", 5)
    claims.settle("A", "P1", "2026-03-10", [line("XA01", cnt="40", amount="400")], med_type="41")
    claims.settle("A", "P1", "2026-02-20", [line("XA01", cnt="99", amount="990")], med_type="41")
    (row,) = candidates(claims, "stock_window", days=["setl_date=2026-03-31"])
    assert (row["settled_cnt"], row["allowed_cnt"], row["item_kind"]) == (40, 25, "drug")
    stock(claims, "3", "2026-03-06", 20, unit="片")
    (row,) = candidates(claims, "stock_window", days=["setl_date=2026-03-31"])
    assert row["allowed_cnt"] is None


def test_share_of_stays_with_an_item(candidates):
    claims = Claims()
    claims.institution("H1")
    claims.institution("H2")
    claims.institution("H3")
    for number in range(60):
        claims.person(f"p{number}")
        claims.settle(f"p{number}", "H1", "2026-03-10", [line("002103")], med_type="21")
        item = "002103" if number < 15 else "XA01"
        claims.settle(f"p{number}", "H2", "2026-03-20", [line(item)], med_type="21")
        claims.settle(f"p{number}", "H3", "2026-03-20", [line("XA01")], med_type="21")
    rows = {
        row["fixmedins_code"]: row for row in candidates(claims, "exam_share", days=["setl_date=2026-03-31"])
    }
    assert (rows["H1"]["share"], rows["H2"]["share"], rows["H1"]["peer_share"]) == (1, 0.25, 0.25)
    assert rows["H1"]["peers"] == 3, "who never orders it is a peer"


def test_group_of_a_village_in_one_week(candidates):
    claims = Claims()
    claims.institution("H1")
    for number in range(5):
        village = "990101001002" if number < 4 else "990101"
        claims.person(f"p{number}", resd_admdvs=village, household_no=f"h{number // 2}")
        claims.settle(f"p{number}", "H1", "2026-03-12", [line("XA01")], med_type="21", begin="2026-03-04")
    (row,) = candidates(claims, "admission_group")
    assert (row["persons"], row["households"], row["week_persons"], row["share"]) == (4, 2, 5, 0.8)


def test_burst_of_equal_amounts(candidates):
    claims = Claims()
    claims.institution("P1")
    for number in range(6):
        claims.person(f"p{number}")
        claims.settle(
            f"p{number}",
            "P1",
            "2026-03-10",
            [line("XA01", amount="50" if number < 4 else str(number))],
            med_type="41",
        )
        claims.rows["setl_d"][-1]["setl_time"] = datetime.fromisoformat("2026-03-10 09:00:00") + timedelta(
            minutes=number
        )
    (row,) = candidates(claims, "purchase_burst")
    assert (row["persons"], row["equal_persons"], row["day_persons"]) == (6, 4, 6)
