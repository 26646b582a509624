"""Every hit says what less would have let it pass, and never which diagnosis, code, age or sex would."""

import json
import re

from core.settings import RulesSettings
from rules_kb import examples
from rules_kb.compiler import Pack
from rules_kb.library import read_library
from rules_kb.words import RECIPE

LIBRARY = read_library()
OWN = re.compile(r"（所涉：\d{4}-\d{2}-\d{2}，-?[0-9.]+元）| \(here: \d{4}-\d{2}-\d{2}, -?[0-9.]+ yuan\)")


def test_every_rule_tells_it_in_the_evidence_of_its_hits(duckdb_engine):
    pack = Pack(tuple(LIBRARY.judging(RulesSettings(active="all"))), RulesSettings(active="all"))
    told = set()
    for grain in pack.grains:
        examples.run_examples(duckdb_engine, pack, grain)
        for row in duckdb_engine.run(f"SELECT rule_id, evidence FROM judged_{grain}").to_pylist():
            evidence = json.loads(row["evidence"])
            rule = LIBRARY.rules[row["rule_id"]]
            for key, text in (("zh", rule.counterfactual.zh), ("en", rule.counterfactual.en)):
                said = evidence[f"counterfactual_{key}"]
                assert said.startswith(text)
                assert RECIPE.search(OWN.sub("", said)) is None, said
            told.add(row["rule_id"])
    assert told == set(LIBRARY.rules)


def test_it_names_the_day_and_the_amount_of_the_hit(duckdb_engine):
    rule = LIBRARY.rules["drug_sex_limit"]
    pack = Pack(((rule, False),), RulesSettings(active="all"))
    examples.run_examples(duckdb_engine, pack, rule.grain)
    rows = duckdb_engine.run(f"SELECT evidence, vola_amt FROM judged_{rule.grain}").to_pylist()
    assert rows
    for row in rows:
        assert f"{row['vola_amt']}元" in json.loads(row["evidence"])["counterfactual_zh"]
