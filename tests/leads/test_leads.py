"""The leads job through its door: who is listed, why, for how much money, under which id."""

import json
import math
from collections import Counter
from decimal import Decimal

import pytest

from core.schema import TABLES
from pipelines.jobs import leads
from pipelines.warehouse import digests
from tests.leads.nights import (
    case,
    hit,
    joint_settlements,
    night,
    ordinary,
    reasons_of,
    ring,
    score,
)

MANY = [hit(n) for n in range(20)]


def lead_on(listed, party_id, scheme=None):
    found = [r for r in listed if r["party_id"] == party_id and scheme in (None, r["scheme"])]
    return found[0] if found else None


@pytest.fixture(scope="module")
def full(duckdb_engine):
    return night(
        duckdb_engine,
        hits=[*ordinary(), *MANY, hit(1, code="EXT-002", party=("institution", "C003"), result="violation")],
        rings=[ring(), ring("R2", persons=range(30, 40), place="C004", tags=("dialysis",))],
        scores=[
            score(),
            score(("institution", "C001"), "split_stay", 0.95),
            score(("doctor", "D010"), "capacity"),
        ],
        settlements=joint_settlements(),
    )


def test_what_is_concentrated_leads_and_what_is_ordinary_does_not(full):
    listed, _ = full
    first = lead_on(listed, "C001")
    assert (first["queue"], first["scheme"]) == ("investigate", "T03")
    assert first["p_confirm"] > 0.9
    ordinary_parties = [
        r for r in listed if r["queue"] == "investigate" and r["party_id"] in ("C010", "C011")
    ]
    assert ordinary_parties == []


def test_members_of_a_ring_lead_and_a_benign_tag_keeps_one_out(full):
    listed, _ = full
    assert lead_on(listed, "N0012")["queue"] == "investigate"
    assert lead_on(listed, "P001", "T30")["party_type"] == "pharmacy"
    benign = lead_on(listed, "N0033")
    assert benign is None or benign["queue"] == "explore"


def test_two_or_three_who_always_come_together_look_like_a_carer(duckdb_engine):
    head, members = ring("R2", persons=range(10, 15), place="P001")
    for member in members[3:5]:
        member["weight"] = 0.4
    listed, _ = night(duckdb_engine, rings=[(head, members), ring("R3", persons=range(20, 28), place="P002")])
    assert lead_on(listed, "N0020")["p_confirm"] > 0.7
    carer = lead_on(listed, "N0010")
    assert carer is None or (carer["p_confirm"] < 0.1 and "carer" in carer["checks"])


def test_a_home_that_buys_ahead_for_its_residents_is_tagged(duckdb_engine):
    scores = [score(("person", f"N{n:04d}"), "early_refill", 0.99, 3000) for n in (10, 30)]
    homes = {f"N{n:04d}": "安养路1号" for n in range(10, 18)}
    listed, _ = night(
        duckdb_engine, scores=scores, homes=homes, cases=[case("N0010", "C001"), case("N0030", "C001")]
    )
    assert lead_on(listed, "N0030")["p_confirm"] > 0.5
    resident = lead_on(listed, "N0010")
    assert resident is None or (resident["p_confirm"] < 0.1 and "nursing_home" in resident["checks"])


def test_cheap_drugs_ahead_of_time_are_worth_little(duckdb_engine):
    scores = [
        score(("person", f"N{n:04d}"), "early_refill", 0.99, yuan) for n, yuan in ((10, 3000), (20, 80))
    ]
    listed, _ = night(duckdb_engine, scores=scores, cases=[case("N0010", "C001"), case("N0020", "C001")])
    dear, cheap = lead_on(listed, "N0010"), lead_on(listed, "N0020")
    assert cheap is None or cheap["p_confirm"] < 0.4 < dear["p_confirm"]


def test_a_violation_with_an_amount_goes_to_recovery(full):
    listed, _ = full
    lead = lead_on(listed, "C003", "T19")
    assert lead["queue"] == "recover"
    assert lead["amount_at_risk"] == Decimal("100.00")


def test_statistics_never_accuse_a_person(duckdb_engine):
    listed, _ = night(
        duckdb_engine, scores=[score(("person", "N0005"), "many_places"), score(("person", "N0005"))]
    )
    assert [r for r in listed if r["party_type"] == "person"] == []


def test_reasons_are_additive_and_rest_on_different_facts(full):
    listed, _ = full
    for lead in (r for r in listed if r["queue"] == "investigate"):
        parts = [float(reason["part"]) for reason in reasons_of(lead)]
        assert (
            sum(parts) == pytest.approx(-math.log1p(-lead["p_confirm"]), abs=1e-3)
            or lead["p_confirm"] == 0.985
        )
        assert len({r["fact"] for r in reasons_of(lead) if float(r["part"]) > 0}) >= 2
        assert all(reason["zh"] and reason["en"] for reason in reasons_of(lead))
        checks = json.loads(lead["checks"])
        assert checks["explanations_zh"]
        assert checks["collect_zh"]


