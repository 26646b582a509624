"""The library as a whole: 112 numbers, words, coverage, lock, overlays, and files that are refused."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from core.errors import Refused
from core.schema import EXTENSIONS, LANDING
from core.settings import RulesSettings
from rules_kb import words
from rules_kb.knowledge import load
from rules_kb.library import (
    FOLDER,
    Library,
    check_lock,
    extension_needs,
    grain_facts,
    lint,
    lint_overlay,
    read_library,
    write_lock,
)
from rules_kb.rule import KnowledgeUse, read_rule

LIBRARY = read_library()
CONTRACT = {name: set(table.names) for name, table in LANDING.items() if name not in EXTENSIONS}


def test_every_number_of_the_catalogue_has_one_rule():
    # Rules of our own beyond the catalogue are numbered from EXT-025 on.
    codes = sorted(rule.code for rule in LIBRARY.rules.values() if not "EXT-025" <= rule.code < "EXT-999")
    assert len(codes) == len(set(codes)) == 112
    count = {
        prefix: sum(code.startswith(prefix) for code in codes) for prefix in ("POL", "MGT", "CLN", "EXT")
    }
    assert count == {"POL": 34, "MGT": 29, "CLN": 25, "EXT": 24}
    official = [rule.official for rule in LIBRARY.rules.values() if rule.official]
    assert len(official) == len(set(official)) == 79
    assert sum(code.startswith("ZB") for code in official) == 8


def test_statistics_are_indicators_only():
    for rule in LIBRARY.rules.values():
        assert (rule.result == "indicator") == rule.code.startswith("MGT-IDX"), rule.id


def test_lint_is_clean_and_the_lock_is_green():
    lint(LIBRARY)
    check_lock(LIBRARY)


def test_coverage_names_the_missing_column():
    evaluable, missing = LIBRARY.coverage(CONTRACT)
    assert len(evaluable) + len(missing) == len(LIBRARY.rules)
    assert "visit_channel_d.internet_flag" in missing["internet_excluded_drug"]
    assert missing["drug_outside_disease_list"] == ["no points: disease_drug_list"]
    assert "drug_sex_limit" in {rule.id for rule in evaluable}
    without = {**CONTRACT, "psn_info_b": CONTRACT["psn_info_b"] - {"gend"}}
    assert LIBRARY.coverage(without)[1]["drug_sex_limit"] == ["psn_info_b.gend"]


def test_a_rule_that_only_has_excerpts_says_so():
    lacks = "in part: operation_diagnosis_allowed without limit.complete = 1"
    assert LIBRARY.in_part() == {"operation_diagnosis_mismatch": [lacks]}

    def whole(name):
        table = load(name)
        rows = (
            [row | {"complete": 1} for row in table.arrow.to_pylist()]
            if name == "operation_diagnosis_allowed"
            else []
        )
        return replace(table, arrow=pa.Table.from_pylist(rows, schema=table.arrow.schema))

    assert LIBRARY.in_part(whole) == {}


def test_a_table_with_rows_of_another_rule_has_no_points():
    newborn = read_rule(FOLDER / "policy" / "drug_limited_to_newborns.yaml")
    use = KnowledgeUse(table="drug_age_limit", where="limit.age_group = 'newborn'")
    changed = newborn.model_copy(update={"knowledge": {"limit": use}})
    _, missing = Library({changed.id: changed}, FOLDER).coverage(CONTRACT)
    assert missing == {"drug_limited_to_newborns": ["no points: drug_age_limit"]}
    assert "drug_for_children_only" not in LIBRARY.coverage(CONTRACT)[1]


def test_rules_that_need_more_say_so():
    beyond = {rule.id for rule in LIBRARY.rules.values() if extension_needs(rule)}
    assert beyond == {
        "antibiotic_beyond_right", "charged_without_equipment", "group_coded_high", "implant_not_used",
        "infection_rate", "internet_excluded_drug", "method_substituted",
    }  # fmt: skip


def test_counterfactuals_never_name_what_would_pass():
    for rule in LIBRARY.rules.values():
        text = f"{rule.counterfactual.zh} {rule.counterfactual.en}"
        assert not words.RECIPE.search(text), rule.id
        assert not re.search(r"\{", text), rule.id


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"reason": {"zh": "疑似骗保", "en": "x"}}, "骗保"),
        ({"reason": {"zh": "数量超过上限", "en": "x"}}, "careful"),
        ({"counterfactual": {"zh": "诊断为 I10 即不触发", "en": "x"}}, "never name"),
        ({"counterfactual": {"zh": "改由女性使用即不触发", "en": "x"}}, "never name"),
    ],
)
def test_words_are_refused(tmp_path, change, word):
    with pytest.raises(Refused, match=word):
        lint(_changed(tmp_path, "drug_sex_limit", change))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"surprise": 1}, "surprise"),
        ({"when": "line.nothing > 0"}, "line.nothing"),
        ({"when": "line.cnt * 2 > 3"}, "line_amount"),
        ({"when": "limit.colour = 'x'"}, "limit.colour"),
        ({"basis": [{"law": "reg735", "article": "999"}]}, "999"),
        ({"needs": ["psn_info_b.shoe_size"]}, "shoe_size"),
        ({"grain": "moon"}, "moon"),
        ({"examples": []}, "hits"),
    ],
)
def test_bad_files_are_refused(tmp_path, change, word):
    with pytest.raises(Refused, match=word):
        lint(_changed(tmp_path, "drug_sex_limit", change))


def _changed(tmp_path, rule_id, change) -> Library:
    (path,) = FOLDER.rglob(f"{rule_id}.yaml")
    content = {**yaml.safe_load(path.read_text(encoding="utf-8")), **change}
    (tmp_path / "medical").mkdir()
    target = tmp_path / "medical" / f"{rule_id}.yaml"
    target.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return read_library(tmp_path)


def test_a_change_without_a_version_is_refused(tmp_path):
    library = _changed(tmp_path, "drug_sex_limit", {})
    lock = tmp_path / "rules.lock"
    write_lock(library, by="甲", second="乙", lock=lock)
    (path,) = tmp_path.rglob("drug_sex_limit.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("severity: 2", "severity: 3"), encoding="utf-8")
    with pytest.raises(Refused, match="version"):
        check_lock(read_library(tmp_path), lock)
    assert json.loads(lock.read_text(encoding="utf-8"))["drug_sex_limit"]["second"] == "乙"


def test_a_region_may_not_change_a_drug_limit(tmp_path):
    (tmp_path / "drug_sex_limit.csv").write_text("x\n", encoding="utf-8")
    with pytest.raises(Refused, match="drug_sex_limit"):
        lint_overlay(LIBRARY, RulesSettings(), tmp_path)
    with pytest.raises(Refused, match="drug_level_limit"):
        lint_overlay(LIBRARY, RulesSettings(retired=["drug_level_limit"]), None)
    with pytest.raises(Refused, match="gap_dayz"):
        lint_overlay(LIBRARY, RulesSettings(parameters={"split_admission": {"gap_dayz": 7}}), None)
    lint_overlay(LIBRARY, RulesSettings(parameters={"split_admission": {"gap_days": 7}}), None)


def test_facts_read_from_sql_are_the_grains_columns(duckdb_engine):
    import features
    from rules_kb.compiler import Pack, register_points
    from rules_kb.examples import _register_nothing

    _register_nothing(duckdb_engine)
    for grain in ("line", "line_point", "encounter"):
        register_points(duckdb_engine, Pack((), RulesSettings()), grain)
        features.register(duckdb_engine, grain)
        assert set(duckdb_engine.run(f"SELECT * FROM {grain} LIMIT 0").schema.names) == grain_facts(grain)


def test_each_rule_shows_its_edges_and_a_null():
    for path in sorted(Path(FOLDER).rglob("*.yaml")):
        rule = read_rule(path)
        given = [example.given for example in rule.examples]
        assert any(f"{rule.grain}.service_date" in facts for facts in given), rule.id
        assert any(value is None for facts in given for value in facts.values()), rule.id
