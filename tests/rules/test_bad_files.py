"""A bad rule file is refused in one line: file, id, [value], the way out; through `fundguard rules lint`."""

import shutil

import pytest
import yaml

from fundguard.cli import main
from rules_kb.library import FOLDER

RULE = "drug_sex_limit"


@pytest.fixture
def mine(tmp_path, capsys):
    """A folder with one locked rule; `lint(change…)` changes its keys and gives exit code and error."""
    folder = tmp_path / "rules" / "medical"
    folder.mkdir(parents=True)
    target = folder / f"{RULE}.yaml"
    shutil.copy(FOLDER / "medical" / target.name, target)
    content = yaml.safe_load(target.read_text(encoding="utf-8"))
    options = ["--rules", str(tmp_path / "rules"), "--home", str(tmp_path)]
    assert main(["rules", "lock", *options]) == 0

    def lint(text=None, *, also=None, without=(), **change):
        changed = {key: value for key, value in {**content, **change}.items() if key not in without}
        target.write_text(text or yaml.safe_dump(changed, allow_unicode=True), encoding="utf-8")
        if also:
            other = {**content, "id": also}
            (folder / f"{also}.yaml").write_text(yaml.safe_dump(other, allow_unicode=True), encoding="utf-8")
        capsys.readouterr()
        code = main(["rules", "lint", *options])
        return code, capsys.readouterr().err.removesuffix("\n")

    lint.content = content
    return lint


def test_the_file_as_it_is_passes(mine):
    assert mine() == (0, "")


@pytest.mark.parametrize(
    ("change", "value", "way_out"),
    [
        ({"surprise": 1}, "[surprise]", "remove it"),
        ({"verzion": 1}, "[verzion]", "did you mean version"),
        ({"knowledge": {"limit": {"table": RULE, "wher": "x"}}}, "[knowledge.limit.wher]", "remove it"),
        ({"when": "line.age_yaers > 3"}, "[line.age_yaers]", "did you mean age_years"),
        ({"when": "limit.colour = 'x'"}, "[limit.colour]", "docs/knowledge.md"),
        ({"when": "line.cnt > param.most"}, "[param.most]", "declare it under parameters"),
        ({"when": "line.cnt * 2 > 3"}, "[line.cnt * 2]", "use line_amount"),
        ({"when": "line.cnt > (SELECT 1)"}, "[(SELECT 1)]", "see docs/adr/0003"),
        ({"when": "foo(line.cnt) > 1"}, "[foo]", "core/sql/functions.py"),
        ({"when": "cnt > 1"}, "[cnt]", "write line.cnt"),
        ({"basis": [{"law": "reg735", "article": "999"}]}, "[reg735 999]", "add it to law/reg735.yaml"),
        ({"basis": [{"law": "nolaw", "article": "1"}]}, "[nolaw]", "known: "),
        ({"basis": []}, "[]", "name the clause"),
        ({"valid": {"from": "2026-01-01", "to": "2025-01-01"}}, "[2025-01-01]", "swap them"),
        ({"examples": []}, "[0]", "write at least two"),
        ({"knowledge": {"limit": {"table": "drug_sex_limits"}}}, "[drug_sex_limits]", "did you mean drug_sex_limit"),
        ({"knowledge": {"limit": {"table": RULE, "where": "limit.nope = 1"}}}, "[limit.nope]", "docs/knowledge.md"),
        ({"needs": ["psn_info_b.shoe_size"]}, "[psn_info_b.shoe_size]", "docs/tables.md"),
        ({"evidence": ["line.zzz"]}, "[line.zzz]", "docs/features.md"),
        ({"status": "sleeping"}, "[sleeping]", "draft"),
        ({"grain": "moon"}, "[moon]", "features/grains/moon.sql"),
        ({"severity": 3}, "[1]", "raise it"),
        ({"version": 2, "severity": 3}, "[2]", "rules lock"),
    ],
)  # fmt: skip
def test_refused_in_one_line(mine, change, value, way_out):
    code, error = mine(**change)
    assert code == 1
    assert "\n" not in error
    assert f"{RULE}.yaml: {RULE}: " in error
    assert value in error
    assert way_out in error


def test_an_example_with_a_fact_that_is_none(mine):
    examples = [{**mine.content["examples"][0], "given": {"line.bogus": 1}}, *mine.content["examples"][1:]]
    code, error = mine(examples=examples)
    assert (code, "[line.bogus]" in error, mine.content["examples"][0]["name"] in error) == (1, True, True)


def test_a_key_left_out_and_a_key_twice(mine):
    assert "key [examples] is missing" in mine(without=("examples",))[1]
    text = yaml.safe_dump(mine.content, allow_unicode=True)
    assert "key title stands twice" in mine(text + "title: {zh: 甲, en: x}\n")[1]


def test_what_is_no_yaml_and_what_is_no_rule(mine):
    assert "not YAML" in mine("a: [1")[1]
    assert "is no rule" in mine("~")[1]


def test_two_rules_of_one_number_on_one_day(mine):
    code, error = mine(also="second_sex_limit")
    assert (code, "[2025-05-23] overlaps drug_sex_limit" in error) == (1, True)
    assert "end the earlier" in error
