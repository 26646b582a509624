"""A rule's life: versions kept and compared, two names, moves with their figures, thresholds, suppressions."""

import csv
import json
import shutil
from decimal import Decimal

import pytest
import yaml

from core.errors import Refused, UsageError
from core.settings import CONF
from fundguard.cli import main
from pipelines.thresholds import Option, candidates, fill_best, plot_options
from rules_kb.history import HISTORY, keep, rule_at, versions
from rules_kb.library import FOLDER, check_lock, read_library, write_lock
from rules_kb.names import two_names
from rules_kb.rule import parse_rule
from tests.claims import Claims, line

LIBRARY = read_library()
SEX = "ZD03AAA0043010100166"  # 艾附暖宫丸, women only


def test_every_locked_text_is_kept_and_reads():
    for rule in LIBRARY.rules.values():
        assert rule.version in versions(rule.id), f"run `fundguard rules lock`: {rule.id}"
        for number in versions(rule.id):
            kept = parse_rule((HISTORY / rule.id / f"{number}.yaml").read_text(encoding="utf-8"), rule.id)
            assert (kept.id, kept.version) == (rule.id, number)


def test_a_rule_by_version_by_path_and_by_number(tmp_path):
    assert rule_at("service_sex_limit@1", LIBRARY).version == 1
    assert rule_at("CLN-MED-004", LIBRARY).id == "drug_sex_limit"
    draft = tmp_path / "draft.yaml"
    shutil.copy(FOLDER / "medical" / "drug_sex_limit.yaml", draft)
    assert rule_at(str(draft), LIBRARY) == LIBRARY.rules["drug_sex_limit"]
    with pytest.raises(UsageError, match=r"\[99\]"):
        rule_at("drug_sex_limit@99", LIBRARY)


def test_a_locked_text_is_never_written_over(tmp_path):
    folder = tmp_path / "rules" / "medical"
    folder.mkdir(parents=True)
    target = folder / "drug_sex_limit.yaml"
    shutil.copy(FOLDER / "medical" / target.name, target)
    assert keep(read_library(tmp_path / "rules"), tmp_path / "history") == 1
    target.write_text(
        target.read_text(encoding="utf-8").replace("severity: 2", "severity: 3"), encoding="utf-8"
    )
    with pytest.raises(Refused, match="raise the version"):
        keep(read_library(tmp_path / "rules"), tmp_path / "history")


@pytest.mark.parametrize(("by", "second"), [("", "乙"), ("甲", ""), ("甲", "甲 "), ("ａｂ", "AB")])
def test_two_names_differ(by, second):
    with pytest.raises(UsageError, match="two different names"):
        two_names(by, second, "rules lock")


@pytest.fixture
def home(tmp_path, monkeypatch, capsys):
    """A region of its own and a HOME with three months of a few claims; gives a way to run a command there."""
    shutil.copytree(CONF, tmp_path / "conf")
    region = tmp_path / "conf" / "regions" / "990101"
    region.mkdir()
    (region / "region.yaml").write_text("region_name: 甲市\n", encoding="utf-8")
    monkeypatch.setenv("FUNDGUARD_CONF", str(tmp_path / "conf"))
    monkeypatch.setenv("FUNDGUARD_PRIVACY", "plain")
    claims = Claims()
    claims.institution("H1")
    claims.institution("H2")
    for name, hospital, day in (
        ("A", "H1", "2026-03-02"),
        ("B", "H1", "2026-03-04"),
        ("C", "H2", "2026-03-12"),
    ):
        claims.person(name, gend="1")
        claims.settle(name, hospital, day, [line(SEX, amount="40", bkkp_sn=f"L{name}")])
    landing = claims.land(tmp_path / "landing")
    assert (
        main(["ingest", "--landing", str(landing), "--date", "2026-03-31", "--home", str(tmp_path / "home")])
        == 0
    )

    def run(*words):
        capsys.readouterr()
        code = main(["rules", *words, "--home", str(tmp_path / "home"), "--region", "990101"])
        told = capsys.readouterr()
        return code, told.out, told.err

    run.region = region
    run.home = tmp_path / "home"
    return run


def test_diff_of_a_version_and_a_draft(home, tmp_path):
    content = yaml.safe_load((FOLDER / "medical" / "drug_sex_limit.yaml").read_text(encoding="utf-8"))
    content |= {"version": 9, "when": f"({content['when']}) AND line.fixmedins_code = 'H2'"}
    draft = tmp_path / "draft.yaml"
    draft.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    code, out, _ = home("diff", "drug_sex_limit@1", str(draft), "--json")
    found = json.loads(out)
    assert (code, found["before"]["hits"], found["after"]["hits"]) == (0, 3, 1)
    assert found["lost"] == {
        "hits": 2,
        "persons": 2,
        "institutions": 1,
        "vola_amt": "80.00",
        "fund_amt": "56.00",
    }
    assert found["new"]["hits"] == 0


def test_diff_without_history_says_so(home, tmp_path):
    assert (
        main(["rules", "diff", "drug_sex_limit@1", "drug_sex_limit", "--home", str(tmp_path / "none")]) == 2
    )


