"""No code without words: everything a night can name is said in Chinese with English beside."""

import json
import re
from pathlib import Path

import pytest

from core.yaml_text import read_yaml
from features.network import rings_hub, rings_meeting, rings_place, rings_prescriber, rings_trace
from fundguard.casework.peer_groups import peer_group_words
from fundguard.casework.reasons import reasons_of, told_reasons
from fundguard.casework.schemes import scheme
from fundguard.casework.words import (
    BENIGN,
    MODELS,
    PATTERNS,
    RING_KINDS,
    ROLES,
    ROUTES,
    Words,
    by_chance,
    fact_words,
)
from models import patterns
from models.schemes import PARTIES, schemes

ROOT = Path(__file__).parents[2]
NETWORK = ROOT / "features" / "network"
RINGS = {
    rings_meeting.CO_VISIT.name,
    rings_meeting.GROUP_ADMISSION.name,
    rings_prescriber.KIND,
    rings_trace.KIND,
    *(hub.name for hub in rings_hub.HUBS),
    rings_place.TWO_PLACES,
    rings_place.CONTROLLER,
}


def benign_tags():
    """Every tag that the sources of the network write on a ring."""
    found = set()
    for file in NETWORK.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r'tags = \["(\w+)"\]', text))
        if file.name == "benign.py":
            found |= set(re.findall(r'(?:return|else) \["(\w+)"\]', text))
            found |= set(re.findall(r'return \["(\w+)"\] if', text))
    for file in [*NETWORK.glob("*.sql"), *NETWORK.glob("*.py")]:
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r"'(\w+)' AS (?:tag|care)\b", text))
        for case in re.findall(r"CASE WHEN((?:(?!CASE WHEN).)*?)END AS (?:tag|care)\b", text, re.DOTALL):
            found |= set(re.findall(r"(?:THEN|ELSE)\s+'(\w+)'", case))
    # What a ring looks like beside its members, and what a home buys ahead: told by the list itself.
    for file in (ROOT / "features" / "leads").glob("*.sql"):
        told = r"(?:THEN|,) '(\w+)'\s+(?:AS benign_tags|ELSE join_texts)"
        found |= set(re.findall(told, file.read_text(encoding="utf-8")))
    return found


def said_in_both(words, key):
    assert re.search(r"[\u4e00-\u9fff]", words.zh), key
    assert re.search(r"[a-z]{3}", words.en), key
    assert not re.search(r"[\u4e00-\u9fff]", words.en), key
    assert key != words.zh
    # Clues, never verdicts.
    assert not re.search(r"骗|欺诈|犯罪|fraud|crime|cheat", words.zh + words.en), key


def test_every_kind_of_ring_has_words():
    assert set(RING_KINDS) == RINGS == set(schemes()["rings"])


def test_every_benign_tag_has_words_and_no_words_lack_a_tag():
    tags = benign_tags()
    assert {"dialysis", "school", "mass_event", "sole_pharmacy", "chain", "medical_community"} <= tags
    assert set(BENIGN) == tags


def test_every_model_and_pattern_has_words():
    known = set(read_yaml(patterns.FILE.read_text(encoding="utf-8")))
    assert set(PATTERNS) == known
    assert known == {name for name, row in schemes()["models"].items() if "own" in row}
    assert known == {
        file.stem.removeprefix("case_") for file in (ROOT / "features" / "patterns").glob("case_*.sql")
    }
    assert set(MODELS) == set(schemes()["models"])


def test_every_role_that_the_docs_name_has_words():
    line = re.search(
        r"^Roles: (.+?)\n\n", (ROOT / "docs" / "rings.md").read_text(encoding="utf-8"), re.M | re.S
    )
    assert set(re.findall(r"`(\w+)`", line[1])) <= set(ROLES)


