"""Grains over one person's lines, visits and stays: anchors, refunds, voids, midnight, edges of windows."""

from datetime import date, datetime
from decimal import Decimal

from tests.claims import Claims, line

HBA1C = "002503020030000"  # 糖化血红蛋白测定: once in 15 days since 2026-01-06
OZAGREL = "XB01AXA223B004010180963"  # 14 days in all, since 2025-08-26 (revised 2026-01)
DIALYSIS = "003110000060000"
PERFUSION = "003110000100000"


def world(**more):
    claims = Claims()
    claims.person("A", **more)
    claims.institution("H1")
    claims.institution("H2")
    return claims


def refund(claims, setl_id):
    """A full reversal of a settlement."""
    (original,) = [row for row in claims.rows["setl_d"] if row["setl_id"] == setl_id]
    amounts = {key: -value for key, value in original.items() if isinstance(value, Decimal)}
    claims.rows["setl_d"].append(
        {**original, **amounts, "setl_id": f"{setl_id}r", "init_setl_id": setl_id, "refd_setl_flag": "1"}
    )


def test_cycle_counts_rolling_days_at_one_institution(candidates):
    claims = world()
    claims.settle("A", "H1", "2026-03-01", [line(HBA1C, amount="40", bkkp_sn="one")])
    claims.settle("A", "H1", "2026-03-08", [line(HBA1C, amount="40", bkkp_sn="two")])
    claims.settle("A", "H2", "2026-03-09", [line(HBA1C, amount="40", bkkp_sn="elsewhere")])
    claims.settle("A", "H1", "2026-03-23", [line(HBA1C, amount="40", bkkp_sn="later")])
    rows = {row["bkkp_sn"]: row for row in candidates(claims, "person_item")}
    assert {sn: (row["cycle_cnt"], row["cycles"]) for sn, row in rows.items()} == {
        "one": (1, 1), "two": (2, 1), "elsewhere": (1, 1), "later": (1, 1),
    }  # fmt: skip
    assert rows["two"]["related_sn"] == ["one"]


def test_cycle_last_day_of_the_window(candidates):
    claims = world()
    claims.settle("A", "H1", "2026-03-01", [line(HBA1C, bkkp_sn="one")])
    claims.settle("A", "H1", "2026-03-15", [line(HBA1C, bkkp_sn="fourteen days later")])
    rows = {row["bkkp_sn"]: row["cycle_cnt"] for row in candidates(claims, "person_item")}
    assert rows["fourteen days later"] == 2
    claims.settle("A", "H1", "2026-03-30", [line(HBA1C, bkkp_sn="fifteen days later")])
    rows = {row["bkkp_sn"]: row["cycle_cnt"] for row in candidates(claims, "person_item")}
    assert rows["fifteen days later"] == 1


def test_refunded_and_void_lines_do_not_count(candidates):
    claims = world()
    gone = claims.settle("A", "H1", "2026-03-01", [line(HBA1C, bkkp_sn="refunded")])
    refund(claims, gone)
    claims.settle("A", "H1", "2026-03-03", [line(HBA1C, bkkp_sn="void", vali_flag="0")])
    claims.settle("A", "H1", "2026-03-05", [line(HBA1C, bkkp_sn="stays")])
    rows = candidates(claims, "person_item")
    assert [(row["bkkp_sn"], row["cycle_cnt"]) for row in rows] == [("stays", 1)]


