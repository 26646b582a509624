"""Fused against one query per rule: python -m tests.bench.fused_rules --lines 2000000 --rules 30; prints JSON."""

import argparse
import json
import random
import time
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

import features
from core.engine import open_engine
from core.engine.base import arrow_schema, declared_columns, parse_extra
from core.schema import LANDING
from core.settings import RulesSettings, load_settings
from pipelines.warehouse import BOOKKEEPING
from rules_kb import knowledge
from rules_kb.compiler import Pack, judge_candidates, register_points
from rules_kb.library import read_library

DAY = date(2026, 6, 10)


def world(engine, lines, seed=7):
    """One day of settled lines, a tenth of them on items that have points."""
    draw = random.Random(seed)
    listed = []
    for table in (
        "drug_sex_limit",
        "drug_age_limit",
        "service_sex_limit",
        "drug_level_limit",
        "drug_setting_limit",
    ):
        listed += knowledge.load(table).arrow["hilist_code"].to_pylist()
    plain = [f"XA{number:09d}" for number in range(5000)]
    people, visits = lines // 20 + 1, lines // 8 + 1
    zero, ten = Decimal("0.00"), Decimal("10.00")
    at = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=9)
    codes = [draw.choice(listed) if draw.random() < 0.1 else draw.choice(plain) for _ in range(lines)]
    who = [f"p{number % people}" for number in range(visits)]
    columns = {
        "fee_list_d": {
            "bkkp_sn": [f"L{n}" for n in range(lines)], "setl_id": [f"S{n % visits}" for n in range(lines)],
            "mdtrt_id": [f"M{n % visits}" for n in range(lines)], "psn_no": [who[n % visits] for n in range(lines)],
            "fixmedins_code": [f"H{n % visits % 50}" for n in range(lines)], "med_type": ["11"] * lines,
            "fee_ocur_time": [at] * lines, "hilist_code": codes, "hilist_name": codes, "list_type": ["101"] * lines,
            "med_chrgitm_type": ["09"] * lines, "cnt": [Decimal(1)] * lines, "pric": [Decimal(10)] * lines,
            "det_item_fee_sumamt": [ten] * lines, "fulamt_ownpay_amt": [zero] * lines, "overlmt_selfpay": [zero] * lines,
            "preselfpay_amt": [zero] * lines, "inscp_amt": [ten] * lines, "chrgitm_lv": ["01"] * lines,
        },
        "setl_d": {
            "setl_id": [f"S{n}" for n in range(visits)], "mdtrt_id": [f"M{n}" for n in range(visits)], "psn_no": who,
            "fixmedins_code": [f"H{n % 50}" for n in range(visits)], "insutype": ["310"] * visits, "med_type": ["11"] * visits,
            "begndate": [DAY] * visits, "enddate": [DAY] * visits, "setl_time": [at] * visits,
            "medfee_sumamt": [ten] * visits, "inscp_amt": [ten] * visits, "fund_pay_sumamt": [ten] * visits,
            "psn_pay": [zero] * visits, "refd_setl_flag": ["0"] * visits, "hi_paymtd": ["1"] * visits,
        },
        "psn_info_b": {
            "psn_no": [f"p{n}" for n in range(people)], "gend": [str(1 + n % 2) for n in range(people)],
            "brdy": [date(1950 + n % 70, 1, 1) for n in range(people)],
        },
        "fixmedins_b": {
            "fixmedins_code": [f"H{n}" for n in range(50)], "fixmedins_name": ["机构"] * 50, "fixmedins_type": ["1"] * 50,
            "hosp_lv": [f"{2 + n % 8:02d}" for n in range(50)],
        },
    }  # fmt: skip
    for name, table in LANDING.items():
        schema = arrow_schema(declared_columns(table, parse_extra(BOOKKEEPING), "duckdb"))
        given = columns.get(name, {})
        rows = len(next(iter(given.values()), []))
        arrays = [pa.array(given.get(field.name, [None] * rows), field.type) for field in schema]
        engine.register(name, arrow=pa.Table.from_arrays(arrays, schema=schema))
    engine.register("judged_day", arrow=pa.table({"judged_day": [f"setl_date={DAY}"]}))


def judged(engine, rules, grain="line"):
    """Seconds and rows of one fused judging of these rules over candidates that already stand."""
    pack = Pack(tuple((rule, False) for rule in rules), RulesSettings(active="all"))
    points, kinds = register_points(engine, pack, grain)
    start = time.perf_counter()
    name = judge_candidates(engine, pack, grain, grain, points, kinds)
    rows = engine.run(f"SELECT hit_id, rule_id, bkkp_sn, vola_amt FROM {name}").to_pylist()
    return time.perf_counter() - start, {tuple(sorted(row.items(), key=str)) for row in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="duckdb")
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--rules", type=int, default=30)
    wanted = parser.parse_args()
    engine = open_engine(load_settings(overrides={"engine": wanted.engine}, environment={}))
    world(engine, wanted.lines)
    rules = [rule for _, rule in sorted(read_library().rules.items()) if rule.grain == "line"][: wanted.rules]
    start = time.perf_counter()
    register_points(engine, Pack(tuple((r, False) for r in rules), RulesSettings()), "line")
    features.register(engine, "line")
    prepared = time.perf_counter() - start
    fused, together = judged(engine, rules)
    few, _ = judged(engine, rules[:4])
    apart, single = set(), 0.0
    for rule in rules:
        seconds, rows = judged(engine, [rule])
        single += seconds
        apart |= rows
    result = {
        "engine": wanted.engine, "lines": wanted.lines, "rules": len(rules), "hits": len(together),
        "grain_seconds": round(prepared, 2), "fused_seconds": round(fused, 2), "four_rules_seconds": round(few, 2),
        "one_by_one_seconds": round(single, 2), "speed_up": round(single / fused, 2),
        "speed_up_with_grain_once_per_rule": round((single + prepared * len(rules)) / (fused + prepared), 2),
        "all_against_four": round((fused + prepared) / (few + prepared), 2), "results_equal": together == apart,
    }  # fmt: skip
    print(json.dumps(result, ensure_ascii=False))
    engine.close()


if __name__ == "__main__":
    main()
