"""Starter points speak up on what they are about and stay silent one step beside it.

The expert tables that no publication fills hold a few sourced rows (rules_kb/knowledge/*.yaml say whence).
Each case: a line the rule must find, and a near miss it must not. Written from the rows' sources.
"""

from datetime import date, datetime

import pyarrow as pa
import pytest

from core.settings import RulesSettings
from rules_kb.compiler import Pack
from rules_kb.compiler import judge as judge_grains
from rules_kb.knowledge import load
from rules_kb.library import read_library
from tests.claims import Claims, line

CASES = [
    # rule, what is charged, the visit; then what differs in the near miss
    ("drug_forbidden_to_children", {"item": "XJ01", "hilist_name": "左氧氟沙星注射液"}, {"brdy": "2014-01-01"}, {"brdy": "2000-01-01"}),
    ("elderly_drug_safety", {"item": "XA10", "hilist_name": "格列本脲片"}, {"brdy": "1950-01-01"}, {"brdy": "1980-01-01"}),
    ("drug_over_label_dose", {"item": "XM01", "hilist_name": "尼美舒利片", "prd_days": 16}, {}, {"prd_days": 15}),
    ("drug_supply_limit", {"item": "XN02", "hilist_name": "盐酸吗啡缓释片", "prd_days": 16}, {}, {"prd_days": 15}),
    ("drug_off_label", {"item": "XL02BBB085A001010100662"}, {"diag": "I10.x00"}, {"diag": "C61.x00"}),
    ("drug_limited_to_newborns", {"item": "XR07AAZ038B002010178331"}, {"brdy": "2026-01-20"}, {"brdy": "2026-02-10"}),
    ("piece_over_quantity", {"item": "T000700200", "cnt": "91"}, {}, {"cnt": "90"}),
    ("treatment_without_indication", {"item": "003112020090000"}, {"diag": "J18.900"}, {"diag": "P59.900"}),
    ("service_contraindication", {"item": "003109020050000"}, {"diag": "I21.900"}, {"diag": "K29.500"}),
    ("service_beyond_indication", {"item": "003312010010000"}, {"diag": "N40.x00"}, {"diag": "C61.x00"}),
    ("service_indication_limit", {"item": "L1", "hilist_name": "偏瘫肢体综合训练"}, {"diag": "M54.500"}, {"diag": "I69.300"}),
    ("service_limited_to_newborns", {"item": "001201000080200"}, {"brdy": "2025-12-01"}, {"brdy": "2026-02-20"}),
    ("service_limited_to_children", {"item": "L4", "hilist_name": "脑瘫肢体综合训练"}, {"brdy": "1990-01-01"}, {"brdy": "2018-01-01"}),
    ("service_setting_limit", {"item": "001102000050000"}, {"med_type": "11"}, {"med_type": "21"}),
    ("service_level_limit", {"item": "003310050180000"}, {"hosp": "H2"}, {"hosp": "H3"}),
    ("service_bundle_split", {"item": "003110000060000"}, {"beside": {"item": "L2", "hilist_name": "血液滤过"}}, {"beside": {"item": "L3", "hilist_name": "血液检查"}}),
    ("device_included_in_service", {"item": "C1", "hilist_name": "血液透析干粉"}, {"beside": {"item": "003110000100000"}}, {"beside": {"item": "003110000060000"}}),
    ("device_without_service", {"item": "C2", "hilist_name": "一次性使用血液灌流器", "list_type": "301"}, {}, {"beside": {"item": "003110000100000"}}),
    ("device_without_service", {"item": "C7", "hilist_name": "一次性透析器", "list_type": "301"}, {"beside": {"item": "L9", "hilist_name": "血液常规"}}, {"beside": {"item": "L9", "hilist_name": "血液透析费"}}),
    ("device_without_service", {"item": "C8", "hilist_name": "冠状动脉支架", "list_type": "301"}, {"beside": {"item": "C9", "hilist_name": "冠脉球囊", "list_type": "301"}}, {"beside": {"item": "L9", "hilist_name": "冠脉支架植入费"}}),
    ("device_without_service", {"item": "CA", "hilist_name": "折叠式人工晶状体", "list_type": "301"}, {}, {"beside": {"item": "003304060100000", "hilist_name": "白内障超声乳化摘除术+人工晶体植入术"}}),
    ("drug_without_service", {"item": "XV08", "hilist_name": "碘海醇注射液"}, {}, {"beside": {"item": "002103000020000"}}),
    ("device_department_limit", {"item": "C3", "hilist_name": "人工耳蜗植入体", "bilg_dept_name": "骨科"}, {}, {"bilg_dept_name": "耳鼻喉科"}),
    ("device_department_limit", {"item": "CB", "hilist_name": "冠脉药物洗脱冠状动脉支架", "bilg_dept_name": "普外科"}, {}, {"bilg_dept_name": "心血管内科"}),
    ("device_department_limit", {"item": "CC", "hilist_name": "人工晶状体", "bilg_dept_name": "康复科"}, {}, {"bilg_dept_name": "手术室"}),
    ("device_department_limit", {"item": "CD", "hilist_name": "透析器", "bilg_dept_name": "皮肤科"}, {}, {"bilg_dept_name": "血液净化中心"}),
    ("device_over_quantity", {"item": "C4", "hilist_name": "人工晶状体", "cnt": "3"}, {"med_type": "21"}, {"cnt": "2"}),
    ("device_limited_to_newborns", {"item": "C5", "hilist_name": "一次性脐静脉导管"}, {"brdy": "2025-12-01"}, {"brdy": "2026-02-20"}),
    ("device_limited_to_children", {"item": "C6", "hilist_name": "小儿气管插管"}, {"brdy": "1990-01-01"}, {"brdy": "2018-01-01"}),
    ("antibiotic_beyond_right", {"item": "XJ02", "hilist_name": "注射用替考拉宁", "bilg_dr_code": "D1"}, {}, {"bilg_dr_code": "D3"}),
]  # fmt: skip