def test_every_scheme_that_evidence_means_has_a_title():
    named = schemes()
    meant = {row.get("scheme") for row in named["rules"].values()}
    meant |= {row.get(party) for row in named["rings"].values() for party in PARTIES}
    meant |= {row.get(key) for row in named["models"].values() for key in ("scheme", *PARTIES)}
    untold = sorted(code for code in meant if code and scheme(code).title.zh == code)
    assert untold == []


@pytest.mark.parametrize(
    "sort, table",
    [("ring", RING_KINDS), ("repeat", RING_KINDS), ("score", MODELS), ("gathered", MODELS), ("", BENIGN)],
)
def test_words_are_chinese_and_english_and_careful(sort, table):
    for name, words in table.items():
        said_in_both(fact_words(f"{sort}:{name}") if sort else words, name)


def test_a_reason_without_words_is_told_by_its_fact():
    (reason,) = reasons_of('[{"fact": "gathered:sham_stay", "part": "0.5"}]')
    assert reason.says.zh == "短住院且多项迹象并存：集中出现"
    assert reason.says.en == "Short stay with several signs: gathered"


def test_a_role_in_a_reason_is_told():
    (reason,) = reasons_of(
        '[{"zh": "疑点：往返转院（共9人），角色main，涉及基金5.00元", "en": "sent away (9 persons), role main, fund yuan 5.00"}]'
    )
    assert "角色为牵头方，" in reason.says.zh
    assert "role: the party it stands around," in reason.says.en


def test_a_sentence_shows_no_codes_no_certainty_and_thousands():
    (reason,) = reasons_of(
        '[{"zh": "同类水平难以解释（同类组all共17个），涉及基金88302.23元，属于集中情形的可能约100%", '
        '"en": "more than peers explain (group all of 17), fund yuan 88302.23; part of it with about 100 %"}]'
    )
    assert (
        reason.says.zh
        == "同类水平难以解释（同类组全部同类，共17个），涉及基金88,302.23元，属于集中情形的可能在99%以上"
    )
    assert "group: all of its kind; of 17" in reason.says.en
    assert "yuan 88,302.23;" in reason.says.en
    assert reason.says.en.endswith("with more than 99 %")


def test_the_reasons_of_an_export_say_roles_and_peer_groups_in_words():
    told = json.loads(
        told_reasons(
            '[{"fact": "ring:transfer_cycle", "part": "0.5", "zh": "角色main，", "en": "role main, "}, '
            '{"fact": "gathered:sham_stay", "zh": "同类组医师|A03共17个", "en": "group 医师|A03 of 17"}]'
        )
    )
    assert told[0] == {
        "fact": "ring:transfer_cycle",
        "part": "0.5",
        "zh": "角色为牵头方，",
        "en": "role: the party it stands around, ",
    }
    assert told[1]["zh"] == "同类组医师·科别A03，共17个"
    assert told[1]["en"] == "group: doctors, specialty A03; of 17"
    assert told_reasons(None) is None
    assert told_reasons("no json") == "no json"


@pytest.mark.parametrize(
    "group, zh, en",
    [
        ("all", "全部同类", "all of its kind"),
        ("参保人|15-44岁|2|310", "参保人·15-44岁·女·职工医保", "insured persons, aged 15-44, female, employees' insurance"),
        ("参保人|75岁及以上|1|390", "参保人·75岁及以上·男·居民医保", "insured persons, aged 75 and over, male, residents' insurance"),
        ("医师|A03", "医师·科别A03", "doctors, specialty A03"),
        ("institution|1|A1", "医疗机构·一级·类别A1", "institutions, level 1, type A1"),
        ("二级|综合", "二级机构·综合", "institutions of level 2, 综合"),
    ],
)  # fmt: skip
def test_a_peer_group_is_told(group, zh, en):
    assert peer_group_words(group) == Words(zh, en)


def test_what_chance_shows_is_no_raw_decimal():
    assert [by_chance(given) for given in ("0.001", "0.047", "3.25", "")] == ["< 0.01", "0.05", "3.2", ""]


def test_every_route_has_words():
    assert {row["route"] for row in schemes()["schemes"].values()} == set(ROUTES)
