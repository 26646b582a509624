"""Ties to confirmed cases: they lift the place in the list, say by which path, and accuse nobody."""

import dataclasses

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.schema import TABLES
from pipelines.warehouse import digests, empty
from tests.leads import nights
from tests.models.worlds import run_of

# A ring of eight at P001, one of three of them with two others at P002, and one that chance explains.
RINGS = [
    nights.ring(),
    nights.ring("R2", persons=range(15, 20), place="P002"),
    nights.ring("R3", persons=[10, 40, 41, 42], place="P003", p_chance=1.0),
    nights.ring("R4", persons=range(50, 58), place="P004"),
    nights.ring("R5", persons=[10, *range(60, 67)], place="P005", tags=("household",)),
]


def home_with(folder, confirmed):
    """A home whose night before listed a lead on each person, and what became of it."""
    shape = empty(TABLES["lead"]).schema
    leads = [{"lead_id": f"L{p}", "party_type": "person", "party_id": p, "scheme": "T08"} for p in confirmed]
    rows = [{name: lead.get(name) for name in shape.names} for lead in leads]
    for name, table in (
        ("lead/run_date=2026-06-29", pa.Table.from_pylist(rows, schema=shape)),
        (
            "outcome",
            pa.table({"lead_id": [f"L{p}" for p in confirmed], "confirmed": list(confirmed.values())}),
        ),
    ):
        (folder / "warehouse" / name).mkdir(parents=True)
        pq.write_table(table, folder / "warehouse" / name / "p.parquet")
    return folder


def listed(engine, monkeypatch, home):
    monkeypatch.setattr(nights, "run_of", lambda **_: dataclasses.replace(run_of(), home=home))
    found, _ = nights.night(engine, rings=RINGS)
    return {lead["party_id"]: lead for lead in found if lead["scheme"] == "T08"}


def tie_of(lead):
    return [reason for reason in nights.reasons_of(lead) if reason["family"] == "association"]


@pytest.fixture
def both(duckdb_engine, monkeypatch, tmp_path):
    before = listed(duckdb_engine, monkeypatch, None)
    return before, listed(duckdb_engine, monkeypatch, home_with(tmp_path, {"N0010": True}))


def test_who_shares_a_ring_with_a_confirmed_case_rises_and_the_path_is_told(both):
    before, after = both
    assert after["N0011"]["score"] > before["N0011"]["score"]
    (tie,) = tie_of(after["N0011"])
    assert (tie["ref"], tie["part"]) == ("LN0010", "0.000000")
    assert "只影响排序" in tie["zh"]
    assert "confirmed lead LN0010 → seen together" in tie["en"]


def test_the_probability_and_the_other_reasons_stay(both):
    before, after = both
    assert {p: lead["p_confirm"] for p, lead in before.items()} == {
        p: lead["p_confirm"] for p, lead in after.items()
    }
    assert [
        r for r in nights.reasons_of(after["N0011"]) if r not in tie_of(after["N0011"])
    ] == nights.reasons_of(before["N0011"])


def test_two_steps_count_less_than_one_and_no_step_nothing(both, duckdb_engine):
    _, after = both
    rows = duckdb_engine.run("SELECT party_id, bonus FROM association").to_pylist()
    bonus = {row["party_id"]: row["bonus"] for row in rows}
    assert 0.8 > bonus["N0011"] > bonus["N0018"] > 0
    (tie,) = tie_of(after["N0015"])
    assert "another of its members" not in tie["en"]
    assert "N0052" not in bonus
    assert tie_of(after["N0052"]) == []


def test_a_tie_alone_makes_no_lead_and_a_benign_group_no_tie(both):
    before, after = both
    assert set(before) == set(after)
    assert "N0041" not in after
    assert all(not tie_of(after[p]) for p in ("N0061", "N0062") if p in after)


def test_what_was_not_confirmed_or_taken_back_reaches_nobody(duckdb_engine, monkeypatch, tmp_path):
    before = listed(duckdb_engine, monkeypatch, None)
    home = home_with(tmp_path, {"N0010": False, "N0012": None, "N0013": True})
    pq.write_table(
        pa.table({"lead_id": ["LN0013"], "confirmed": [False]}), home / "warehouse" / "outcome" / "q.parquet"
    )
    after = listed(duckdb_engine, monkeypatch, home)
    assert {p: lead["score"] for p, lead in before.items()} == {p: lead["score"] for p, lead in after.items()}


@pytest.mark.spark
def test_both_engines_tie_alike(duckdb_engine, spark_engine, monkeypatch, tmp_path):
    home = home_with(tmp_path, {"N0010": True, "N0016": True})
    found = []
    for engine in (duckdb_engine, spark_engine):
        listed(engine, monkeypatch, home)
        found.append(digests(engine, TABLES["lead"], "lead_out"))
    assert found[0] == found[1]
