"""Claims in, hits out: the right rule on the right line with the right amount, and silence beside it.

Codes and limits are the published points' own (see rules_kb/knowledge); amounts are worked out by hand.
"""

from decimal import Decimal

from tests.claims import Claims, line

WOMEN_ONLY = "ZD03AAA0043010100166"  # 艾附暖宫丸, women only since 2025-05-23
BED = "001109000010000"  # 普通病房床位费, one a day since 2026-01-06; inside 急诊监护费
EMERGENCY_MONITORING = "001103000010000"  # 急诊监护费 contains the bed, same day, since 2025-12-12
SECOND_LEVEL_ONLY = "ZC01AAA0042010105549"  # 艾迪注射液, second level and above


def of(hits, rule_id):
    return [hit for hit in hits if hit["rule_id"] == rule_id]


def test_sex_on_the_right_line(judge):
    claims = Claims()
    claims.person("man", gend="1")
    claims.person("woman", gend="2")
    claims.institution("H1")
    claims.settle("man", "H1", "2026-03-02", [line("XA01"), line(WOMEN_ONLY, amount="31.50", bkkp_sn="bad")])
    claims.settle("woman", "H1", "2026-03-02", [line(WOMEN_ONLY, amount="31.50")])
    claims.settle("man", "H1", "2025-05-22", [line(WOMEN_ONLY)])  # a day before the point is in force
    (hit,) = of(judge(claims, only=["drug_sex_limit"]), "drug_sex_limit")
    assert (hit["bkkp_sn"], hit["vola_amt"], hit["fund_amt"]) == ("bad", Decimal("31.50"), Decimal("22.05"))
    assert (hit["result"], hit["verified"], hit["stage"]) == ("suspect", False, "post")
    assert "依据待核" in hit["reason_zh"]


def test_newborn_under_the_mother_is_silent(judge):
    claims = Claims()
    claims.person("father", gend="1")
    claims.institution("H1")
    claims.settle("father", "H1", "2026-03-02", [line(WOMEN_ONLY)], mdtrt={"nwb_flag": "1"})
    assert of(judge(claims, only=["drug_sex_limit"]), "drug_sex_limit") == []


def test_newborns_under_the_mother_are_patients_of_their_own(judge):
    claims = Claims()
    claims.person("mother", gend="2")
    claims.institution("H1")

    def stay(begin, end, *sns, newborn=False):
        bed = {"at": f"{begin} 10:00:00", "med_chrgitm_type": "01"}
        visit = {"nwb_flag": "1" if newborn else "0", "dscg_maindiag_code": "P59.900" if newborn else "J18.900", "dscg_way": "1"}  # fmt: skip
        beds = [line(BED, amount="40", bkkp_sn=sn, **bed) for sn in sns]
        claims.settle("mother", "H1", end, beds, med_type="21", begin=begin, mdtrt=visit)

    stay("2026-02-01", "2026-02-05", "own")
    stay("2026-02-01", "2026-02-04", "twin 1", newborn=True)
    stay("2026-02-01", "2026-02-04", "twin 2", newborn=True)
    stay("2026-02-06", "2026-02-09", "ill newborn", newborn=True)
    stay("2026-02-08", "2026-02-12", "back", "twice")
    hits = judge(claims, only=["overlapping_stays", "service_day_cap", "split_admission"])
    assert [hit["bkkp_sn"] for hit in of(hits, "service_day_cap")] == ["twice"]
    assert [hit["setl_id"] for hit in of(hits, "split_admission")] == ["S5"], (
        "her own two stays are three days apart"
    )
    assert of(hits, "overlapping_stays") == []