def test_every_yuan_is_counted_once(full):
    listed, evidence = full
    by_line = Counter()
    for row in evidence:
        if row["bkkp_sn"] and row["amount_counted"] > 0:
            by_line[row["bkkp_sn"]] += 1
    assert set(by_line.values()) == {1}
    total = {r["lead_id"]: Decimal(0) for r in listed}
    for row in evidence:
        total[row["lead_id"]] += row["amount_counted"]
    assert total == {r["lead_id"]: r["amount_at_risk"] for r in listed}
    assert all(r["amount_involved"] >= r["amount_at_risk"] for r in listed)
    joint = sum(r["amount_at_risk"] for r in listed if r["scheme"] in ("T08", "T30"))
    assert joint == Decimal(50 * 8 * 3)


def test_two_rules_on_one_line_share_its_yuan(duckdb_engine):
    hits = [*ordinary(), *MANY, *(hit(n, code="EXT-004", amount=60) for n in range(20))]
    listed, _ = night(duckdb_engine, hits=hits)
    mine = [r for r in listed if r["party_id"] == "C001"]
    assert {r["scheme"] for r in mine} == {"T03", "T02"}
    assert sum(r["amount_at_risk"] for r in mine) in (Decimal(2000), Decimal(1200))
    assert sorted(r["amount_involved"] for r in mine) == [Decimal(1200), Decimal(2000)]


def test_hits_of_one_course_that_hold_each_other_count_its_yuan_once(duckdb_engine):
    lines = ["LSC0030010", "LSC0030020", "LSC0030030"]
    course = [
        hit(
            n,
            "POL-MED-010",
            ("institution", "C003"),
            "violation",
            30 * n,
            bkkp_sn=lines[n - 1],
            related_sn=lines[: n - 1],
        )
        for n in (1, 2, 3)
    ]
    listed, evidence = night(duckdb_engine, hits=[*ordinary(), *course])
    lead = lead_on(listed, "C003", "rule:POL-MED-010")
    counted = {r["bkkp_sn"]: r["amount_counted"] for r in evidence if r["lead_id"] == lead["lead_id"]}
    assert counted == dict.fromkeys(lines, Decimal(30))
    assert lead["amount_at_risk"] == Decimal(90)


def test_taking_the_cited_rows_away_takes_the_lead_away(duckdb_engine):
    listed, _ = night(duckdb_engine, hits=ordinary())
    assert lead_on([r for r in listed if r["queue"] == "investigate"], "C001") is None


def test_a_lead_keeps_its_id_and_says_what_changed(duckdb_engine):
    first, _ = night(duckdb_engine, hits=[*ordinary(), *MANY])
    same, _ = night(duckdb_engine, hits=[*ordinary(), *MANY], before=first)
    more, _ = night(duckdb_engine, hits=[*ordinary(), *MANY, hit(29)], before=first)
    gone, _ = night(duckdb_engine, hits=ordinary(), before=first)
    after, _ = night(duckdb_engine, hits=ordinary(), before=gone)
    lead = lead_on(first, "C001")
    assert lead["status"] == "new"
    assert (lead_on(same, "C001")["lead_id"], lead_on(same, "C001")["status"]) == (lead["lead_id"], "seen")
    assert (lead_on(more, "C001")["lead_id"], lead_on(more, "C001")["status"]) == (lead["lead_id"], "changed")
    assert (lead_on(gone, "C001")["queue"], lead_on(gone, "C001")["status"]) == ("explore", "gone")
    assert lead_on(after, "C001") is None


def test_bad_data_demote_visibly(duckdb_engine):
    listed, _ = night(duckdb_engine, hits=[*ordinary(), *MANY])
    assert "quality_zh" not in json.loads(lead_on(listed, "C001")["checks"])


def test_ranks_run_from_one_in_each_queue_and_ids_are_once(full):
    listed, evidence = full
    for queue in ("investigate", "recover", "explore"):
        ranks = [r["rank"] for r in listed if r["queue"] == queue]
        assert ranks == list(range(1, len(ranks) + 1))
    assert len({r["lead_id"] for r in listed}) == len(listed)
    assert len({(r["party_type"], r["party_id"], r["scheme"]) for r in listed}) == len(listed)
    keys = [tuple(row[name] for name in TABLES["lead_evidence"].key) for row in evidence]
    assert len(keys) == len(set(keys))


def test_only_routes_a_machine_may_suggest(full):
    listed, _ = full
    assert {r["suggested_route"] for r in listed} <= {"核查", "协议处理线索", "行政检查线索", "部门协查"}


def test_shadow_rules_are_shown_to_nobody(duckdb_engine):
    listed, evidence = night(duckdb_engine, hits=[hit(n, shadow=True) for n in range(20)])
    assert (listed, evidence) == ([], [])


@pytest.mark.spark
def test_both_engines_give_the_same_leads(duckdb_engine, spark_engine):
    found = []
    for engine in (duckdb_engine, spark_engine):
        night(
            engine,
            hits=[*ordinary(), *MANY],
            rings=[ring()],
            scores=[score(("institution", "C001"), "split_stay", 0.95)],
            settlements=joint_settlements(),
        )
        found.append(
            [
                digests(engine, TABLES[table], relation)
                for table, relation in (("lead", "lead_out"), ("lead_evidence", "lead_evidence_out"))
            ]
        )
    assert found[0] == found[1]


def test_the_job_writes_what_it_says():
    assert leads.WRITES == ("lead", "lead_evidence")


def test_a_lead_that_rests_on_statistics_covers_the_window_they_read(full):
    listed, _ = full
    lead = lead_on(listed, "D010", "T24")
    assert (lead["period_to"] - lead["period_from"]).days == leads.DAYS