def test_course_counts_days_not_lines_and_restarts(candidates):
    claims = world()
    lines = [
        line(OZAGREL, amount="30", at=f"2026-03-{day:02d} 08:00:00", bkkp_sn=f"d{day:02d}")
        for day in range(1, 17)
    ]
    lines.append(line(OZAGREL, amount="30", at="2026-03-16 20:00:00", bkkp_sn="d16b"))
    claims.settle("A", "H1", "2026-03-17", lines, med_type="21", begin="2026-03-01")
    claims.settle("A", "H1", "2026-07-20", [line(OZAGREL, amount="30", bkkp_sn="new course")])
    rows = {row["bkkp_sn"]: row for row in candidates(claims, "person_item")}
    assert set(rows) == {"d16b", "new course"}
    stay = rows["d16b"]
    assert (stay["stay_days"], stay["course_days"], stay["course_span"]) == (16, 16, 15)
    assert stay["stay_inscp_amt"] == Decimal("510.00")
    assert len(stay["related_sn"]) == 16
    assert rows["new course"]["course_days"] == 1


def test_only_the_judged_unit_is_anchored(candidates):
    claims = world()
    claims.settle("A", "H1", "2026-03-01", [line(HBA1C, bkkp_sn="before")])
    claims.settle("A", "H1", "2026-03-05", [line(HBA1C, bkkp_sn="tonight")])
    rows = candidates(claims, "person_item", days=["setl_date=2026-03-05"])
    assert [(row["bkkp_sn"], row["cycle_cnt"]) for row in rows] == [("tonight", 2)]


def test_pair_within_hours_and_the_part_by_name(candidates):
    claims = world()
    claims.settle(
        "A", "H1", "2026-03-01",
        [line(PERFUSION, bkkp_sn="main", at="2026-03-01 08:10:00"),
         line(DIALYSIS, bkkp_sn="same session", at="2026-03-01 13:10:00"),
         line(DIALYSIS, bkkp_sn="evening", at="2026-03-01 20:10:00"),
         line("C0101", hilist_name="一次性透析器", bkkp_sn="device", at="2026-03-01 13:30:00")],
    )  # fmt: skip
    rows = [row for row in candidates(claims, "line_pair") if row["rule_id"] != "service_repeat_charge"]
    found = {(row["rule_id"], row["bkkp_sn"], tuple(row["related_sn"])) for row in rows}
    assert found == {
        ("blood_purification_overlap", "same session", ("main",)),
        ("dialysis_disposables", "device", ("evening", "same session")),
    }
    assert all(row["has_clock"] for row in rows)


def test_pair_at_midnight_has_no_clock(candidates):
    claims = world()
    claims.settle(
        "A", "H1", "2026-03-01",
        [line(PERFUSION, bkkp_sn="main", at="2026-03-01 00:00:00"), line(DIALYSIS, bkkp_sn="part", at="2026-03-01 00:00:00")],
    )  # fmt: skip
    rows = [r for r in candidates(claims, "line_pair") if r["rule_id"] == "blood_purification_overlap"]
    assert [(row["bkkp_sn"], row["has_clock"]) for row in rows] == [("part", False)]


def test_duplicate_group_needs_two_kinds(candidates):
    claims = world()
    plain, slow, strength = "XA10BAE007A001010100001", "XA10BAE007A010010100001", "XA10BAE007A001020100001"
    claims.settle(
        "A", "H1", "2026-03-02",
        [line(plain, bkkp_sn="plain", rx_drord_no="R1", at="2026-03-02 09:00:00"),
         line(strength, bkkp_sn="other strength", rx_drord_no="R1", at="2026-03-02 09:01:00"),
         line(slow, bkkp_sn="slow", rx_drord_no="R1", at="2026-03-02 09:02:00")],
    )  # fmt: skip
    rows = [row for row in candidates(claims, "drug_pair") if row["rule_id"] == "duplicate_drugs"]
    assert [(r["bkkp_sn"], r["related_sn"], r["same_prescription"]) for r in rows] == [
        ("slow", ["other strength", "plain"], True)
    ]