def test_level_and_unrated(judge):
    claims = Claims()
    claims.person("A")
    claims.institution("H1", hosp_lv="08")
    claims.institution("H2", hosp_lv="05")
    claims.institution("H3", hosp_lv="11")
    for code in ("H1", "H2", "H3"):
        claims.settle("A", code, "2025-10-02", [line(SECOND_LEVEL_ONLY, bkkp_sn=code)])
    hits = of(judge(claims, only=["drug_level_limit"]), "drug_level_limit")
    assert {hit["bkkp_sn"] for hit in hits} == {"H1", "H3"}
    assert "关键信息缺失" in next(h for h in hits if h["bkkp_sn"] == "H3")["reason_zh"]


def test_day_cap_counts_net_of_refunds(judge):
    claims = Claims()
    claims.person("A")
    claims.institution("H1")
    stay = {"med_type": "21", "begin": "2026-02-01"}
    bed = {"at": "2026-02-03 00:00:00", "med_chrgitm_type": "01"}
    claims.settle("A", "H1", "2026-02-05", [line(BED, amount="120", cnt="3", bkkp_sn="three", **bed)], **stay)
    claims.person("B")
    lines = [
        line(BED, amount="80", cnt="2", bkkp_sn="two", **bed),
        line(BED, amount="-40", cnt="-1", init_feedetl_sn="two", **bed),
    ]
    claims.settle("B", "H1", "2026-02-05", lines, **stay)
    (hit,) = of(judge(claims, only=["service_day_cap"]), "service_day_cap")
    assert (hit["psn_no"], hit["bkkp_sn"], hit["vola_amt"]) == ("A", "three", Decimal("80.00"))


def test_component_beside_its_main_item(judge):
    claims = Claims()
    for person in "ABC":
        claims.person(person)
    claims.institution("H1")
    both = [line(EMERGENCY_MONITORING, bkkp_sn="main"), line(BED, amount="40", bkkp_sn="part")]
    claims.settle("A", "H1", "2026-02-05", both, med_type="13")
    apart = [
        line(EMERGENCY_MONITORING, at="2026-02-04 09:00:00"),
        line(BED, at="2026-02-05 09:00:00"),
    ]
    claims.settle("B", "H1", "2026-02-05", apart, med_type="13")
    cancelled = [
        line(EMERGENCY_MONITORING, bkkp_sn="gone"),
        line(EMERGENCY_MONITORING, amount="-10", cnt="-1", init_feedetl_sn="gone"),
        line(BED),
    ]
    claims.settle("C", "H1", "2026-02-05", cancelled, med_type="13")
    (hit,) = of(judge(claims, only=["service_repeat_charge"]), "service_repeat_charge")
    assert (hit["bkkp_sn"], hit["related_sn"], hit["vola_amt"]) == ("part", ["main"], Decimal("40.00"))


def test_stays_split_overlapping_and_a_visit_inside(judge):
    claims = Claims()
    claims.person("A")
    claims.institution("H1")
    claims.institution("H2")
    claims.institution("P1", hosp_lv=None)
    pneumonia = {"dscg_maindiag_code": "J18.900", "dscg_way": "1"}
    stay = {"med_type": "21", "mdtrt": pneumonia}
    claims.settle("A", "H1", "2026-02-08", [line("001", amount="900")], begin="2026-02-01", **stay)
    claims.settle("A", "H1", "2026-02-20", [line("001", amount="700")], begin="2026-02-12", **stay)
    claims.settle("A", "H2", "2026-02-26", [line("001", amount="500")], begin="2026-02-16", **stay)
    claims.settle("A", "P1", "2026-02-04", [line("XA01", amount="66")], med_type="41")
    hits = judge(claims, only=["overlapping_stays", "split_admission", "visit_during_stay"])
    (split,) = of(hits, "split_admission")
    assert (split["setl_id"], split["vola_amt"], split["party_id"]) == ("S2", Decimal("700.00"), "H1")
    (overlap,) = of(hits, "overlapping_stays")
    assert (overlap["setl_id"], overlap["party_id"]) == ("S3", "H2")
    (inside,) = of(hits, "visit_during_stay")
    assert (inside["setl_id"], inside["party_id"], inside["vola_amt"]) == ("S4", "H1", Decimal("66.00"))