def test_activation_and_retirement_are_recorded_with_their_figures(home):
    code, out, _ = home("activate", "drug_sex_limit", "--on", "2026-04-01")
    assert (code, "shadow → active" in out, "hits 3" in out) == (0, True, True)
    assert home("retire", "frequent_visits", "--reason", "本地另有规定", "--on", "2026-04-02")[0] == 0
    with (home.home / "rules" / "moves.csv").open(encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert (first["by"], first["second"], first["vola_amt"], first["until"]) == (
        "规则编辑",
        "规则复核",
        "120.00",
        "2026-03-12",
    )
    assert (second["from"], second["to"], second["reason"]) == ("shadow", "retired", "本地另有规定")
    lists = yaml.safe_load((home.region / "activated.yaml").read_text(encoding="utf-8"))["rules"]
    assert lists == {"activated": ["drug_sex_limit"], "retired": ["frequent_visits"]}
    assert "2026-04-01 990101 drug_sex_limit" in home("history")[1]
    assert "retired in 990101" in home("activate", "frequent_visits")[2]


def test_what_may_not_move(home):
    assert "two different names" in home("activate", "drug_sex_limit", "--by", "甲", "--second", "甲")[2]
    assert "national drug list" in home("retire", "drug_course_limit", "--reason", "x")[2]
    (home.region / "rules").mkdir()
    content = yaml.safe_load((FOLDER / "management" / "frequent_visits.yaml").read_text(encoding="utf-8"))
    content |= {"id": "local_visits", "code": "REG-001", "official": None, "status": "draft"}
    (home.region / "rules" / "local_visits.yaml").write_text(
        yaml.safe_dump(content, allow_unicode=True), encoding="utf-8"
    )
    assert "[draft]" in home("activate", "local_visits")[2]


def test_a_region_adds_a_rule_and_its_lock(home, tmp_path):
    folder = home.region / "rules"
    folder.mkdir()
    content = yaml.safe_load((FOLDER / "medical" / "drug_sex_limit.yaml").read_text(encoding="utf-8"))
    content |= {"id": "local_sex_limit", "code": "REG-001", "official": None}
    path = folder / "local_sex_limit.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    library = read_library(regional=folder)
    with pytest.raises(Refused, match=r"not in rules\.lock"):
        check_lock(library)
    national = (tmp_path / "rules.lock", FOLDER.parent / "rules.lock")
    shutil.copy(national[1], national[0])
    write_lock(library, by="甲", second="乙", lock=national[0])
    assert "local_sex_limit" in (home.region / "rules.lock").read_text(encoding="utf-8")
    assert "local_sex_limit" not in national[0].read_text(encoding="utf-8")
    check_lock(library)
    assert len(json.loads(home("list", "--json")[1])) == 113
    path.write_text(path.read_text(encoding="utf-8").replace("REG-001", "EXT-099"), encoding="utf-8")
    with pytest.raises(Refused, match="REG-"):
        read_library(regional=folder)


def option(rule_id, setting, days, money):
    return Option(rule_id, setting, 1, 1, days, Decimal(money), Decimal(money))


def test_the_best_thresholds_together_beat_the_best_each_by_each():
    # Greedy by yuan an hour would take a=1 first and then have no room for the two that bring most.
    choices = {
        "a": [option("a", "a=1", 6, "66"), option("a", "a=2", 5, "50")],
        "b": [option("b", "b=1", 5, "50"), option("b", "b=2", 20, "900")],
        "c": [option("c", "c=1", 0, "0")],
    }
    plan = fill_best(choices, 10)
    assert {o.setting for o in plan.options} == {"a=2", "b=1"}
    assert (plan.days, plan.expected) == (10, Decimal("100"))
    assert fill_best(choices, 1).options == ()
    assert plot_options(choices, plan, 10).count("<circle") == 5


def test_candidates_of_a_threshold():
    assert candidates(LIBRARY.rules["too_many_drugs"])
    assert candidates(LIBRARY.rules["drug_sex_limit"]) == {}


def test_solve_on_history(home):
    code, out, _ = home("solve", "--try", "drug_sex_limit", "--try", "split_admission:gap_days=5,30", "--days", "220", "--json")  # fmt: skip
    found = json.loads(out)
    assert code == 0
    assert [row["rule_id"] for row in found["options"]].count("split_admission") == 3
    assert [row["rule_id"] for row in found["taken"]] == ["drug_sex_limit"]
    assert "no threshold" in home("solve", "--try", "split_admission:gap=5")[2]


@pytest.mark.parametrize("missing", ["--owner", "--reason", "--expires"])
def test_nothing_is_hidden_without_owner_reason_and_end(home, missing):
    words = ["suppress", "drug_sex_limit", "--party", "institution:H1", "--begin", "2026-03-01"]
    told = {"--owner": "医保科", "--reason": "接口映射错误", "--expires": "2026-06-30"}
    for name, value in told.items():
        words += [name, value] if name != missing else []
    code, _, error = home(*words)
    assert (code, missing in error) == (2, True)
    assert not (home.home / "rules" / "suppressions.csv").exists()


def test_what_is_hidden_is_counted_by_week(home):
    words = ["--owner", "医保科", "--reason", "接口映射错误", "--begin", "2026-03-01"]
    party = ["suppress", "drug_sex_limit", "--party", "institution:H1", *words]
    assert home(*party, "--expires", "2027-12-31")[0] == 2  # longer than a year
    assert home(*party, "--expires", "2026-06-30")[0] == 0
    assert home("suppress", "split_admission", "--item", "X", *words, "--expires", "2026-06-30")[0] == 0
    told = json.loads(home("suppressed", "--json")[1])
    (week,) = told["weeks"]
    assert (week["week"], week["candidates"], week["owner"], week["expires"]) == (
        "2026-03-02",
        2,
        "医保科",
        "2026-06-30",
    )
    assert told["hid_nothing"] == ["suppression:s2"]


def test_lint_reads_the_suppressions(home):
    file = home.home / "rules" / "suppressions.csv"
    file.parent.mkdir(parents=True)
    file.write_text(
        "id,rule_code,party_type,party_id,hilist_code,owner,reason,begndate,expires\n"
        "s1,XXX-001,institution,H1,,甲,因,2026-01-01,2026-02-01\n",
        encoding="utf-8",
    )
    assert "[XXX-001]" in home("lint")[2]
