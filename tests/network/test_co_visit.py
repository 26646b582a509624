"""The network job through its public doors: landing tables in, ring and ring_member out, on both engines."""

import json
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest

from core.errors import UsageError
from core.schema import TABLES
from features.network.components import register_components
from features.network.parameters import parameters
from tests.bench.ring_world import GRADES, landing, last_day, make_world
from tests.network.job import all_digests, persons_of, rows, run_job


@pytest.fixture(scope="module")
def world():
    return make_world(3, GRADES[2], persons=3000, villages=8, city=30, rings=4, days=120)


@pytest.fixture(scope="module")
def found(world, duckdb_engine):
    results = run_job(duckdb_engine, landing(world), last_day(world), permutations=1)
    return {
        "ring": rows(duckdb_engine, results["ring"]),
        "ring_member": rows(duckdb_engine, results["ring_member"]),
        "ring_event": rows(duckdb_engine, results["ring_event"]),
        "digests": all_digests(duckdb_engine, results),
    }


def test_every_planted_ring_leads_the_list(world, found):
    first = sorted(found["ring"], key=lambda ring: -ring["score"])[:4]
    planted = [world.people_of(number) for number in range(4)]
    for ring in first:
        persons = persons_of(found["ring_member"], ring["ring_id"])
        best = max(planted, key=lambda people: len(people & persons))
        assert len(best & persons) >= 0.9 * len(persons)
        assert len(best & persons) >= 0.7 * len(best)
        assert ring["benign_tags"] == []
        assert ring["p_chance"] < 0.05


def test_benign_groups_are_tagged_not_deleted(world, found):
    cohort = {f"P{i:08d}" for i in range(world.cohort.size) if world.cohort[i]}
    groups = [
        ring
        for ring in found["ring"]
        if len(persons_of(found["ring_member"], ring["ring_id"]) & cohort) > ring["n_persons"] / 2
    ]
    assert len(groups) >= 8
    assert all("schedule" in ring["benign_tags"] for ring in groups)
    assert max(ring["score"] for ring in groups) < 10


def test_a_path_says_who_where_when_and_how_much(found):
    ring = max(found["ring"], key=lambda ring: ring["score"])
    path = json.loads(ring["path"])
    assert {"zh", "en", "steps", "groups_by_chance"} <= set(path)
    assert float(path["groups_by_chance"]) < 0.05
    money = sum(float(step["fund_amt"]) for step in path["steps"])
    assert money == pytest.approx(float(ring["fund_amt"]))
    assert path["steps"][0]["date"] == ring["first_date"].isoformat()
    shown = {person for step in path["steps"] for person in step["persons"]}
    assert shown == persons_of(found["ring_member"], ring["ring_id"])


def test_keys_are_unique_and_rows_have_the_declared_columns(found):
    for name in ("ring", "ring_member", "ring_event"):
        keys = [tuple(row[key] for key in TABLES[name].key) for row in found[name]]
        assert len(set(keys)) == len(keys) > 0
        assert set(found[name][0]) == set(TABLES[name].names)
    weights = [member["weight"] for member in found["ring_member"]]
    assert min(weights) > 0
    assert max(weights) <= 1


def test_every_member_has_own_settlements_at_the_joint_places(found):
    ring = max(found["ring"], key=lambda ring: ring["score"])
    own = [row for row in found["ring_event"] if row["ring_id"] == ring["ring_id"]]
    persons = [row for row in own if row["party_type"] == "person"]
    assert {row["party_id"] for row in persons} == persons_of(found["ring_member"], ring["ring_id"])
    assert all(row["psn_no"] == row["party_id"] for row in persons)
    assert sum(row["fund_amt"] for row in persons) == ring["fund_amt"]
    places = sum(row["fund_amt"] for row in own if row["party_type"] != "person")
    assert places == ring["fund_amt"]


def test_row_order_does_not_show(world, found, duckdb_engine):
    tables = landing(world)
    turned = {name: table.take(pa.array(range(table.num_rows - 1, -1, -1))) for name, table in tables.items()}
    results = run_job(duckdb_engine, turned, last_day(world), permutations=1)
    assert all_digests(duckdb_engine, results) == found["digests"]