def test_open_stay_hits_in_and_keeps_its_id_when_settled(judge):
    def stay(settled):
        claims = Claims()
        claims.person("man", gend="1")
        claims.institution("H1")
        rows = [line(WOMEN_ONLY, amount="31.50", bkkp_sn="L1", at="2026-03-02 09:00:00")]
        if settled:
            claims.settle("man", "H1", "2026-03-05", rows, med_type="21", begin="2026-03-01", mdtrt_id="M9")
        else:
            claims.visit("man", "H1", "2026-03-01", None, "M9", "21")
            claims.add_line("man", "H1", "M9", "21", rows[0], day="2026-03-02")
        return claims

    (before,) = of(judge(stay(False), only=["drug_sex_limit"]), "drug_sex_limit")
    (after,) = of(judge(stay(True), only=["drug_sex_limit"]), "drug_sex_limit")
    assert (before["stage"], after["stage"]) == ("in", "post")
    assert (before["judged_day"], after["judged_day"]) == ("open=2026-03-02", "setl_date=2026-03-05")
    assert before["hit_id"] == after["hit_id"]


def test_death_trace_codes_and_bed_days(judge):
    from datetime import date

    claims = Claims()
    claims.person("late", death_date=date(2026, 2, 1))
    claims.person("B")
    claims.institution("H1")
    claims.institution("P1", hosp_lv=None)
    claims.settle("late", "P1", "2026-02-10", [line("XA01", amount="20", bkkp_sn="dead")], med_type="41")
    claims.settle("B", "P1", "2026-02-11", [line("XA01", amount="20", bkkp_sn="again")], med_type="41")
    code = "8" * 20
    claims.sell(code, "P1", "2026-02-10 11:00:00", setl_id="S1", bkkp_sn="dead", psn_no="late")
    claims.sell(code, "P1", "2026-02-11 11:00:00", setl_id="S2", bkkp_sn="again", psn_no="B")
    returned = "7" * 20
    claims.sell(returned, "P1", "2026-02-10 11:00:00", setl_id="S1", bkkp_sn="dead", psn_no="late")
    claims.sell(returned, "P1", "2026-02-10 12:00:00", event="return", setl_id="S1", bkkp_sn="dead")
    claims.sell(returned, "P1", "2026-02-11 11:00:00", setl_id="S2", bkkp_sn="again", psn_no="B")
    beds = [
        line(BED, amount="480", cnt="12", med_chrgitm_type="01", at="2025-11-12 00:00:00", bkkp_sn="beds")
    ]
    claims.settle("B", "H1", "2025-11-10", beds, med_type="21", begin="2025-11-01")
    hits = judge(claims, only=["bed_days_over_stay", "service_after_death", "trace_code_sold_twice"])
    (death,) = of(hits, "service_after_death")
    assert (death["bkkp_sn"], death["party_type"], death["party_id"]) == ("dead", "person", "late")
    (trace,) = of(hits, "trace_code_sold_twice")
    assert (trace["bkkp_sn"], trace["related_sn"], trace["vola_amt"]) == ("again", ["dead"], Decimal("20.00"))
    (bed,) = of(hits, "bed_days_over_stay")
    assert (bed["bkkp_sn"], bed["vola_amt"]) == ("beds", Decimal("120.00"))  # 9 days, 12 charged


def test_only_the_run_s_days_are_judged(judge):
    claims = Claims()
    claims.person("man", gend="1")
    claims.institution("H1")
    for day in ("2026-03-02", "2026-03-03"):
        claims.settle("man", "H1", day, [line(WOMEN_ONLY, bkkp_sn=day)])
    hits = of(judge(claims, days=["setl_date=2026-03-03"], only=["drug_sex_limit"]), "drug_sex_limit")
    assert [hit["bkkp_sn"] for hit in hits] == ["2026-03-03"]
