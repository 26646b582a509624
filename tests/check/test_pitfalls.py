"""The known false-positive pitfalls: beside each, the claim that must be found.

Codes and limits are the published points' own (see rules_kb/knowledge); amounts are worked out by hand.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.claims import Claims, line

BED = "001109000010000"  # 普通病房床位费
ICU_BED = "001109000030000"  # 监护病房床位费
NURSING = "001201000040000"  # II级护理
EMERGENCY_MONITORING = "001103000010000"  # 急诊监护费 contains the bed, same day
VENTILATOR = "003106030010000"  # 呼吸机辅助呼吸, 24 hours a day
DIALYSIS = "003110000060000"  # 血液透析
PERFUSION = "003110000100000"  # 血液灌流 contains the dialysis, same day
DELIVERY = "003314000020000"  # 单胎顺产接生
FETAL_MONITORING = "003112010260000"  # 胎心监测, inside 单胎顺产接生 for 6 hours
VAGINAL_SUTURE = "003313040020000"  # 阴道裂伤缝合术, inside 单胎顺产接生 for the stay
ARTERIAL_PRESSURE = "003107020020000"  # 持续有创性血压监测
ECG = "003107010220000"  # 心电监测, inside 持续有创性血压监测 for the same hour
GASTRECTOMY = "003310020050000"  # 胃癌根治术
PROXIMAL_GASTRECTOMY = "003310020030000"  # 近端胃大部切除术, inside 胃癌根治术 for the stay
WOMEN_ONLY = "ZD03AAA0043010100166"  # 艾附暖宫丸
PNEUMONIA = {"dscg_maindiag_code": "J18.900", "dscg_way": "1"}


def found(hits, rule_code):
    return {hit["bkkp_sn"]: hit["vola_amt"] for hit in hits if hit["rule_code"] == rule_code}


def of(hits, rule_code):
    return [hit for hit in hits if hit["rule_code"] == rule_code]


def people(*names, **more):
    claims = Claims()
    claims.institution("H1")
    claims.institution("H2")
    claims.institution("P1", hosp_lv=None)
    for name in names:
        claims.person(name, **more)
    return claims


def diagnose(claims, setl_id, *codes):
    visit = next(row for row in claims.rows["setl_d"] if row["setl_id"] == setl_id)
    for number, code in enumerate(codes):
        claims.rows["setl_list_diag_d"].append(
            {
                "diag_info_id": f"{setl_id}-D{number}",
                "setl_id": setl_id,
                "mdtrt_id": visit["mdtrt_id"],
                "psn_no": visit["psn_no"],
                "diag_code": code,
                "maindiag_flag": "0" if number else "1",
            }
        )


def stay(claims, psn_no, begin, end, lines=None, code="H1", diag="J18.900", way="1", **more):
    mdtrt = {"dscg_maindiag_code": diag, "dscg_way": way, **more.pop("mdtrt", {})}
    rows = lines or [line("002501", amount="100", bkkp_sn=f"{psn_no}-{begin}")]
    more = {"med_type": "21", **more}
    setl_id = claims.settle(psn_no, code, end, rows, begin=begin, mdtrt=mdtrt, **more)
    diagnose(claims, setl_id, diag)
    return setl_id


def one_visit(claims, mdtrt_id):
    first, *rest = [row for row in claims.rows["mdtrt_d"] if row["mdtrt_id"] == mdtrt_id]
    first["endtime"] = max(row["endtime"] for row in [first, *rest])
    claims.rows["mdtrt_d"] = [
        row for row in claims.rows["mdtrt_d"] if row is first or row["mdtrt_id"] != mdtrt_id
    ]


def days_from(first, number, step=1):
    return [(date.fromisoformat(first) + timedelta(days=step * n)).isoformat() for n in range(number)]


def test_split_admission_spares_cycles_transfers_and_new_events(judge):
    claims = people("split", "chemo", "radio", "dialysis", "moved", "paid_mid", "new_year", "fall")
    for name in ("newborn", "elsewhere", "community", "late", "other_code", "three"):
        claims.person(name)
    stay(claims, "split", "2026-02-01", "2026-02-08")
    stay(claims, "split", "2026-02-12", "2026-02-20", [line("002501", amount="700", bkkp_sn="split-2")])
    stay(claims, "other_code", "2026-02-01", "2026-02-08")
    stay(claims, "other_code", "2026-02-12", "2026-02-20", diag="J18.000")
    for name, diag in (("chemo", "Z51.100"), ("radio", "Z51.000"), ("dialysis", "Z49.100")):
        stay(claims, name, "2026-02-01", "2026-02-04", diag=diag)
        stay(claims, name, "2026-02-11", "2026-02-14", diag=diag)
    stay(claims, "moved", "2026-02-01", "2026-02-08")
    stay(claims, "moved", "2026-02-08", "2026-02-20")
    stay(claims, "paid_mid", "2026-02-01", "2026-02-08", mdtrt_id="MID", mid_setl_flag="1")
    stay(claims, "paid_mid", "2026-02-09", "2026-02-20", mdtrt_id="MID")
    one_visit(claims, "MID")
    stay(claims, "new_year", "2025-12-20", "2025-12-31")
    stay(claims, "new_year", "2025-12-31", "2026-01-08")
    stay(claims, "fall", "2026-02-01", "2026-02-08")
    stay(claims, "fall", "2026-02-12", "2026-02-20", diag="S72.000")
    stay(claims, "newborn", "2026-02-01", "2026-02-04", diag="P59.900", mdtrt={"nwb_flag": "1"})
    stay(claims, "newborn", "2026-02-08", "2026-02-12", diag="P90.x00", mdtrt={"nwb_flag": "1"})
    stay(claims, "elsewhere", "2026-02-01", "2026-02-08")
    stay(claims, "elsewhere", "2026-02-10", "2026-02-20", code="H2")
    stay(claims, "community", "2026-02-01", "2026-02-08", way="2")
    stay(
        claims, "community", "2026-02-08", "2026-02-12", code="H2", way="2", mdtrt={"refl_old_mdtrt_id": "M1"}
    )
    stay(claims, "community", "2026-02-12", "2026-02-20", mdtrt={"refl_old_mdtrt_id": "M2"})
    stay(claims, "late", "2026-02-01", "2026-02-08")
    stay(claims, "late", "2026-03-08", "2026-03-12")
    stay(claims, "three", "2026-02-01", "2026-02-08")
    stay(claims, "three", "2026-02-08", "2026-02-15")
    stay(claims, "three", "2026-02-20", "2026-02-25")
    hits = judge(claims, only=["EXT-003", "MGT-ACT-001"])
    assert found(hits, "MGT-ACT-001") == {
        "split-2": Decimal("700.00"),
        "other_code-2026-02-12": Decimal("100.00"),
        "three-2026-02-20": Decimal("100.00"),
    }
    assert {hit["result"] for hit in of(hits, "MGT-ACT-001")} == {"suspect"}
    assert of(hits, "EXT-003") == []


def daily_visits(items):
    claims = people("often", "chronic", *items)
    for number, day in enumerate(days_from("2026-03-01", 20)):
        claims.settle("often", "H1", day, [line("XA01", amount="20", bkkp_sn=f"often-{number}")])
        claims.settle("chronic", "H1", day, [line("XA01")], med_type="14", dise_no="M01")
        for name, item in items.items():
            claims.settle(name, "H1", day, [line(item)])
    return claims


def test_frequent_visits_spare_planned_treatment(judge):
    planned = {
        "dialysis": DIALYSIS,
        "radiotherapy": "002403000010000",
        "rehabilitation": "003402000210000",
        "acupuncture": "004300000010000",
    }
    hits = of(judge(daily_visits(planned)), "MGT-ACT-002")
    assert {hit["psn_no"] for hit in hits} == {"often"}
    assert {hit["result"] for hit in hits} == {"suspect"}
    assert max(hit["service_date"] for hit in hits) == date(2026, 3, 20)


def test_frequent_visits_spare_methadone_and_vaccine_series(judge):
    planned = {"methadone": "XN07BCM054A001010100928", "rabies": "XJ07BGR030B014010101119"}
    hits = of(judge(daily_visits(planned)), "MGT-ACT-002")
    assert {hit["psn_no"] for hit in hits} == {"often"}


def test_frequent_purchases_spare_chronic_benefits(judge):
    claims = people("buyer", "chronic")
    for day in days_from("2026-03-01", 20):
        claims.settle("buyer", "P1", day, [line("XA01", amount="20")], med_type="41")
        claims.settle("chronic", "P1", day, [line("XA01", amount="20")], med_type="9929", dise_no="M01")
    hits = of(judge(claims, only=["MGT-ACT-003"]), "MGT-ACT-003")
    assert {hit["psn_no"] for hit in hits} == {"buyer"}
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_frequent_stays_spare_dialysis_and_count_a_stay_once(judge):
    claims = people("often", "dialysis", "settled_in_parts")
    for number, day in enumerate(days_from("2026-01-02", 10, step=17)):
        end = (date.fromisoformat(day) + timedelta(days=2)).isoformat()
        stay(claims, "often", day, end, diag=f"{'JKMNE'[number % 5]}2{number}.900")
        stay(claims, "dialysis", day, end, [line(DIALYSIS)], diag="Z49.100")
        stay(claims, "settled_in_parts", day, end, mdtrt_id="ONE", mid_setl_flag="1")
    one_visit(claims, "ONE")
    hits = of(judge(claims, only=["MGT-ACT-004"]), "MGT-ACT-004")
    assert {hit["psn_no"] for hit in hits} == {"often"}
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_frequent_stays_spare_chemotherapy_cycles(judge):
    claims = people("chemo")
    for day in days_from("2026-01-02", 10, step=21):
        stay(claims, "chemo", day, (date.fromisoformat(day) + timedelta(days=2)).isoformat(), diag="Z51.100")
    assert of(judge(claims, only=["MGT-ACT-004"]), "MGT-ACT-004") == []


def test_bed_days_are_discharge_less_admission(judge):
    claims = people(
        "twelve", "eleven", "same_day", "same_day_two", "transfer", "newborn", "surcharge", "refund"
    )

    def bed(item, cnt, sn, day="2025-11-12", **more):
        more = {"med_chrgitm_type": "01", "at": f"{day} 00:00:00", **more}
        return line(item, amount=str(40 * int(cnt)), cnt=cnt, bkkp_sn=sn, **more)

    long = ("2025-11-01", "2025-11-12")
    stay(claims, "twelve", *long, [bed(BED, "12", "twelve")])
    stay(claims, "eleven", *long, [bed(BED, "11", "eleven")])
    stay(claims, "same_day", "2025-11-05", "2025-11-05", [bed(BED, "1", "same_day", "2025-11-05")])
    two = [bed(BED, "2", "same_day_two", "2025-11-05")]
    stay(claims, "same_day_two", "2025-11-05", "2025-11-05", two)
    stay(claims, "transfer", *long, [bed(BED, "7", "ward"), bed(ICU_BED, "5", "icu")])
    cot = bed("001109000060000", "11", "cot", hilist_name="新生儿床位费")
    stay(claims, "newborn", *long, [bed(BED, "11", "mother"), cot])
    extra = bed("001109000010001", "11", "extra", hilist_name="普通病房床位费(传染病房加收)")
    stay(claims, "surcharge", *long, [bed(BED, "11", "plain"), extra])
    back = bed(BED, "-3", "back", init_feedetl_sn="fourteen")
    stay(claims, "refund", *long, [bed(BED, "14", "fourteen"), back])
    hits = of(judge(claims, only=["EXT-002"]), "EXT-002")
    assert {hit["bkkp_sn"]: hit["vola_amt"] for hit in hits if hit["psn_no"] != "transfer"} == {
        "twelve": Decimal("40.00"),
        "same_day_two": Decimal("40.00"),
    }
    assert all(hit["result"] == "suspect" for hit in hits if hit["psn_no"] == "transfer")


def hours(cnt, at, sn, **more):
    return line(VENTILATOR, amount=str(10 * int(cnt)), cnt=cnt, at=f"2026-02-{at}:00:00", bkkp_sn=sn, **more)


def clock(begin, end):
    return {
        "serv_begntime": datetime.fromisoformat(f"2026-02-{begin}:00:00"),
        "serv_endtime": datetime.fromisoformat(f"2026-02-{end}:00:00"),
    }


def test_hours_of_a_day_over_both_departments(judge):
    claims = people("over", "two_departments", "fewer_hours")
    span = ("2026-02-01", "2026-02-06")
    stay(claims, "over", *span, [hours("24", "02 10", "over-1"), hours("30", "03 10", "over-2")])
    shared = [
        hours("10", "03 10", "ward", bilg_dept_codg="A"),
        hours("14", "03 22", "icu", bilg_dept_codg="B"),
    ]
    stay(claims, "two_departments", *span, shared)
    stay(claims, "fewer_hours", *span, [hours("14", "04 06", "ten", **clock("03 20", "04 06"))])
    hits = judge(claims, only=["EXT-010", "POL-SVC-014"])
    assert found(hits, "POL-SVC-014") == {"over-2": Decimal("60.00")}
    assert found(hits, "EXT-010") == {"ten": Decimal("40.00")}


def test_hours_across_midnight_follow_start_and_stop(judge):
    claims = people("A")
    night = hours("36", "05 08", "night", **clock("03 20", "05 08"))
    stay(claims, "A", "2026-02-01", "2026-02-06", [night])
    hits = judge(claims, only=["EXT-010", "POL-SVC-014"])
    assert found(hits, "POL-SVC-014") == {}
    assert found(hits, "EXT-010") == {}


def test_hours_posted_late_are_those_since_the_last_posting(judge):
    claims = people("A")
    stay(
        claims, "A", "2026-02-01", "2026-02-06", [hours("24", "02 10", "first"), hours("60", "05 10", "late")]
    )
    assert found(judge(claims, only=["POL-SVC-014"]), "POL-SVC-014") == {}


def test_repeat_charge_keeps_each_pair_s_window(judge):
    claims = people("hour", "hours_apart", "labour", "past_midnight", "day_before", "stay", "two_stays")
    span = ("2026-02-01", "2026-02-10")

    def at(item, time, sn, amount="50"):
        return line(item, amount=amount, at=f"2026-02-{time}:00", bkkp_sn=sn)

    stay(claims, "hour", *span, [at(ARTERIAL_PRESSURE, "03 09:10", "h-main"), at(ECG, "03 09:40", "hour")])
    apart = [at(ARTERIAL_PRESSURE, "03 09:10", "a-main"), at(ECG, "03 15:40", "apart")]
    stay(claims, "hours_apart", *span, apart)
    near = [at(DELIVERY, "03 12:00", "l-main"), at(FETAL_MONITORING, "03 09:00", "labour")]
    stay(claims, "labour", *span, near, diag="O80.000")
    night = [at(DELIVERY, "04 01:00", "n-main"), at(FETAL_MONITORING, "03 23:00", "night")]
    stay(claims, "past_midnight", *span, night, diag="O80.000")
    morning = [at(DELIVERY, "03 20:00", "d-main"), at(FETAL_MONITORING, "03 08:00", "morning")]
    stay(claims, "day_before", *span, morning, diag="O80.000")
    both = [at(GASTRECTOMY, "03 09:00", "s-main"), at(PROXIMAL_GASTRECTOMY, "05 09:00", "same stay", "800")]
    stay(claims, "stay", *span, both, diag="C16.900")
    stay(claims, "two_stays", *span, [at(GASTRECTOMY, "03 09:00", "t-main")], diag="C16.900")
    again = [line(PROXIMAL_GASTRECTOMY, amount="800", bkkp_sn="other stay")]
    stay(claims, "two_stays", "2026-03-20", "2026-03-28", again, diag="C16.900")
    hits = judge(claims, only=["POL-SVC-012"])
    assert found(hits, "POL-SVC-012") == {
        "hour": Decimal("50.00"),
        "labour": Decimal("50.00"),
        "night": Decimal("50.00"),
        "same stay": Decimal("800.00"),
    }


def test_repeat_charge_sessions_refunds_and_variants(judge):
    claims = people("together", "sequential", "no_clock", "part_back", "all_back", "variant")
    claims.person("main_reversed")

    def both(name, first, second):
        lines = [
            line(PERFUSION, amount="500", at=f"2026-02-03 {first}", bkkp_sn=f"{name}-main"),
            line(DIALYSIS, amount="400", at=f"2026-02-03 {second}", bkkp_sn=name),
        ]
        stay(claims, name, "2026-02-01", "2026-02-05", lines, diag="N18.500")

    both("together", "09:00:00", "10:00:00")
    both("sequential", "16:00:00", "07:00:00")
    both("no_clock", "00:00:00", "00:00:00")
    visit = {"med_type": "13"}
    beds = [
        line(EMERGENCY_MONITORING, bkkp_sn="p-main"),
        line(BED, amount="80", cnt="2", bkkp_sn="part_back"),
        line(BED, amount="-40", cnt="-1", init_feedetl_sn="part_back", bkkp_sn="p-back"),
    ]
    claims.settle("part_back", "H1", "2026-02-05", beds, **visit)
    gone = [
        line(EMERGENCY_MONITORING, bkkp_sn="a-main"),
        line(BED, amount="40", bkkp_sn="all_back"),
        line(BED, amount="-40", cnt="-1", init_feedetl_sn="all_back", bkkp_sn="a-back"),
    ]
    claims.settle("all_back", "H1", "2026-02-05", gone, **visit)
    other = [line(EMERGENCY_MONITORING), line("001109000010001", amount="40", cnt="4", bkkp_sn="variant")]
    claims.settle("variant", "H1", "2026-02-05", other, **visit)
    main = claims.settle(
        "main_reversed",
        "H1",
        "2026-02-05",
        [line(EMERGENCY_MONITORING, bkkp_sn="r-main")],
        mdtrt_id="R",
        **visit,
    )
    back = [line(EMERGENCY_MONITORING, amount="-10", cnt="-1", init_feedetl_sn="r-main", bkkp_sn="r-back")]
    claims.settle(
        "main_reversed",
        "H1",
        "2026-02-05",
        back,
        mdtrt_id="R",
        refd_setl_flag="1",
        init_setl_id=main,
        **visit,
    )
    claims.settle(
        "main_reversed", "H1", "2026-02-05", [line(BED, amount="40", bkkp_sn="alone")], mdtrt_id="R", **visit
    )
    one_visit(claims, "R")
    hits = judge(claims, only=["EXT-009", "POL-SVC-012", "POL-SVC-014"])
    pairs = {hit["bkkp_sn"]: hit for hit in of(hits, "POL-SVC-012")}
    assert pairs["part_back"]["vola_amt"] == Decimal("40.00")
    assert pairs["together"]["related_sn"] == ["together-main"]
    assert set(pairs) <= {"part_back", "together", "sequential", "no_clock"}
    assert all(hit["result"] == "suspect" for sn, hit in pairs.items() if sn in {"sequential", "no_clock"})
    sessions = {hit["bkkp_sn"]: hit for hit in of(hits, "EXT-009")}
    assert sessions["together"]["vola_amt"] == Decimal("400.00")
    assert "sequential" not in sessions
    assert "no_clock" not in sessions or sessions["no_clock"]["result"] == "suspect"
    assert "variant" not in found(hits, "POL-SVC-014")


def test_second_operation_at_full_price_only(judge):
    claims = people("full", "discounted", "other_day", "other_group", "two_units")
    dear, cheap, liver = "003310020050000", "003310020010000", "003310050010000"
    for item, price in ((dear, "2000"), (cheap, "1000"), (liver, "1500")):
        claims.rows["hilist_b"].append(
            {
                "hilist_code": item,
                "hilist_name": item,
                "list_type": "201",
                "begndate": date(2025, 1, 1),
                "pric_uplmt_amt": Decimal(price),
            }
        )

    def operate(name, *lines):
        rows = [
            line(item, amount=amount, cnt=cnt, at=f"2026-02-{day} 09:00:00", bkkp_sn=f"{name}-{number}")
            for number, (item, amount, cnt, day) in enumerate(lines)
        ]
        stay(claims, name, "2026-02-01", "2026-02-10", rows, diag="C16.900")

    operate("full", (dear, "2000", "1", "03"), (cheap, "1000", "1", "03"))
    operate("discounted", (dear, "2000", "1", "03"), (cheap, "500", "1", "03"))
    operate("other_day", (dear, "2000", "1", "03"), (cheap, "1000", "1", "07"))
    operate("other_group", (dear, "2000", "1", "03"), (liver, "1500", "1", "03"))
    operate("two_units", (dear, "4000", "2", "03"))
    hits = of(judge(claims, only=["POL-SVC-002"]), "POL-SVC-002")
    assert [(hit["bkkp_sn"], hit["result"], hit["related_sn"], hit["vola_amt"]) for hit in hits] == [
        ("full-1", "suspect", ["full-0"], Decimal("1000.00"))
    ]


HYDROCELE = "003111000180000"  # 鞘膜积液穿刺抽液术, men only, children excepted
DOWN = "002507000100000"  # 唐氏综合症筛查, women only


def sex_limits(hits):
    return {**found(hits, "CLN-SVC-004"), **found(hits, "CLN-MED-004")}


def test_sex_limits_spare_newborns_unclear_sex_and_unlisted_drugs(judge):
    finasteride = "XG04CBF017A001010100001"
    claims = people("man", "cancelled", "father")
    claims.person("woman", gend="2")
    claims.person("unknown", gend="0")
    claims.person("unstated", gend="9")
    claims.settle("man", "H1", "2026-03-02", [line(DOWN, amount="60", bkkp_sn="man")])
    gone = [line(DOWN, bkkp_sn="gone"), line(DOWN, amount="-10", cnt="-1", init_feedetl_sn="gone")]
    claims.settle("cancelled", "H1", "2026-03-02", gone)
    for name in ("unknown", "unstated"):
        claims.settle(name, "H1", "2026-03-02", [line(DOWN), line(WOMEN_ONLY)])
    rows = [line(HYDROCELE, amount="70", bkkp_sn="woman"), line(finasteride)]
    claims.settle("woman", "H1", "2026-03-02", rows)
    claims.settle("father", "H1", "2026-03-02", [line(DOWN), line(WOMEN_ONLY)], mdtrt={"nwb_flag": "1"})
    assert sex_limits(judge(claims, only=["CLN-SVC-004", "CLN-MED-004"])) == {
        "man": Decimal("60.00"),
        "woman": Decimal("70.00"),
    }


def test_sex_limit_that_excepts_children(judge):
    claims = people("woman", gend="2")
    claims.person("girl", gend="2", brdy="2021-01-01")
    for name in ("woman", "girl"):
        claims.settle(name, "H1", "2026-03-02", [line(HYDROCELE, amount="70", bkkp_sn=name)])
    assert sex_limits(judge(claims, only=["CLN-SVC-004", "CLN-MED-004"])) == {"woman": Decimal("70.00")}


def test_newborn_known_by_the_diagnosis_of_the_visit(judge):
    claims = people("father")
    for code in ("Z38.000", "P59.900"):
        rows = [line(DOWN, bkkp_sn=code), line(WOMEN_ONLY, bkkp_sn=f"{code} drug")]
        diagnose(claims, claims.settle("father", "H1", "2026-03-02", rows), code)
    assert sex_limits(judge(claims, only=["CLN-SVC-004", "CLN-MED-004"])) == {}


def test_proxy_purchase_is_at_most_suspect(judge):
    claims = people("man", "newborn_father")
    claims.settle("man", "P1", "2026-03-02", [line(WOMEN_ONLY, amount="30", bkkp_sn="man")], med_type="41")
    (hit,) = of(judge(claims, only=["EXT-017"]), "EXT-017")
    assert (hit["bkkp_sn"], hit["vola_amt"], hit["result"]) == ("man", Decimal("30.00"), "suspect")


def test_diagnosis_of_the_other_sex_or_age(judge):
    claims = people("breast", "man_uterus", "newborn", "infant", "grown")
    claims.person("woman_prostate", gend="2")
    claims.person("mother", gend="2")
    claims.rows["psn_info_b"][:] = [
        r for r in claims.rows["psn_info_b"] if r["psn_no"] not in ("newborn", "infant")
    ]
    claims.person("newborn", brdy="2026-03-01")
    claims.person("infant", brdy="2025-06-01")
    for name, code, more in (
        ("breast", "C50.900", {}),
        ("man_uterus", "D25.900", {}),
        ("woman_prostate", "N40.x00", {}),
        ("mother", "N43.300", {"nwb_flag": "1"}),
        ("newborn", "P24.901", {}),
        ("infant", "P24.901", {}),
        ("grown", "P24.901", {}),
        ("mother", "P24.901", {"nwb_flag": "1"}),
    ):
        stay(claims, name, "2026-04-10", "2026-04-14", diag=code, mdtrt=more)
    hits = judge(claims, only=["MGT-ACT-006", "MGT-ACT-007"])
    assert {hit["psn_no"] for hit in of(hits, "MGT-ACT-006")} == {"man_uterus", "woman_prostate"}
    assert {hit["psn_no"] for hit in of(hits, "MGT-ACT-007")} == {"grown"}
    assert {hit["result"] for hit in of(hits, "MGT-ACT-006") + of(hits, "MGT-ACT-007")} == {"suspect"}


def test_age_is_that_of_the_fee_date_within_both_ends(judge):
    bosentan = "XC02KXB144A006010103973"  # 3 to 12 years
    clonidine = "XN06BAK062A010010180923"  # 6 to 17 years
    granules = "XN02BEX085N001010100269"  # children only, by the person treated
    working = "003402000320000"  # 职业功能训练, working age
    claims = people("adult", "father")
    for name, born in (
        ("turns_13", "2013-03-05"),
        ("two", "2023-06-01"),
        ("five", "2020-06-01"),
        ("seventeen", "2008-06-01"),
        ("eighteen", "2007-06-01"),
        ("fifteen", "2010-06-01"),
        ("sixty", "1965-06-01"),
        ("seventy", "1955-06-01"),
    ):
        claims.person(name, brdy=born)
    rows = [
        line(bosentan, amount="30", at="2026-03-04 09:00:00", bkkp_sn="still 12"),
        line(bosentan, amount="40", at="2026-03-06 09:00:00", bkkp_sn="now 13"),
    ]
    stay(claims, "turns_13", "2026-03-01", "2026-03-10", rows)
    claims.settle("two", "H1", "2026-03-02", [line(bosentan, amount="50", bkkp_sn="two")])
    for name in ("five", "seventeen", "eighteen"):
        claims.settle(name, "H1", "2026-03-02", [line(clonidine, amount="20", bkkp_sn=name)])
    claims.settle(
        "fifteen", "H1", "2026-03-02", [line(granules), line(working, amount="25", bkkp_sn="fifteen")]
    )
    claims.settle("adult", "H1", "2026-03-02", [line(granules, amount="12", bkkp_sn="adult")])
    claims.settle("father", "H1", "2026-03-02", [line(granules)], mdtrt={"nwb_flag": "1"})
    claims.settle("sixty", "H1", "2026-03-02", [line(working)])
    claims.settle("seventy", "H1", "2026-03-02", [line(working, amount="25", bkkp_sn="seventy")])
    hits = judge(claims, only=["CLN-MED-002", "POL-MED-007", "POL-SVC-016"])
    assert found(hits, "POL-MED-007") == {
        "now 13": Decimal("40.00"),
        "two": Decimal("50.00"),
        "five": Decimal("20.00"),
        "eighteen": Decimal("20.00"),
    }
    assert found(hits, "CLN-MED-002") == {"adult": Decimal("12.00")}
    assert found(hits, "POL-SVC-016") == {"fifteen": Decimal("25.00"), "seventy": Decimal("25.00")}


def test_insurance_spares_resident_births_and_what_the_fund_did_not_pay(judge):
    maternity = "XG02ADK026B002010100568"  # 卡前列素氨丁三醇注射液
    injury = "ZH01AAB0066010100716"  # 疤痕止痒软化膏
    own = {"inscp_amt": Decimal("0.00"), "fulamt_ownpay_amt": Decimal("10.00")}
    claims = people("employee", "insured", "resident", "resident_fever", gend="2")
    stay(claims, "employee", "2026-03-01", "2026-03-04", [line(maternity, amount="90", bkkp_sn="employee")])
    claims.settle("insured", "H1", "2026-03-04", [line(maternity)], med_type="52", insutype="510")
    claims.settle("resident", "H1", "2026-03-04", [line(maternity)], med_type="52", insutype="390")
    rows = [line(maternity, amount="80", bkkp_sn="fever")]
    claims.settle("resident_fever", "H1", "2026-03-04", rows, med_type="11", insutype="390")
    claims.settle(
        "insured", "H1", "2026-03-04", [line(injury, amount="15", bkkp_sn="burn"), line(injury, **own)]
    )
    hits = judge(claims, only=["POL-MED-001", "POL-MED-002"])
    assert found(hits, "POL-MED-002") == {"employee": Decimal("90.00"), "fever": Decimal("80.00")}
    assert next(hit for hit in of(hits, "POL-MED-002") if hit["bkkp_sn"] == "fever")["result"] == "suspect"
    assert found(hits, "POL-MED-001") == {"burn": Decimal("15.00")}


def test_level_limits_allow_refills_and_specialist_hospitals(judge):
    dulaglutide = "XA10BJD332B002010178403"  # first prescription at the second level
    ranibizumab = "XS01LAL328B002010104021"  # third level, or an eye hospital of the second
    second = "ZC01AAK0019010103291"  # 康艾注射液, second level
    claims = people("refill", "first", "A")
    claims.institution("H8", hosp_lv="08")
    claims.institution("EYE", hosp_lv="05", medins_spec="眼科", fixmedins_name="示范眼科医院")
    claims.institution("EYE8", hosp_lv="08", medins_spec="眼科", fixmedins_name="示范眼科诊所")
    claims.institution("H3", hosp_lv="02")
    claims.settle("refill", "H1", "2026-02-02", [line(dulaglutide)])
    claims.settle("refill", "H8", "2026-03-02", [line(dulaglutide, bkkp_sn="refill")])
    claims.settle("first", "H8", "2026-03-02", [line(dulaglutide, amount="33", bkkp_sn="first")])
    for code in ("EYE", "EYE8", "H3", "H1"):
        claims.settle(
            "A", code, "2026-03-02", [line(ranibizumab, amount="99", bkkp_sn=code, bilg_dept_name="眼科")]
        )
    for code in ("H8", "H1", "H3"):
        claims.settle("A", code, "2026-03-03", [line(second, amount="66", bkkp_sn=f"{code}-second")])
    hits = {hit["bkkp_sn"]: hit for hit in of(judge(claims, only=["POL-MED-012"]), "POL-MED-012")}
    assert set(hits) - {"first"} == {"EYE8", "H1", "H8-second"}
    assert (hits["EYE8"]["vola_amt"], hits["H1"]["vola_amt"]) == (Decimal("99.00"), Decimal("99.00"))
    assert hits["H8-second"]["vola_amt"] == Decimal("66.00")
    assert "first" not in hits or hits["first"]["result"] == "suspect"


def test_setting_is_a_set(judge):
    pill = "ZA07AAA0061010100166"  # 安宫牛黄丸, emergency or stay
    stay_only = "ZA12HAY0759010106725"  # 银杏内酯注射液, stay
    claims = people("A")
    for med_type in ("11", "41", "13", "1301", "21", "210104", "24", "28"):
        code = "P1" if med_type == "41" else "H1"
        claims.settle(
            "A", code, "2026-03-02", [line(pill, amount="560", bkkp_sn=med_type)], med_type=med_type
        )
    home = line(stay_only, bkkp_sn="take home", dscg_tkdrug_flag="1")
    stay(claims, "A", "2026-04-01", "2026-04-05", [home], diag="I69.300")
    claims.settle("A", "H1", "2026-04-20", [line(stay_only, amount="70", bkkp_sn="clinic")])
    assert found(judge(claims, only=["POL-MED-013"]), "POL-MED-013") == {
        "11": Decimal("560.00"),
        "41": Decimal("560.00"),
        "clinic": Decimal("70.00"),
    }


def test_second_line_looks_back_over_all_providers_and_own_pay(judge):
    ertugliflozin = "XA10BKA338A001010580716"  # 艾托格列净片
    metformin = "XA10BAE023A001010100001"
    own = {"inscp_amt": Decimal("0.00"), "fulamt_ownpay_amt": Decimal("10.00")}
    claims = people("naive", "elsewhere", "paid_alone", "returned")
    for name in ("naive", "elsewhere", "paid_alone", "returned"):
        claims.settle(name, "H1", "2026-05-04", [line(ertugliflozin, amount="45", bkkp_sn=name)])
    claims.settle("naive", "H1", "2026-02-04", [line("XJ01CAA040A001010102699")])
    claims.settle("elsewhere", "H2", "2026-02-04", [line(metformin)])
    claims.settle("paid_alone", "P1", "2026-02-04", [line(metformin, **own)], med_type="41")
    back = [line(metformin, bkkp_sn="b"), line(metformin, amount="-10", cnt="-1", init_feedetl_sn="b")]
    claims.settle("returned", "H1", "2026-02-04", back)
    hits = of(judge(claims, only=["POL-MED-005"]), "POL-MED-005")
    assert {hit["bkkp_sn"]: hit["vola_amt"] for hit in hits} == {
        "naive": Decimal("45.00"),
        "returned": Decimal("45.00"),
    }
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_indication_reads_every_diagnosis_and_the_register(judge, region):
    eldecalcitol = "XA11CCA351E002010101121"  # 艾地骨化醇软胶囊, osteoporosis
    albumin = "XB05AAR021B001010100348"  # 人血白蛋白, below 30 g/L
    claims = people(
        "none", "secondary", "admission", "registered", "albumin", "uncoded", gend="2", brdy="1950-01-01"
    )
    for name, codes in (
        ("none", ["J18.900"]),
        ("secondary", ["J18.900", "M81.000"]),
        ("admission", ["J18.900"]),
        ("registered", ["J18.900"]),
    ):
        drug = [line(eldecalcitol, amount="150", bkkp_sn=name)]
        diagnose(claims, claims.settle(name, "H1", "2026-06-02", drug), *codes)
    claims.rows["setl_list_diag_d"].append(
        {
            **claims.rows["setl_list_diag_d"][-2],
            "diag_info_id": "admission",
            "diag_code": "M81.000",
            "maindiag_flag": "0",
            "inout_diag_type": "1",
        }
    )
    claims.settle("uncoded", "H1", "2026-06-02", [line(eldecalcitol, bkkp_sn="uncoded")])
    stay(claims, "albumin", "2026-06-01", "2026-06-05", [line(albumin, bkkp_sn="albumin")], diag="K74.600")
    register = [{"psn_no": "registered", "dise_no": "M05", "dise_name": "骨质疏松", "diag_prefix": "M81.0"}]
    hits = of(judge(claims, region=region(chronic_registration=register)), "POL-MED-008")
    assert {hit["bkkp_sn"]: hit["vola_amt"] for hit in hits} == {"none": Decimal("150.00")}
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_the_disease_a_visit_settles_under_is_a_registration(judge):
    exenatide = "XA10BJA085B002010106474"  # 艾塞那肽注射液, type 2 diabetes
    claims = people("diabetes", "pressure", "unmapped", "ward", "none")
    for name, dise_no, more in (
        ("diabetes", "M01603", {"med_type": "140104"}),  # cold noted, diabetes registered
        ("pressure", "M03900", {"med_type": "140104"}),  # another disease registered
        ("unmapped", "M99900", {"med_type": "140104"}),  # nobody said what M999 covers
        ("ward", "Z01234", {"med_type": "21", "begin": "2026-06-01"}),  # a case code, no registration
        ("none", None, {}),
    ):
        drug = [line(exenatide, amount="150", bkkp_sn=name)]
        diagnose(claims, claims.settle(name, "H1", "2026-06-25", drug, dise_no=dise_no, **more), "J06.900")
    hits = of(judge(claims), "POL-MED-008")
    assert {hit["bkkp_sn"] for hit in hits} == {"pressure", "ward", "none"}


def test_course_counts_by_stay_or_by_days(judge):
    yiqi = "ZA09HAZ0413010100940"  # 注射用益气复脉(冻干), 14 days a stay
    aescin = "XC05CAQ005B001010100526"  # 注射用七叶皂苷钠, 10 days
    ozagrel = "XB01AXA223B001010100269"  # 注射用奥扎格雷钠, 14 days, new stroke
    claims = people("fifteen", "fourteen", "two_stays", "eleven", "twice_a_day", "returned", "twelve")
    claims.person("two_strokes")

    def daily(name, item, first, number, per_day=1):
        return [
            line(item, amount="50", at=f"{day} {9 + turn:02d}:00:00", bkkp_sn=f"{name}-{day}-{turn}")
            for day in days_from(first, number)
            for turn in range(per_day)
        ]

    begin, end = "2026-03-01", "2026-03-20"
    stay(claims, "fifteen", begin, end, daily("fifteen", yiqi, begin, 15), diag="I25.100")
    stay(claims, "fourteen", begin, end, daily("fourteen", yiqi, begin, 14), diag="I25.100")
    for first, last in ((begin, "2026-03-12"), ("2026-04-10", "2026-04-22")):
        stay(claims, "two_stays", first, last, daily("two_stays", yiqi, first, 10), diag="I25.100")
    stay(claims, "eleven", begin, end, daily("eleven", aescin, begin, 11))
    stay(claims, "twelve", begin, end, daily("twelve", aescin, begin, 12))
    stay(claims, "twice_a_day", begin, end, daily("twice_a_day", aescin, begin, 10, per_day=2))
    back = line(aescin, amount="-50", cnt="-1", init_feedetl_sn="returned-2026-03-11-0")
    stay(claims, "returned", begin, end, [*daily("returned", aescin, begin, 11), back])
    stay(
        claims,
        "two_strokes",
        "2026-02-01",
        "2026-02-12",
        daily("s1", ozagrel, "2026-02-01", 10),
        diag="I63.900",
    )
    stay(
        claims,
        "two_strokes",
        "2026-05-20",
        "2026-05-30",
        daily("s2", ozagrel, "2026-05-20", 10),
        diag="I63.900",
    )
    hits = found(judge(claims, only=["POL-MED-010"]), "POL-MED-010")
    two_over = sum(amount for sn, amount in hits.items() if sn.startswith("twelve"))
    assert two_over == Decimal("100.00")
    assert {sn: amount for sn, amount in hits.items() if not sn.startswith("twelve")} == {
        "fifteen-2026-03-15-0": Decimal("50.00"),
        "eleven-2026-03-11-0": Decimal("50.00"),
    }


def test_cycle_rolls_over_weeks_and_the_year(judge):
    hba1c = "002503020030000"  # one in 15 days
    fructosamine = "002503020020000"  # one in 7 days
    claims = people("tenth", "fifteenth", "sixteenth", "year_end", "sunday_monday", "week_later", "returned")
    for name, item, first, second in (
        ("tenth", hba1c, "2026-02-01", "2026-02-10"),
        ("fifteenth", hba1c, "2026-02-01", "2026-02-15"),
        ("sixteenth", hba1c, "2026-02-01", "2026-02-16"),
        ("year_end", hba1c, "2026-12-28", "2027-01-05"),
        ("sunday_monday", fructosamine, "2026-03-08", "2026-03-09"),
        ("week_later", fructosamine, "2026-03-02", "2026-03-09"),
    ):
        claims.settle(name, "H1", first, [line(item, amount="60", bkkp_sn=f"{name}-1")])
        claims.settle(name, "H1", second, [line(item, amount="60", bkkp_sn=f"{name}-2")])
    back = [line(hba1c, bkkp_sn="r1"), line(hba1c, amount="-10", cnt="-1", init_feedetl_sn="r1")]
    claims.settle("returned", "H1", "2026-02-01", back)
    claims.settle("returned", "H1", "2026-02-10", [line(hba1c)])
    days = [f"setl_date={day}" for day in days_from("2026-02-01", 350)]
    hits = of(judge(claims, days=days, only=["POL-SVC-018"]), "POL-SVC-018")
    assert {hit["bkkp_sn"] for hit in hits} == {"tenth-2", "fifteenth-2", "year_end-2", "sunday_monday-2"}
    assert {hit["vola_amt"] for hit in hits} == {Decimal("60.00")}
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_duplicate_drugs_of_one_prescription(judge):
    plain = {"hilist_name": "盐酸二甲双胍片"}
    slow = {"hilist_name": "盐酸二甲双胍缓释片"}
    gliclazide, glimepiride = {"hilist_name": "格列齐特缓释片"}, {"hilist_name": "格列美脲片"}
    claims = people("together", "strengths", "switch", "returned", "two_clinics")
    rows = [
        line("XA10BAE023A001010100001", amount="10", bkkp_sn="t1", rx_drord_no="R1", **plain),
        line("XA10BAE023A010010100001", amount="18", bkkp_sn="t2", rx_drord_no="R1", **slow),
    ]
    claims.settle("together", "H1", "2026-03-02", rows)
    rows = [
        line("XA10BAE023A001010100001", rx_drord_no="R2", **plain),
        line("XA10BAE023A001020100001", rx_drord_no="R2", **plain),
    ]
    claims.settle("strengths", "H1", "2026-03-02", rows)
    claims.settle(
        "switch", "H1", "2026-03-02", [line("XA10BBG001A010010100001", rx_drord_no="R3", **gliclazide)]
    )
    claims.settle(
        "switch", "H1", "2026-03-30", [line("XA10BBG002A001010100001", rx_drord_no="R4", **glimepiride)]
    )
    rows = [
        line("XA10BBG001A010010100001", bkkp_sn="back", rx_drord_no="R5", **gliclazide),
        line("XA10BBG001A010010100001", amount="-10", cnt="-1", init_feedetl_sn="back", **gliclazide),
        line("XA10BBG002A001010100001", rx_drord_no="R5", **glimepiride),
    ]
    claims.settle("returned", "H1", "2026-03-02", rows)
    claims.settle(
        "two_clinics", "H1", "2026-03-02", [line("XA10BBG001A010010100001", rx_drord_no="R6", **gliclazide)]
    )
    claims.settle(
        "two_clinics", "H2", "2026-03-04", [line("XA10BBG002A001010100001", rx_drord_no="R7", **glimepiride)]
    )
    (hit,) = of(judge(claims, only=["CLN-MED-006"]), "CLN-MED-006")
    assert (hit["bkkp_sn"], hit["related_sn"], hit["vola_amt"]) == ("t2", ["t1"], Decimal("18.00"))
    assert hit["result"] == "suspect"


def test_dose_and_days_against_whole_packs_and_long_prescriptions(judge, region):
    drug = "XC09AAK001A001010100001"
    claims = people("three_packs", "two_packs", "too_long", "chronic", "month")
    for name, packs in (("three_packs", "3"), ("two_packs", "2")):
        rows = [line(drug, amount=str(30 * int(packs)), cnt=packs, prd_days=7, bkkp_sn=name)]
        claims.settle(name, "H1", "2026-03-02", rows)
    for name, days, med_type in (("too_long", 60, "11"), ("month", 30, "11"), ("chronic", 90, "14")):
        rows = [line("XC10AAA001A001010100001", amount="80", prd_days=days, bkkp_sn=name)]
        claims.settle(name, "H1", "2026-03-02", rows, med_type=med_type)
    here = region(
        drug_dose_limit=[
            {"hilist_code": drug, "daily_dose_max": "4", "dose_unit": "片", "pack_content": "24"},
        ],
        drug_supply_limit=[{"hilist_code": "XC10AAA001A001010100001", "med_type": "*", "days_max": "30"}],
        policy_window=[
            {
                "window_id": "long",
                "rule_code": "POL-MED-009",
                "window_kind": "long_prescription",
                "med_type": "14",
                "days_max": "90",
                "doc_no": "示例",
            }
        ],
    )
    hits = judge(claims, region=here, only=["CLN-MED-005", "POL-MED-009"])
    assert found(hits, "CLN-MED-005") == {"three_packs": Decimal("90.00")}
    assert set(found(hits, "POL-MED-009")) == {"too_long"}
    assert {hit["result"] for hit in of(hits, "CLN-MED-005") + of(hits, "POL-MED-009")} == {"suspect"}


def test_quantity_over_its_cap_counts_the_part_above(judge, region):
    drug = "XC10AAA001A001010100001"
    claims = people("six", "four", "six_two_back")
    for name, cnt in (("six", "6"), ("four", "4")):
        rows = [line(drug, amount=str(10 * int(cnt)), cnt=cnt, prd_days=7, bkkp_sn=name)]
        claims.settle(name, "H1", "2026-03-02", rows)
    rows = [
        line(drug, amount="60", cnt="6", prd_days=7, bkkp_sn="back"),
        line(drug, amount="-20", cnt="-2", init_feedetl_sn="back"),
    ]
    claims.settle("six_two_back", "H1", "2026-03-02", rows)
    limit = {"hilist_code": drug, "med_type": "*", "cnt_max": "4"}
    hits = judge(claims, region=region(drug_supply_limit=[limit]))
    assert found(hits, "POL-MED-009") == {"six": Decimal("20.00")}


def test_pieces_are_judged_by_the_prescription(judge):
    jujube, notoginseng, ejiao, astragalus = "T001700186", "T001100659", "T001700233", "T001100001"
    piece = {"list_type": "102", "med_chrgitm_type": "10"}

    def rx(number, *items):
        return [
            line(item, amount="20", rx_drord_no=number, bkkp_sn=f"{number}-{item}", **piece) for item in items
        ]

    fee = {"list_type": "201", "hilist_name": "中药代煎费"}
    own = {"inscp_amt": Decimal("0.00"), "fulamt_ownpay_amt": Decimal("10.00")}
    claims = people("alone", "all_listed", "mixed", "two_rx", "returned", "never", "paid_alone", "version")
    cooking = line("004800000010000", rx_drord_no="alone", **fee)
    claims.settle("alone", "H1", "2026-06-02", [*rx("alone", jujube), cooking])
    claims.settle("all_listed", "H1", "2026-06-02", rx("all", jujube, notoginseng))
    claims.settle("mixed", "H1", "2026-06-02", rx("mixed", jujube, astragalus))
    claims.settle("two_rx", "H1", "2026-06-02", [*rx("one", jujube), *rx("other", notoginseng, astragalus)])
    rows = rx("back", jujube, astragalus)
    gone = line(astragalus, amount="-20", cnt="-1", init_feedetl_sn=f"back-{astragalus}", **piece)
    claims.settle("returned", "H1", "2026-06-02", [*rows, gone])
    claims.settle("never", "H1", "2026-06-02", rx("never", ejiao, astragalus))
    claims.settle("paid_alone", "H1", "2026-06-02", [line(ejiao, **piece, **own)])
    rows = [
        line(ejiao, amount="20", at="2026-05-10 09:00:00", bkkp_sn="day before", **piece),
        line(ejiao, amount="20", at="2026-05-11 09:00:00", bkkp_sn="in force", **piece),
    ]
    stay(claims, "version", "2026-05-09", "2026-05-12", rows)
    hits = judge(claims, only=["POL-MED-003", "POL-MED-004"])
    assert set(found(hits, "POL-MED-004")) == {
        f"alone-{jujube}",
        f"all-{jujube}",
        f"all-{notoginseng}",
        f"one-{jujube}",
        f"back-{jujube}",
    }
    assert set(found(hits, "POL-MED-003")) == {f"never-{ejiao}", "in force"}
    amounts = {**found(hits, "POL-MED-004"), **found(hits, "POL-MED-003")}
    assert set(amounts.values()) == {Decimal("20.00")}


def test_unit_price_of_the_fee_date(judge):
    claims = people("before", "after", "at_limit", "tier")
    for begin, end, price in (("2025-01-01", date(2026, 2, 28), "100"), ("2026-03-01", None, "120")):
        claims.rows["hilist_b"].append(
            {
                "hilist_code": "002202030010000",
                "hilist_name": "项目",
                "list_type": "201",
                "begndate": date.fromisoformat(begin),
                "enddate": end,
                "pric_uplmt_amt": Decimal(price),
            }
        )
    scan = "002202030010000"
    before = [line(scan, amount="220", cnt="2", at="2026-02-27 09:00:00", bkkp_sn="before")]
    stay(claims, "before", "2026-02-26", "2026-03-03", before)
    after = [line(scan, amount="220", cnt="2", at="2026-03-02 09:00:00", bkkp_sn="after")]
    stay(claims, "after", "2026-02-26", "2026-03-03", after)
    claims.settle("at_limit", "H1", "2026-03-02", [line(scan, amount="120", bkkp_sn="at")])
    assert found(judge(claims, only=["POL-SVC-001"]), "POL-SVC-001") == {"before": Decimal("220.00")}


def test_fee_dates_around_a_stay(judge):
    pathology = {"hilist_name": "手术标本检查与诊断", "med_chrgitm_type": "04"}
    claims = people("A")
    rows = [
        line("002501010010000", amount="30", at="2026-02-01 09:00:00", bkkp_sn="inside"),
        line("002501010010000", amount="30", at="2026-01-30 22:00:00", bkkp_sn="emergency"),
        line("002703000010000", amount="90", at="2026-02-11 16:00:00", bkkp_sn="pathology", **pathology),
        line(BED, amount="40", at="2026-02-09 00:00:00", bkkp_sn="nightly", med_chrgitm_type="01"),
        line("XA01", amount="55", at="2026-02-20 09:00:00", bkkp_sn="long after"),
        line("XA01", amount="65", at="2026-01-10 09:00:00", bkkp_sn="long before"),
    ]
    stay(claims, "A", "2026-02-01", "2026-02-08", rows, mdtrt={"dscg_way": "1"})
    assert found(judge(claims, only=["MGT-DAT-008"]), "MGT-DAT-008") == {
        "long after": Decimal("55.00"),
        "long before": Decimal("65.00"),
    }


def test_stock_counts_opening_returns_and_needs_rows(judge):
    claims = people("A")
    items = {"over": "XA01", "opening": "XA02", "no_rows": "XA03", "tolerance": "XA04", "returned": "XA05"}
    for name, settled in (
        ("over", 300),
        ("opening", 300),
        ("no_rows", 300),
        ("tolerance", 104),
        ("returned", 300),
    ):
        item = items[name]
        rows = [line(item, amount=str(10 * settled), cnt=str(settled), bkkp_sn=name)]
        if name == "returned":
            rows.append(line(item, amount="-2000", cnt="-200", init_feedetl_sn=name))
        claims.settle("A", "H1", "2026-03-15", rows)

    def ledger(name, kind, day, cnt):
        claims.rows["drug_inv_d"].append(
            {
                "fixmedins_code": "H1",
                "hilist_code": items[name],
                "inv_data_type": kind,
                "event_time": datetime.fromisoformat(f"{day} 08:00:00"),
                "cnt": Decimal(cnt),
                "unit": "盒",
                "fixmedins_bchno": f"{name}{kind}{day}",
            }
        )

    for name in ("over", "opening", "tolerance", "returned"):
        ledger(name, "1", "2026-01-02", "300" if name == "opening" else "0")
        ledger(name, "1", "2026-03-31", "0")
    for name in ("over", "tolerance", "returned"):
        ledger(name, "3", "2026-01-10", "100")
    hits = of(judge(claims, only=["MGT-MED-001"]), "MGT-MED-001")
    assert {(hit["party_id"], hit["result"], hit["vola_amt"]) for hit in hits} == {
        ("H1", "suspect", Decimal("2000.00"))
    }


def month_of_shares(shares, pieces=(), small=()):
    claims = people("A")
    for code, share in shares.items():
        claims.institution(code)
        for number in range(10 if code in small else 60):
            piece = line("T001700001", amount=str(share), list_type="102", med_chrgitm_type="10")
            drug = piece if code in pieces else line("XA01", amount=str(share))
            rows = [drug, line("003301000010000", amount=str(100 - share))]
            claims.settle("A", code, f"2026-03-{1 + number % 28:02d}", rows)
    return claims


def test_shares_are_indicators_and_traditional_medicine_has_no_limit(judge):
    shares = {"D1": 95, "T1": 95} | {f"N{n}": 30 + n for n in range(8)}
    hits = of(judge(month_of_shares(shares, pieces={"T1"}), only=["MGT-IDX-001"]), "MGT-IDX-001")
    assert {(hit["party_id"], hit["result"]) for hit in hits} == {("D1", "indicator")}


def test_a_small_institution_is_not_flagged(judge):
    shares = {"D1": 95, "F1": 96} | {f"N{n}": 30 + n for n in range(8)}
    hits = of(judge(month_of_shares(shares, small={"F1"}), only=["MGT-IDX-001"]), "MGT-IDX-001")
    assert "F1" not in {hit["party_id"] for hit in hits}


def test_overlapping_stays_spare_transfers_and_twins(judge):
    claims = people("both", "transfer", "one_day")
    claims.person("mother", gend="2")
    stay(claims, "both", "2026-02-01", "2026-02-10", code="H1")
    stay(claims, "both", "2026-02-04", "2026-02-12", code="H2", diag="K29.500")
    stay(claims, "transfer", "2026-02-01", "2026-02-10", code="H1", way="2")
    stay(claims, "transfer", "2026-02-10", "2026-02-15", code="H2")
    stay(claims, "one_day", "2026-02-01", "2026-02-10", code="H1")
    stay(claims, "one_day", "2026-02-09", "2026-02-15", code="H2")
    stay(claims, "mother", "2026-02-01", "2026-02-10", diag="O84.000", med_type="52")
    for code in ("H1", "H2"):
        stay(claims, "mother", "2026-02-02", "2026-02-12", code=code, diag="P07.300", mdtrt={"nwb_flag": "1"})
    hits = of(judge(claims, only=["EXT-003"]), "EXT-003")
    assert [(hit["psn_no"], hit["bkkp_sn"], hit["result"]) for hit in hits] == [
        ("both", "both-2026-02-04", "suspect")
    ]
    assert hits[0]["vola_amt"] == Decimal("100.00")


def test_visit_during_stay_spares_dialysis_and_the_days_at_both_ends(judge):
    claims = people("shopper", "dialysis", "ends", "newborn_mother")
    for name in ("shopper", "dialysis", "ends", "newborn_mother"):
        newborn = {"mdtrt": {"nwb_flag": "1"}} if name == "newborn_mother" else {}
        stay(claims, name, "2026-02-01", "2026-02-10", [line(BED, at="2026-02-02 00:00:00")], **newborn)
    claims.settle("shopper", "H2", "2026-02-05", [line("XA01", amount="66", bkkp_sn="shopper")])
    claims.settle(
        "dialysis", "H2", "2026-02-05", [line(DIALYSIS, amount="400", bkkp_sn="dialysis")], med_type="14"
    )
    claims.settle("ends", "H2", "2026-02-01", [line("XA01", bkkp_sn="first day")], med_type="13")
    claims.settle("ends", "P1", "2026-02-10", [line("XA01", bkkp_sn="last day")], med_type="41")
    claims.settle("newborn_mother", "H2", "2026-02-05", [line("XA01", bkkp_sn="mother")])
    hits = of(judge(claims, only=["EXT-004"]), "EXT-004")
    assert {hit["bkkp_sn"]: hit["vola_amt"] for hit in hits} == {"shopper": Decimal("66.00")}
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_bed_without_care_spares_stays_paid_by_the_day(judge):
    claims = people("empty", "treated", "psychiatry", "rehabilitation")

    def beds(name):
        return [
            line(
                item, amount="40", at=f"{day} 00:00:00", med_chrgitm_type="01", bkkp_sn=f"{name}-{item}-{day}"
            )
            for day in days_from("2026-02-01", 14)
            for item in (BED, NURSING)
        ]

    care = [line("XJ01CAA040A001010102699", at=f"{day} 09:00:00") for day in days_from("2026-02-01", 14)]
    span = ("2026-02-01", "2026-02-15")
    stay(claims, "empty", *span, beds("empty"))
    stay(claims, "treated", *span, [*beds("treated"), *care])
    stay(claims, "psychiatry", *span, beds("psychiatry"), diag="F20.900", med_type="2105", hi_paymtd="5")
    stay(
        claims,
        "rehabilitation",
        *span,
        beds("rehabilitation"),
        diag="I69.300",
        med_type="2105",
        hi_paymtd="5",
    )
    hits = of(judge(claims, only=["EXT-001"]), "EXT-001")
    assert {(hit["psn_no"], hit["result"]) for hit in hits} == {("empty", "suspect")}


def outside_contract(*med_types):
    claims = people("A")
    claims.institution("OUT", enddate=date(2026, 2, 1))
    claims.settle("A", "OUT", "2026-01-20", [line("XA01", bkkp_sn="in time")])
    for med_type in med_types:
        rows = [line("XA01", amount="25", bkkp_sn=med_type)]
        claims.settle("A", "OUT", "2026-03-02", rows, med_type=med_type)
    return claims


def test_emergency_is_payable_outside_the_contract(judge):
    claims = outside_contract("11", "13", "1301", "24")
    assert found(judge(claims, only=["EXT-020"]), "EXT-020") == {"11": Decimal("25.00")}


def test_emergency_stay_is_payable_outside_the_contract(judge):
    assert found(judge(outside_contract("210104"), only=["EXT-020"]), "EXT-020") == {}


def test_long_prescriptions_are_no_stockpiling(judge):
    drug = "XC09AAK001A001010100001"
    claims = people("stockpile", "long", "no_days")
    for number, code in enumerate(("H1", "H2", "P1")):
        rows = [line(drug, amount="80", prd_days=60, bkkp_sn=f"stockpile-{number}")]
        med_type = "41" if code == "P1" else "11"
        claims.settle("stockpile", code, f"2026-03-0{2 + number}", rows, med_type=med_type)
    for day, code in (("2026-01-05", "H1"), ("2026-04-01", "H2")):
        claims.settle("long", code, day, [line(drug, amount="240", prd_days=90)], med_type="14")
        claims.settle("no_days", code, day, [line(drug)])
    hits = of(judge(claims, only=["EXT-019"]), "EXT-019")
    assert {hit["psn_no"] for hit in hits} == {"stockpile"}
    assert max(hit["bkkp_sn"] for hit in hits) == "stockpile-2"
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_epidemic_window_silences_a_setting_limit(judge, region):
    pill = "ZA07AAA0061010100166"  # 安宫牛黄丸, emergency or stay
    claims = people("ordinary", "epidemic")
    for name, code in (("ordinary", "J18.900"), ("epidemic", "U07.100")):
        rows = [line(pill, amount="560", bkkp_sn=name)]
        diagnose(claims, claims.settle(name, "H1", "2026-03-02", rows), code)
    window = {
        "window_id": "epidemic",
        "rule_code": "POL-MED-013",
        "window_kind": "epidemic",
        "diag_prefix": "U07",
        "doc_no": "示例",
    }
    hits = judge(claims, region=region(policy_window=[window]))
    assert found(hits, "POL-MED-013") == {"ordinary": Decimal("560.00")}


def test_exempt_class_of_persons(judge, region):
    claims = people("man")
    claims.person("exempt", psn_idet_type="77")
    for name in ("man", "exempt"):
        claims.settle(name, "H1", "2026-03-02", [line(WOMEN_ONLY, amount="30", bkkp_sn=name)])
    exempt = {
        "exempt_class": "indeterminate",
        "psn_idet_type": "77",
        "rule_code": "CLN-MED-004",
        "doc_no": "示例",
    }
    hits = judge(claims, region=region(exempt_person_class=[exempt]))
    assert found(hits, "CLN-MED-004") == {"man": Decimal("30.00")}


def test_dual_channel_drug_with_a_valid_prescription(judge):
    drug = "XL01EDA001A001010100001"
    claims = people("none", "electronic")
    claims.rows["rx_d"].append(
        {
            "hi_rxno": "E1",
            "rxno": "E1",
            "psn_no": "electronic",
            "fixmedins_code": "H1",
            "prsc_time": datetime.fromisoformat("2026-03-01 09:00:00"),
            "prsc_dr_code": "D1",
            "rx_stas": "1",
            "valid_end_time": datetime.fromisoformat("2026-03-04 09:00:00"),
        }
    )
    claims.settle("none", "P1", "2026-03-02", [line(drug, amount="800", bkkp_sn="none")], med_type="41")
    rows = [line(drug, amount="800", bkkp_sn="electronic", rx_drord_no="E1", rx_circ_flag="1")]
    claims.settle("electronic", "P1", "2026-03-02", rows, med_type="41")
    hits = of(judge(claims, only=["EXT-018"]), "EXT-018")
    assert {hit["bkkp_sn"]: hit["vola_amt"] for hit in hits} == {"none": Decimal("800.00")}
    assert {hit["result"] for hit in hits} == {"suspect"}


def piece_pairs(*pairs, numbers=("R", "R")):
    codes: dict[str, str] = {}
    claims = people()
    for name, *pieces in pairs:
        claims.person(name)
        rows = [
            line(
                codes.setdefault(word, f"T0011090{len(codes):02d}"),
                amount="15",
                rx_drord_no=f"{name}{number}",
                hilist_name=word,
                bkkp_sn=f"{name}-{word}",
                list_type="102",
                med_chrgitm_type="10",
            )
            for word, number in zip(pieces, numbers, strict=True)
        ]
        claims.settle(name, "H1", "2026-06-02", rows)
    return claims


def test_incompatible_pieces_of_one_prescription(judge):
    claims = piece_pairs(
        ("both", "川乌", "炒瓜蒌子"), ("allowed", "附子", "甘草"), ("white", "白附子", "白及")
    )
    hits = of(judge(claims, only=["CLN-MED-012"]), "CLN-MED-012")
    assert {hit["bkkp_sn"]: hit["vola_amt"] for hit in hits} == {"both-炒瓜蒌子": Decimal("15.00")}
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_incompatible_pieces_of_two_prescriptions(judge):
    claims = piece_pairs(("two", "附子", "白及"), numbers=("1", "2"))
    assert of(judge(claims, only=["CLN-MED-012"]), "CLN-MED-012") == []


def test_piece_named_as_the_pair_was_once_misread(judge):
    claims = piece_pairs(("pair", "附子", "土贝母"))
    assert found(judge(claims, only=["CLN-MED-012"]), "CLN-MED-012") == {"pair-土贝母": Decimal("15.00")}


def test_operation_outside_its_allowed_diagnoses(judge, region):
    operation = "45.7300x001"
    claims = people("allowed", "outside", "secondary_only", "not_listed")
    for name, code, diagnoses in (
        ("allowed", operation, ["C18.200"]),
        ("outside", operation, ["J18.900"]),
        ("secondary_only", operation, ["J18.900", "C18.200"]),
        ("not_listed", "47.0100", ["J18.900"]),
    ):
        rows = [line("003310030100000", amount="900", bkkp_sn=name)]
        mdtrt = {"dscg_maindiag_code": diagnoses[0]}
        setl_id = claims.settle(
            name, "H1", "2026-03-08", rows, begin="2026-03-01", med_type="21", mdtrt=mdtrt
        )
        diagnose(claims, setl_id, *diagnoses)
        claims.rows["setl_list_oprn_d"].append(
            {
                "setl_list_oprn_id": name,
                "setl_id": setl_id,
                "mdtrt_id": claims.rows["setl_d"][-1]["mdtrt_id"],
                "psn_no": name,
                "oprn_oprt_code": code,
                "main_oprn_flag": "1",
            }
        )
    allowed = {
        "oprn_oprt_code": operation,
        "oprn_oprt_name": "右半结肠切除术",
        "diag_prefix": "C18",
        "complete": "1",
    }
    hits = of(judge(claims, region=region(operation_diagnosis_allowed=[allowed])), "MGT-DAT-006")
    assert {(hit["psn_no"], hit["result"]) for hit in hits} == {
        ("outside", "suspect"),
        ("secondary_only", "suspect"),
    }


def test_newborn_items_under_a_parent(judge):
    incubator = "003112020010000"  # 新生儿暖箱, newborns only
    claims = people("adult", "mother", gend="2")
    claims.person("day_28", brdy="2026-03-01")
    claims.person("day_40", brdy="2026-03-01")
    claims.settle("adult", "H1", "2026-03-20", [line(incubator, amount="35", bkkp_sn="adult")])
    claims.settle("mother", "H1", "2026-03-20", [line(incubator)], mdtrt={"nwb_flag": "1"})
    claims.settle("day_28", "H1", "2026-03-29", [line(incubator)])
    claims.settle("day_40", "H1", "2026-04-10", [line(incubator, amount="35", bkkp_sn="day 40")])
    hits = of(judge(claims, only=["CLN-SVC-003"]), "CLN-SVC-003")
    assert {hit["bkkp_sn"]: hit["vola_amt"] for hit in hits} == {
        "adult": Decimal("35.00"),
        "day 40": Decimal("35.00"),
    }
    assert {hit["result"] for hit in hits} == {"suspect"}


def test_colleagues_who_fell_ill_together_were_not_brought(judge):
    claims = people()
    weeks = (
        ("backs", ["M51.202"] * 10, "2026-03-02"),
        ("colds", ["J06.900"] * 10, "2026-03-09"),  # nobody is admitted for a cold together
        ("flu", ["J10.100"] * 8 + ["J11.100"] * 2, "2026-03-16"),
        ("meal", ["A05.900"] * 6 + ["T62.900"] * 4, "2026-03-23"),
        ("bus", ["S82.100", "S06.000", "T07.x00", "S32.000"] * 2 + ["S42.200"] * 2, "2026-04-06"),
        ("falls", ["S82.100"] * 10, "2026-04-13"),  # hurt on ten days: no one accident
        ("some ill", ["A09.900"] * 4 + ["M51.202"] * 8, "2026-04-20"),
    )
    for company, diagnoses, monday in weeks:
        for number, diag in enumerate(diagnoses):
            name = f"{company} {number}"
            claims.person(name, household_no=name)
            claims.rows["psn_insu_d"].append(
                {"psn_no": name, "insutype": "310", "psn_insu_stas": "1", "psn_insu_date": date(2020, 1, 1),
                 "insu_admdvs": "990101", "emp_no": company}
            )  # fmt: skip
            later = number // 2 if company == "falls" else 0
            begin = date.fromisoformat(monday) + timedelta(days=later)
            stay(claims, name, f"{begin}", f"{begin + timedelta(days=5)}", [line("XA01")], diag=diag)
    hits = {hit["service_date"].isoformat(): hit for hit in of(judge(claims, only=["EXT-015"]), "EXT-015")}
    assert sorted(hits) == ["2026-03-02", "2026-03-09", "2026-04-17", "2026-04-20"]
    assert 'outbreak_persons":"4"' in hits["2026-04-20"]["evidence"]
