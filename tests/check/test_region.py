"""A region's own rows of the knowledge library take part in its nights."""

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
    (before,) = (hit for hit in judge(claims) if hit["rule_code"] == "CLN-MED-004")
    claims.settle("A", "H1", "2026-05-02", [line(WOMEN_ONLY, bkkp_sn="may")])
    hits = judge(claims, region=region(policy_window=[WINDOW]))
    after = [hit for hit in hits if hit["rule_code"] == "CLN-MED-004"]
    assert before["bkkp_sn"] == "march"
    assert [hit["bkkp_sn"] for hit in after] == ["may"]
    assert after[0]["kb_ver"] != before["kb_ver"], "other knowledge, another version"