def charge(
    claims, rule_id, name, item, *, brdy="1980-01-01", diag="", hosp="H2", med_type="11", beside=None, **fact
):
    """One visit with one line of the case, named after it."""
    claims.person(f"{rule_id} {name}", brdy=brdy)
    lines = [line(item, amount="90", bkkp_sn=f"{rule_id} {name}", **fact)]
    lines += [line(**{"amount": "20"} | beside)] if beside else []
    setl = claims.settle(
        f"{rule_id} {name}", hosp, "2026-03-02", lines, med_type=med_type, begin="2026-03-02"
    )
    if diag:
        mdtrt = claims.rows["setl_d"][-1]["mdtrt_id"]
        claims.rows["setl_list_diag_d"].append(
            {"diag_info_id": f"D{setl}", "mdtrt_id": mdtrt, "psn_no": f"{rule_id} {name}", "setl_id": setl,
             "diag_code": diag, "maindiag_flag": "1"}
        )  # fmt: skip


def world():
    """Each case and its near miss, one visit each."""
    claims = Claims()
    claims.institution("H2", hosp_lv="05")
    claims.institution("H3", hosp_lv="01")
    for doctor, right in (("D1", "1"), ("D3", "3")):
        claims.rows["medins_dr_right_b"].append(
            {"prac_psn_code": doctor, "fixmedins_code": "H2", "right_type": "antibiotic", "right_lv": right,
             "begndate": date(2020, 1, 1)}
        )  # fmt: skip
    for rule_id, fact, visit, near in CASES:
        charge(claims, rule_id, f"{fact['item']} found", **fact | visit)
        charge(claims, rule_id, f"{fact['item']} near", **fact | visit | near)
    return claims


def test_each_starter_finds_its_case_and_spares_the_near_miss(judge):
    hits = judge(world(), only=[case[0] for case in CASES])
    own = [hit for hit in hits if (hit["bkkp_sn"] or "").startswith(hit["rule_id"] + " ")]
    found = {hit["bkkp_sn"] for hit in own}
    cases = {f"{rule_id} {fact['item']} found" for rule_id, fact, _, _ in CASES}
    assert {sn for sn in cases - found if not sn.startswith("service_bundle_split")} == set()
    assert [sn for sn in found if sn.endswith(" near")] == []
    # A bundle's hit is anchored on its latest part, which is not the line of the case.
    assert len([hit for hit in hits if hit["rule_id"] == "service_bundle_split"]) == 1
    assert {(hit["result"], hit["verified"]) for hit in own} == {("suspect", False)}
    assert all("依据待核" in hit["reason_zh"] for hit in own)


def test_prophylaxis_starter(judge):
    claims = Claims()
    claims.institution("H2")
    for name, code, at in (("hernia", "53.0001", "2026-03-02 20:00:00"), ("hip late", "81.5200", "2026-03-06 20:00:00"), ("hip", "81.5200", "2026-03-03 08:00:00")):  # fmt: skip
        claims.person(name)
        setl = claims.settle(
            name, "H2", "2026-03-08", [line("XJ01DCA", at=at)], med_type="21", begin="2026-03-01"
        )
        key = {"mdtrt_id": claims.rows["setl_d"][-1]["mdtrt_id"], "psn_no": name, "setl_id": setl}
        diag = {"diag_info_id": f"D{setl}", "diag_code": "M16.900", "maindiag_flag": "1"}
        claims.rows["setl_list_diag_d"].append(key | diag)
        operation = {"setl_list_oprn_id": name, "oprn_oprt_code": code, "main_oprn_flag": "1",
                     "oprn_oprt_begntime": datetime.fromisoformat("2026-03-02 08:00:00"), "oprn_oprt_endtime": datetime.fromisoformat("2026-03-02 10:00:00")}  # fmt: skip
        claims.rows["setl_list_oprn_d"].append(key | operation)
    hits = judge(claims, only=["perioperative_antibiotic"])
    assert sorted(hit["psn_no"] for hit in hits) == ["hernia", "hip late"]


