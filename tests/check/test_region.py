"""A region's own rows of the knowledge library take part in its nights."""

from core.settings import RulesSettings
from rules_kb.compiler import Pack
from rules_kb.library import read_library
from tests.claims import Claims, line

WOMEN_ONLY = "ZD03AAA0043010100166"
WINDOW = {
    "window_id": "w1", "rule_code": "CLN-MED-004", "window_kind": "epidemic", "hilist_prefix": "Z", "med_type": "11",
    "doc_no": "疫情〔2026〕1号", "begndate": "2026-02-01", "enddate": "2026-03-31",
}  # fmt: skip


def test_a_policy_window_silences_its_days(judge, region):
    claims = Claims()
    claims.person("A", gend="1")
    claims.institution("H1")
    claims.settle("A", "H1", "2026-03-02", [line(WOMEN_ONLY, bkkp_sn="march")])
    claims.settle("A", "H1", "2026-05-02", [line(WOMEN_ONLY, bkkp_sn="may")])
    hits = judge(claims, region=region(policy_window=[WINDOW]))
    (hit,) = (hit for hit in hits if hit["rule_code"] == "CLN-MED-004")
    assert hit["bkkp_sn"] == "may"
    rules = tuple(read_library().judging(RulesSettings(active="all")))
    assert hit["kb_ver"] != Pack(rules, RulesSettings(active="all")).kb_ver, (
        "other knowledge, another version"
    )
