"""Run the network job on landing tables held in memory."""

from core.run import Run
from core.schema import TABLES
from core.settings import load_settings
from pipelines.jobs import network
from pipelines.warehouse import digests, empty


def run_job(engine, tables, as_of, days=180, **parameters):
    """The job's results (table → relation) for landing tables; what is not given is empty."""
    network_settings = {"days": days, "parameters": parameters}
    settings = load_settings(environment={}, overrides={"network": network_settings})
    for name in network.READS:
        engine.register(name, arrow=tables.get(name, empty(TABLES[name])))
    return network.transform(engine, Run(run_id="test", as_of=as_of, settings=settings))


def rows(engine, relation):
    return engine.run(f"SELECT * FROM {relation}").to_pylist()


def all_digests(engine, results):
    return {name: digests(engine, TABLES[name], relation) for name, relation in results.items()}


def persons_of(members, ring_id):
    return {m["party_id"] for m in members if m["ring_id"] == ring_id and m["party_type"] == "person"}