def test_named_pair_in_either_order(candidates):
    claims = world()
    for day, (first, second) in (
        ("2026-03-02", ("马来酸氟伏沙明片", "盐酸替扎尼定片")),
        ("2026-03-05", ("盐酸替扎尼定片", "马来酸氟伏沙明片")),
    ):
        claims.settle(
            "A", "H1", day,
            [line(f"X{first}", hilist_name=first, bkkp_sn=f"{day} first", at=f"{day} 09:00:00"),
             line(f"X{second}", hilist_name=second, bkkp_sn=f"{day} second", at=f"{day} 09:05:00")],
        )  # fmt: skip
    claims.settle("A", "H1", "2026-03-09", [line("XN06AB", hilist_name="马来酸氟伏沙明片")])
    rows = [row for row in candidates(claims, "drug_pair") if row["rule_id"] == "drug_interaction"]
    assert sorted(row["bkkp_sn"] for row in rows) == ["2026-03-02 second", "2026-03-05 second"]


def test_pieces_of_one_prescription(candidates):
    claims = world()
    single = [row for row in _pieces() if row["pay_mode"] == "single"][:2]
    first, second = (row["hilist_code"] for row in single)
    piece = {"list_type": "102", "med_chrgitm_type": "10"}
    claims.settle(
        "A", "H1", "2026-06-02",
        [line(first, rx_drord_no="alone", bkkp_sn="a1", **piece), line(second, rx_drord_no="alone", bkkp_sn="a2", **piece),
         line(first, rx_drord_no="formula", bkkp_sn="b1", **piece), line("T999", rx_drord_no="formula", bkkp_sn="b2", **piece)],
    )  # fmt: skip
    rows = {
        row["bkkp_sn"]: (row["piece_kinds"], row["listed_kinds"])
        for row in candidates(claims, "prescription_piece")
    }
    assert rows == {"a1": (2, 2), "a2": (2, 2), "b1": (2, 1)}


def _pieces():
    from rules_kb.knowledge import load

    return load("tcm_piece_limit").arrow.to_pylist()


def test_diagnoses_and_registrations_fit(candidates):
    claims = world()
    claims.person("B")
    drug = "XA11CCA351E002010101121"  # 艾地骨化醇软胶囊: M80, M81 since 2026-05-23
    for psn_no, code in (("A", "I10.x00"), ("B", "J06.900")):
        setl_id = claims.settle(psn_no, "H1", "2026-06-02", [line(drug, bkkp_sn=psn_no)])
        claims.rows["setl_list_diag_d"].append(
            {"diag_info_id": psn_no, "mdtrt_id": f"M{claims.count}", "psn_no": psn_no, "setl_id": setl_id,
             "diag_code": code, "maindiag_flag": "1"}
        )  # fmt: skip
    claims.settle("A", "H1", "2026-06-05", [line(drug, bkkp_sn="no diagnosis")])
    register = {"chronic_registration": "B,M00500,骨质疏松,M81,*,登记,demo,2025-01-01,"}
    rows = {
        r["bkkp_sn"]: r
        for r in candidates(claims, "line_point", points=register)
        if r["rule_id"] == "drug_indication_limit"
    }
    assert rows["B"]["fitting"] >= 1
    assert rows["A"]["fitting"] == 0
    assert rows["no diagnosis"]["fitting"] is None


def test_required_service_in_its_window(candidates):
    claims = world()
    points = {"drug_service_required": "XV08,造影剂,,002103000020000,,CT增强扫描,day,省目录,demo,2025-01-01,"}
    claims.settle("A", "H1", "2026-03-02", [line("XV08", bkkp_sn="with"), line("002103000020000")])
    claims.settle("A", "H1", "2026-03-05", [line("XV08", bkkp_sn="without")])
    rows = {row["bkkp_sn"]: row["found"] for row in candidates(claims, "required_line", points=points)}
    assert rows == {"with": 1, "without": 0}