def test_pairs_counted_in_slices_are_the_same_pairs(world, found, duckdb_engine, monkeypatch):
    monkeypatch.setattr("features.network.co_visit.PAIR_VISITS", 3000)
    results = run_job(duckdb_engine, landing(world), last_day(world), permutations=1)
    assert duckdb_engine.count("real_slot") > 5 * 3000
    assert all_digests(duckdb_engine, results) == found["digests"]


def test_days_before_the_look_back_do_not_count(world, duckdb_engine):
    late = world.day >= world.days // 2
    cut = replace(
        world, **{name: getattr(world, name)[late] for name in ("person", "place", "day", "minute", "care")}
    )
    found = []
    for part in (world, cut):
        results = run_job(duckdb_engine, landing(part), last_day(world), days=world.days // 2, permutations=0)
        found.append(all_digests(duckdb_engine, results))
    assert found[0]["ring"] == found[1]["ring"]
    assert found[0]["ring_member"] == found[1]["ring_member"]


def test_households_of_the_register_are_no_ring(duckdb_engine, world):
    tables = landing(world, registers=True)
    results = run_job(duckdb_engine, tables, last_day(world), permutations=0)
    family = {f"P{i:08d}": int(h) for i, h in enumerate(world.household)}
    members = rows(duckdb_engine, results["ring_member"])
    for ring in rows(duckdb_engine, results["ring"]):
        if len({family[person] for person in persons_of(members, ring["ring_id"])}) < 4:
            assert "household" in ring["benign_tags"]
        assert ring["p_chance"] is None


def test_codes_of_the_visit_name_the_cohort(duckdb_engine, world):
    tables = landing(world, codes=True)
    results = run_job(duckdb_engine, tables, last_day(world), permutations=0)
    tags = [tag for ring in rows(duckdb_engine, results["ring"]) for tag in ring["benign_tags"]]
    assert tags.count("dialysis") >= 5
    assert tags.count("nursing_home") >= 2


def test_nothing_landed_gives_no_ring(duckdb_engine, world):
    results = run_job(duckdb_engine, {}, last_day(world), permutations=1)
    assert rows(duckdb_engine, results["ring"]) == []
    assert rows(duckdb_engine, results["ring_member"]) == []


def test_only_the_days_looked_at_count(world, duckdb_engine):
    half = last_day(world).replace(month=3, day=1)
    results = run_job(duckdb_engine, landing(world), half, days=30, permutations=0)
    found = rows(duckdb_engine, results["ring"])
    assert found
    assert min(ring["first_date"] for ring in found) > half - timedelta(days=30)


@pytest.mark.spark
def test_both_engines_give_the_same_rows(spark_engine, duckdb_engine):
    world = make_world(5, GRADES[3], persons=800, villages=4, city=26, rings=2, days=90)
    tables = landing(world, registers=True, codes=True)
    answers = []
    for one in (duckdb_engine, spark_engine):
        results = run_job(one, tables, last_day(world), permutations=0)
        answers.append(all_digests(one, results))
    assert answers[0] == answers[1]
    assert not answers[0]["ring"][""].startswith("0:")


def test_components_agree_on_driver_and_engine(engine):
    edges = [(1, 2), (2, 3), (7, 9), (9, 8), (20, 21)] + [(n, n + 1) for n in range(100, 117)] + [(3, 117)]
    table = pa.table({"a": pa.array([a for a, _ in edges]), "b": pa.array([b for _, b in edges])})
    engine.register("component_edges", arrow=table)
    answers = []
    for driver_edges in (0, 1000):
        register_components(engine, "component_test", "component_edges", driver_edges=driver_edges)
        answers.append(sorted((r["node"], r["component"]) for r in rows(engine, "component_test")))
    assert answers[0] == answers[1]
    assert dict(answers[0])[117] == 1
    assert dict(answers[0])[9] == 7


def test_unknown_parameter_is_named():
    with pytest.raises(UsageError, match=r"network.parameters.windw"):
        parameters({"windw": 3})