def test_what_only_a_region_can_bring_works_when_it_brings_it(judge, region):
    claims = Claims()
    claims.institution("H2")
    claims.person("A")
    here = region(
        reimbursement_cap=[{"hilist_code": "C9", "period": "stay", "cap_amount": "100"}],
        service_insurance_limit=[{"hilist_code": "L8", "insurance": "work_injury"}, {"hilist_code": "L9", "insurance": "maternity"}],
        disease_drug_list=[{"dise_no": "M03900", "hilist_code": "XC08"}],
    )  # fmt: skip
    for sn, item, amount in (
        ("cap", "C9", "150"),
        ("injury", "L8", "30"),
        ("birth", "L9", "30"),
        ("other", "L7", "30"),
    ):
        claims.settle("A", "H2", "2026-03-02", [line(item, amount=amount, bkkp_sn=sn)])
    for sn, item in (("in list", "XC08"), ("outside", "XA02")):
        claims.settle("A", "H2", "2026-03-03", [line(item, bkkp_sn=sn)], med_type="140104", dise_no="M03900")
    rules = ["device_reimbursement_cap", "service_limited_to_work_injury", "service_limited_to_maternity", "drug_outside_disease_list"]  # fmt: skip
    hits = judge(claims, only=rules, region=here)
    assert {hit["bkkp_sn"] for hit in hits} == {"cap", "injury", "birth", "outside"}
    assert {hit["result"] for hit in hits} == {"suspect"}


@pytest.mark.parametrize(
    "table", sorted({u.table for r in read_library().rules.values() for u in r.knowledge.values()})
)
def test_a_starter_says_where_each_row_stands(table):
    known = load(table)
    assert (
        known.header.kind != "expert" or len(known) > 0 or known.header.source.startswith("Empty on purpose")
    )
    if known.header.kind == "expert":
        assert "verified" not in known.arrow["verify_status"].to_pylist()
        assert all(known.arrow["source"].to_pylist())


@pytest.mark.spark
def test_points_by_name_give_the_same_hits_on_spark(duckdb_engine, spark_engine):
    wanted = ("device_without_service", "drug_supply_limit", "device_over_quantity", "service_bundle_split")
    settings = RulesSettings(active="all")
    rules = tuple(pair for pair in read_library().judging(settings) if pair[0].id in wanted)
    pack = Pack(rules, settings)
    found = []
    for engine in (duckdb_engine, spark_engine):
        world().register(engine)
        engine.register("judged_day", arrow=pa.table({"judged_day": ["setl_date=2026-03-02"]}))
        rows = [
            row
            for name in judge_grains(engine, pack, pack.grains)
            for row in engine.run(
                f"SELECT rule_id, hit_id, bkkp_sn, vola_amt, evidence FROM {name}"
            ).to_pylist()
        ]
        found.append(sorted(rows, key=lambda row: row["hit_id"]))
    assert {row["rule_id"] for row in found[0]} == set(wanted)
    assert found[0] == found[1]


def test_two_codes_that_bear_one_points_name_make_one_candidate(duckdb_engine):
    claims = Claims()
    claims.institution("H2")
    charge(claims, "one", "brand", "C4", hilist_name="人工晶状体", cnt="3", med_type="21")
    charge(claims, "two", "brand", "C9", hilist_name="折叠式人工晶状体", cnt="3", med_type="21")
    claims.register(duckdb_engine)
    days = pa.table({"judged_day": ["setl_date=2026-03-02"]})
    duckdb_engine.register("judged_day", arrow=days)
    settings = RulesSettings(active="all")
    rules = tuple(p for p in read_library().judging(settings) if p[0].id == "device_over_quantity")
    (judged,) = judge_grains(duckdb_engine, Pack(rules, settings), [rules[0][0].grain])
    hits = duckdb_engine.run(f"SELECT hit_id, bkkp_sn FROM {judged}").to_pylist()
    assert sorted(hit["bkkp_sn"] for hit in hits) == ["one brand", "two brand"]