def test_bundle_counts_kinds_of_components(candidates):
    claims = world()
    points = {
        "service_bundle_component": "S1,甲,,S0,组合,2,day,省目录,demo,2025-01-01,\nS2,乙,,S0,组合,2,day,省目录,demo,2025-01-01,"
    }
    claims.settle(
        "A",
        "H1",
        "2026-03-02",
        [line("S1", bkkp_sn="x1"), line("S1", bkkp_sn="x2"), line("S2", bkkp_sn="x3")],
    )
    (row,) = candidates(claims, "bundle_day", points=points)
    assert (row["components"], row["bkkp_sn"], row["related_sn"]) == (2, "x3", ["x1", "x2"])
    assert (row["inscp_amt"], row["bundle_inscp_amt"]) == (10, 30)


def test_disease_list_is_a_whitelist(candidates):
    claims = world()
    points = {"disease_drug_list": "M03900,XC01,降压药,*,地方目录,demo,2025-01-01,"}
    for sn, code in (("in", "XC01"), ("out", "XC02")):
        claims.settle("A", "H1", "2026-03-02", [line(code, bkkp_sn=sn)], med_type="140104", dise_no="M03900")
    claims.settle(
        "A", "H1", "2026-03-02", [line("XC02", bkkp_sn="other disease")], med_type="140104", dise_no="M1"
    )
    rows = {row["bkkp_sn"]: row["in_list"] for row in candidates(claims, "disease_drug_line", points=points)}
    assert rows == {"in": True, "out": False}


def test_history_looks_back_over_institutions(candidates):
    claims = world()
    second_line = "XL01ELA387E001010184513"  # 阿可替尼胶囊 since 2026-04-21
    claims.settle("A", "H2", "2026-03-01", [line("XL01XXB001A001010100001")])
    claims.settle("A", "H1", "2026-05-01", [line(second_line, bkkp_sn="first")])
    claims.settle("A", "H1", "2026-06-01", [line(second_line, bkkp_sn="refill")])
    rows = {
        row["bkkp_sn"]: (row["class_lines"], row["same_drug_lines"])
        for row in candidates(claims, "drug_history")
    }
    assert rows == {"first": (1, 0), "refill": (1, 1)}


def test_surgery_pair_anchors_the_cheaper(candidates):
    claims = world()
    two = ["003310010140000", "003310010160000"]
    claims.rows["hilist_b"].append(
        {"hilist_code": two[1], "hilist_name": "乙", "list_type": "201", "begndate": date(2025, 1, 1),
         "pric_uplmt_amt": Decimal("800")}
    )  # fmt: skip
    claims.settle(
        "A",
        "H1",
        "2026-03-02",
        [line(two[0], amount="1500", bkkp_sn="dear"), line(two[1], amount="800", bkkp_sn="cheap")],
    )
    (row,) = candidates(claims, "surgery_pair")
    assert (row["bkkp_sn"], row["related_sn"], row["catalogue_price"]) == ("cheap", ["dear"], Decimal("800"))


def test_visits_of_thirty_days_without_the_planned(candidates):
    claims = world()
    for day in range(1, 21):
        code = DIALYSIS if day % 2 else "001102000010000"
        claims.settle("A", "H1", f"2026-03-{day:02d}", [line(code)])
    rows = {row["service_date"].isoformat(): row for row in candidates(claims, "person_window")}
    assert rows["2026-03-20"]["visit_days"] == 10
    assert rows["2026-03-20"]["planned"] is False
    assert rows["2026-03-19"]["planned"] is True


def test_invoice_settled_twice(candidates):
    claims = world()
    claims.settle("A", "H1", "2026-03-02", [line("X1", amount="100")], invono="V1")
    claims.settle(
        "A", "H1", "2026-03-20", [line("X1", amount="100", bkkp_sn="again")], invono="V1", setl_type="1"
    )
    gone = claims.settle("A", "H1", "2026-03-21", [line("X1", amount="100")], invono="V1")
    refund(claims, gone)
    (row,) = candidates(claims, "settlement_pair")
    assert (row["bkkp_sn"], row["before_setl_id"], row["same_invoice"]) == ("again", "S1", True)


