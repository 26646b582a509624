"""What the agency paid against the region's benefit parameters: figures worked out by hand."""

from decimal import Decimal

import pyarrow as pa
import pytest

import features
from rules_kb.knowledge import load, regional_folder
from tests.claims import Claims, line

ITEM = "001102000010000"
DOCUMENT = "待遇〔2026〕1号"


def parameter(param, value, **more):
    row = {
        "insutype": "310",
        "med_type": "21",
        "hosp_rank": "2",
        "psn_type": "*",
        "param": param,
        "tier": "1",
    }
    return row | {"value": value, "doc_no": DOCUMENT} | more


DEDUCTIBLE = [parameter("deductible", "500"), parameter("deductible", "300", tier="2")]
RATIO = [
    parameter("pay_ratio", "0.8", amount_to="10000"),
    parameter("pay_ratio", "0.9", tier="2", amount_from="10000"),
]


def stay(claims, day, *, scope, paid, deductible, at="H1", begin=None, **more):
    amounts = {"hifp_pay": Decimal(paid), "act_pay_dedc": Decimal(deductible)}
    return claims.settle(
        "A", at, day, [line(ITEM, amount=scope)], begin=begin or day, **{"med_type": "21"} | amounts | more
    )


def world():
    claims = Claims()
    claims.person("A")
    claims.institution("H1")
    claims.institution("H2")
    return claims


@pytest.fixture
def differences(duckdb_engine, region):
    """claims, knowledge rows by table → {(setl_id, param): (due, found)}."""

    def run(claims, **tables):
        rows = compared(duckdb_engine, claims, region(**tables))
        return {(row["setl_id"], row["param"]): (row["due_amt"], row["found_amt"]) for row in rows}

    return run


def compared(engine, claims, name):
    claims.register(engine)
    for table in ("benefit_param", "medical_community"):
        engine.register(table, arrow=load(table, regional=regional_folder(name)).arrow)
    days = [f"setl_date={row['enddate']}" for row in claims.rows["setl_d"]]
    engine.register("judged_day", arrow=pa.table({"judged_day": days}))
    features.register(engine, "benefit_check")
    return engine.run("SELECT * FROM benefit_check ORDER BY setl_id, param").to_pylist()


def test_second_stay_of_a_year_has_its_own_deductible(differences):
    claims = world()
    stay(claims, "2026-02-03", scope="2000", paid="1200", deductible="500")
    stay(claims, "2026-04-03", scope="2000", paid="1200", deductible="300")
    wrong = stay(claims, "2026-06-03", scope="2000", paid="1200", deductible="500")
    small = stay(claims, "2026-08-03", scope="120", paid="0", deductible="120")
    found = differences(claims, benefit_param=DEDUCTIBLE)
    assert found == {(wrong, "deductible"): (Decimal("300.00"), Decimal("500.00"))}
    assert (small, "deductible") not in found, "a deductible is never more than what is in scope"


def test_a_stay_continued_in_a_medical_community_has_one_deductible(differences):
    claims = world()
    stay(claims, "2026-02-10", scope="2000", paid="1200", deductible="500", begin="2026-02-01")
    second = stay(
        claims, "2026-02-20", scope="2000", paid="1200", deductible="300", at="H2", begin="2026-02-10"
    )
    members = [
        {"medcmty_code": "C1", "fixmedins_code": code, "member_role": "member"} for code in ("H1", "H2")
    ]
    found = differences(claims, benefit_param=DEDUCTIBLE, medical_community=members)
    assert found == {(second, "deductible"): (Decimal("0.00"), Decimal("300.00"))}


def test_bands_of_the_pay_ratio(differences):
    claims = world()
    # 20,500 in scope less 500: 10,000 × 0.8 + 10,000 × 0.9 = 17,000.
    stay(claims, "2026-02-03", scope="20500", paid="17000", deductible="500")
    wrong = stay(claims, "2026-04-03", scope="20500", paid="18000", deductible="500")
    stay(claims, "2026-05-03", scope="1500", paid="800.60", deductible="500")
    found = differences(claims, benefit_param=RATIO)
    assert found == {(wrong, "pay_ratio"): (Decimal("17000.00"), Decimal("18000.00"))}


def test_the_closest_parameter_speaks_and_only_in_force(differences):
    claims = world()
    general = [parameter("deductible", "900", insutype="*", med_type="*", hosp_rank="*")]
    later = [parameter("deductible", "700", begndate="2026-07-01", hosp_rank="3")]
    stay(claims, "2026-02-03", scope="2000", paid="1200", deductible="500")
    other = stay(claims, "2026-03-03", scope="2000", paid="1200", deductible="500", at="H2", insutype="390")
    found = differences(claims, benefit_param=DEDUCTIBLE + general + later)
    assert found == {(other, "deductible"): (Decimal("900.00"), Decimal("500.00"))}


def test_over_the_yearly_cap(differences):
    claims = world()
    stay(claims, "2026-02-03", scope="20500", paid="17000", deductible="500")
    over = stay(claims, "2026-04-03", scope="20500", paid="5000", deductible="500")
    found = differences(claims, benefit_param=[parameter("annual_cap", "20000")])
    assert found == {(over, "annual_cap"): (Decimal("20000.00"), Decimal("22000.00"))}


def test_other_visits_and_refunded_stays_are_left_alone(differences):
    claims = world()
    claims.settle("A", "H1", "2026-02-03", [line(ITEM)], hifp_pay=Decimal("7"))
    stay(claims, "2026-04-03", scope="2000", paid="1200", deductible="0")
    part = stay(claims, "2026-04-05", scope="-100", paid="-70", deductible="0", refd_setl_flag="1")
    claims.rows["setl_d"][-1]["init_setl_id"] = "S2"
    assert part == "S3"
    assert differences(claims, benefit_param=DEDUCTIBLE + RATIO) == {}


def test_both_engines_compare_alike(engine, region):
    claims = world()
    stay(claims, "2026-02-03", scope="20500", paid="17000", deductible="500")
    continued = stay(claims, "2026-02-04", scope="2000", paid="1360", deductible="300", at="H2")
    second = stay(claims, "2026-06-03", scope="20500", paid="18000", deductible="500")
    members = [
        {"medcmty_code": "C1", "fixmedins_code": code, "member_role": "member"} for code in ("H1", "H2")
    ]
    rows = DEDUCTIBLE + RATIO + [parameter("annual_cap", "20000")]
    found = compared(engine, claims, region(benefit_param=rows, medical_community=members))
    money = [Decimal(text) for text in ("0", "300", "20000", "36360", "300", "500", "17000", "18000")]
    columns = ("setl_id", "param", "tier", "due_amt", "found_amt", "difference_amt")
    assert [tuple(row[name] for name in columns) for row in found] == [
        (continued, "deductible", 1, money[0], money[1], Decimal(300)),
        (second, "annual_cap", None, money[2], money[3], Decimal(16360)),
        (second, "deductible", 2, money[4], money[5], Decimal(200)),
        (second, "pay_ratio", None, money[6], money[7], Decimal(1000)),
    ]


def test_the_night_compares_what_its_region_says(judge, region):
    claims = world()
    wrong = stay(claims, "2026-02-03", scope="2000", paid="1200", deductible="0")
    (row,) = judge(claims, region=region(benefit_param=DEDUCTIBLE), table="benefit_check")
    assert (row["setl_id"], row["doc_no"], row["difference_amt"]) == (wrong, DOCUMENT, Decimal(-500))
