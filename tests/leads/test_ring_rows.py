"""A lead of a ring cites the settlements that the ring lists as its member's own, and no others."""

from decimal import Decimal

from tests.leads.nights import joint_settlements, night, ring


def test_only_what_the_ring_lists_is_cited_and_counted_once(duckdb_engine):
    joint = joint_settlements()
    elsewhere = [{**row, "setl_id": f"X{row['setl_id']}", "fixmedins_code": "C003"} for row in joint]
    listed, evidence = night(duckdb_engine, rings=[ring()], settlements=[*joint, *elsewhere])
    cited = {row["setl_id"] for row in evidence if row["kind"] == "ring" and row["setl_id"]}
    assert cited == {row["setl_id"] for row in joint}
    of = {lead["lead_id"]: lead["party_id"] for lead in listed}
    owner = {row["setl_id"]: row["psn_no"] for row in joint}
    for row in evidence:
        if row["kind"] == "ring" and of[row["lead_id"]].startswith("N"):
            assert owner[row["setl_id"]] == of[row["lead_id"]]
    assert sum(row["amount_counted"] for row in evidence) == Decimal(50 * len(joint))


def test_a_ring_that_lists_nothing_is_shown_without_yuan(duckdb_engine):
    listed, evidence = night(duckdb_engine, rings=[ring()])
    shown = [row for row in evidence if row["kind"] == "ring"]
    assert shown
    assert {row["setl_id"] for row in shown} == {None}
    assert sum(lead["amount_at_risk"] for lead in listed) == 0