def test_stay_without_care(candidates):
    claims = world()
    bed = [line("001109000010000", at=f"2026-03-{day:02d} 23:00:00") for day in range(1, 11)]
    claims.settle(
        "A",
        "H1",
        "2026-03-11",
        [*bed, line("XA01", at="2026-03-01 10:00:00")],
        med_type="21",
        begin="2026-03-01",
    )
    claims.rows["ward_leave_d"].append(
        {"ward_leave_id": "L", "mdtrt_id": "M1", "psn_no": "A", "leave_begntime": datetime.fromisoformat("2026-03-05 09:00:00"),
         "leave_endtime": datetime.fromisoformat("2026-03-07 09:00:00")}
    )  # fmt: skip
    (row,) = candidates(claims, "encounter")
    assert (row["stay_days"], row["care_days"], row["leave_days"], row["idle_days"]) == (10, 1, 2, 7)


def test_same_day_stay_is_one_day(candidates):
    claims = world()
    claims.settle("A", "H1", "2026-03-11", [line("XA01")], med_type="21")
    assert [row["stay_days"] for row in candidates(claims, "encounter")] == [1]


def diagnosis(claims, number, code, **more):
    row = {"diag_info_id": f"d{number}", "mdtrt_id": f"M{claims.count}", "psn_no": "A", "diag_code": code}
    claims.rows["setl_list_diag_d"].append({**row, "maindiag_flag": "1", **more})


def test_diagnosis_with_person_and_expected_lines(candidates):
    claims = world(gend="1", brdy="2001-03-01")
    claims.settle("A", "H1", "2026-03-11", [line("XA01")], med_type="21", mdtrt={"nwb_flag": "1"})
    diagnosis(claims, 1, "C53.900")
    diagnosis(claims, 2, "P36.902")
    diagnosis(claims, 3, "J96.000", vali_flag="0")
    diagnosis(claims, 4, "I21.900")
    rows = {(row["rule_id"], row["diag_code"]): row for row in candidates(claims, "diagnosis")}
    assert set(rows) == {
        ("diagnosis_sex_mismatch", "C53.900"), ("diagnosis_age_mismatch", "P36.902"), ("diagnosis_without_service", "I21.900"),
    }  # fmt: skip
    assert rows["diagnosis_age_mismatch", "P36.902"]["age_years"] == 25
    assert rows["diagnosis_without_service", "I21.900"]["expected_lines"] == 0
    assert rows["diagnosis_sex_mismatch", "C53.900"]["newborn_visit"] is True


def test_operation_with_allowed_diagnoses(candidates):
    claims = world(gend="1")
    claims.settle(
        "A", "H1", "2026-03-11", [line("XJ01DA", at="2026-03-10 12:00:00")], med_type="21", begin="2026-03-05"
    )
    diagnosis(claims, 1, "C16.900")
    operation = {
        "mdtrt_id": "M1",
        "psn_no": "A",
        "main_oprn_flag": "1",
        "oprn_oprt_endtime": datetime.fromisoformat("2026-03-06 12:00:00"),
    }
    claims.rows["setl_list_oprn_d"] += [
        {"setl_list_oprn_id": "o1", "oprn_oprt_code": "43.9900x004", **operation},
        {"setl_list_oprn_id": "o2", "oprn_oprt_code": "65.7903", **operation, "main_oprn_flag": "0"},
    ]
    rows = {row["candidate_key"]: row for row in candidates(claims, "operation")}
    assert (rows["o1"]["diagnoses_fitting"], rows["o1"]["main_operation"]) == (1, True)
    assert rows["o1"]["hours_after_operation"] == 96
    assert (rows["o2"]["rule_id"], rows["o2"]["gend"]) == ("operation_sex_mismatch", "1")


