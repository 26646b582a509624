"""The score job through its door: who stands out, why, against whom; equal on both engines."""

import json

import pytest

from core.schema import TABLES
from pipelines.jobs import score
from pipelines.warehouse import digests
from tests.models.worlds import city, register, run_of


@pytest.fixture(scope="module")
def world():
    return city()


@pytest.fixture(scope="module")
def scored(duckdb_engine, world):
    register(duckdb_engine, world)
    relation = score.transform(duckdb_engine, run_of())["score"]
    return duckdb_engine.run(f"SELECT * FROM {relation}").to_pylist()


def rows_of(scored, **want):
    return [row for row in scored if all(row[name] == value for name, value in want.items())]


def test_what_stands_out_stands_out(scored):
    ranked = sorted(rows_of(scored, party_type="institution", model="peers"), key=lambda r: -r["score"])
    assert ranked[0]["party_id"] == "C000"
    assert ranked[0]["p"] > 0.5
    assert rows_of(scored, party_type="pharmacy", model="burst", party_id="P000")[0]["p"] > 0.5
    assert {r["party_id"] for r in rows_of(scored, party_type="doctor", model="capacity")} <= {"D000", "D001"}
    assert rows_of(scored, party_type="doctor", model="capacity", party_id="D000")[0]["p"] > 0.5


def test_ordinary_parties_stay_low(scored):
    honest = [
        r["p"] for r in rows_of(scored, party_type="institution", model="peers") if r["party_id"] != "C000"
    ]
    assert sum(honest) / len(honest) < 0.1


def test_reasons_are_additive_and_in_both_languages(scored):
    import math

    for row in rows_of(scored, model="peers"):
        reasons = json.loads(row["reasons"])
        parts = sum(reason["part"] for reason in reasons)
        assert parts == pytest.approx(-math.log1p(-min(row["p"], 0.999999)), abs=2e-3)
        assert all(reason["zh"] and reason["en"] for reason in reasons)


def test_the_peer_group_is_shown_and_large_enough(scored):
    for row in scored:
        assert row["peer_group"]
        assert 0 <= row["percentile"] <= 100
        assert 0 <= row["p"] <= 1
    assert {r["peer_n"] for r in rows_of(scored, party_type="institution")} == {40}


def test_every_key_is_once(scored):
    keys = [tuple(row[name] for name in TABLES["score"].key) for row in scored]
    assert len(keys) == len(set(keys))


def test_a_small_city_backs_off_to_a_coarser_group(duckdb_engine):
    made = city(clinics=31, pharmacies=3)
    for row in made["fixmedins_b"][:4]:
        row["hosp_lv"] = "02"
    register(duckdb_engine, made)
    relation = score.transform(duckdb_engine, run_of())["score"]
    groups = duckdb_engine.run(
        f"SELECT DISTINCT peer_group, peer_n FROM {relation} WHERE party_type = 'institution'"
    ).to_pylist()
    assert groups == [{"peer_group": "医疗机构", "peer_n": 31}]


def test_an_empty_landing_gives_no_scores(duckdb_engine):
    register(duckdb_engine, {})
    relation = score.transform(duckdb_engine, run_of())["score"]
    assert duckdb_engine.count(relation) == 0


@pytest.mark.spark
def test_both_engines_give_the_same_scores(duckdb_engine, spark_engine, world):
    found = []
    for engine in (duckdb_engine, spark_engine):
        register(engine, world)
        relation = score.transform(engine, run_of())["score"]
        found.append(digests(engine, TABLES["score"], relation, by="party_type"))
    assert found[0] == found[1]
    assert set(found[0]) == {"institution", "pharmacy", "doctor", "person", "stay"}