def test_resources_of_an_institution(candidates):
    claims = world()
    claims.rows["medins_equip_b"].append(
        {
            "fixmedins_code": "H1",
            "equip_type": "CT",
            "begndate": date(2025, 1, 1),
            "enddate": date(2026, 3, 1),
        }
    )
    for day, sn in (("2026-03-01", "last day"), ("2026-03-02", "day after")):
        claims.settle("A", "H1", day, [line("002103000010000", hilist_name="CT平扫", bkkp_sn=sn)])
    claims.settle(
        "A", "H2", "2026-03-01", [line("002103000010000", hilist_name="CT平扫", bkkp_sn="no register")]
    )
    rows = {r["bkkp_sn"]: r["equipment_fitting"] for r in candidates(claims, "line_resource")}
    assert rows == {"last day": 1, "day after": 0, "no register": None}


def test_laboratory_and_implant_records(candidates):
    claims = world()
    claims.settle(
        "A", "H1", "2026-03-02",
        [line("002503", bkkp_sn="lab", amount="60"), line("C1", cnt="3", amount="900", bkkp_sn="nail", list_type="301")],
        med_type="21",
    )  # fmt: skip
    claims.rows["lab_rslt_d"].append(
        {"lab_rslt_id": "r", "psn_no": "A", "fixmedins_code": "H1", "rpt_time": datetime.fromisoformat("2026-03-02 00:00:00"), "bkkp_sn": "lab",
         "done_hilist_code": "002504"}
    )  # fmt: skip
    claims.rows["implant_use_d"].append(
        {"implant_use_id": "i", "mdtrt_id": "M1", "psn_no": "A", "fixmedins_code": "H1", "hilist_code": "C1",
         "cnt": Decimal(2), "use_time": datetime.fromisoformat("2026-03-02 00:00:00")}
    )  # fmt: skip
    (lab,) = candidates(claims, "lab_line")
    assert (lab["hilist_code"], lab["done_hilist_code"]) == ("002503", "002504")
    (nail,) = candidates(claims, "implant_use")
    assert (nail["bkkp_sn"], nail["cnt"], nail["used_cnt"]) == ("nail", 3, 2)


def test_prescription_kinds_and_anchor(candidates):
    claims = world()
    codes = ["XA01AAB001A001010100001", "XA01AAB001A001020100001", "XA02AAB001A001010100001"]
    claims.settle(
        "A", "H1", "2026-03-02", [line(c, rx_drord_no="R", bkkp_sn=f"k{n}") for n, c in enumerate(codes)]
    )
    claims.settle("A", "H1", "2026-03-02", [line(codes[0])], med_type="21")
    (row,) = candidates(claims, "prescription")
    assert (row["drug_kinds"], row["bkkp_sn"], row["related_sn"]) == (2, "k2", ["k0", "k1"])


def test_price_version_and_hours_of_a_line(candidates):
    claims = world()
    for begin, price in (("2025-01-01", "90"), ("2026-03-02", "110")):
        claims.rows["hilist_b"].append(
            {"hilist_code": "001", "hilist_name": "甲", "list_type": "201", "begndate": datetime.fromisoformat(begin).date(),
             "pric_uplmt_amt": Decimal(price)}
        )  # fmt: skip
    times = {
        "serv_begntime": datetime.fromisoformat("2026-03-01 22:00:00"),
        "serv_endtime": datetime.fromisoformat("2026-03-02 04:30:00"),
    }
    claims.settle("A", "H1", "2026-03-01", [line("001", bkkp_sn="old", **times)])
    claims.settle("A", "H1", "2026-03-02", [line("001", bkkp_sn="new")])
    rows = {row["bkkp_sn"]: row for row in candidates(claims, "line")}
    assert (rows["old"]["catalogue_price"], rows["new"]["catalogue_price"]) == (Decimal("90"), Decimal("110"))
    assert (rows["old"]["service_hours"], rows["new"]["service_hours"]) == (6.5, None)
