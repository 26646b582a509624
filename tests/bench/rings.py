"""Run the network job on ring worlds and judge its first twenty rings, with the raw baseline beside.

A ring is true when at least half of its persons are of one planted ring and it holds at least 40 % of that
ring's persons. The baseline is what one would do first: pairs with at least four shared slots, Louvain,
order by summed weight.
"""

import argparse
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import networkx
import numpy as np

from core.engine import open_engine
from core.settings import load_settings
from tests.bench.ring_world import World, landing, last_day, person_no
from tests.network.job import rows, run_job

TOP = 20


def detected(world: World, *, registers: bool, codes: bool) -> list[tuple[set[str], float]]:
    """Rings of the job as (persons, score), best first; tagged ones come last by their lowered score."""
    settings = load_settings(environment={}, overrides={"engine": "duckdb"})
    engine = open_engine(settings)
    try:
        tables = landing(world, registers=registers, codes=codes)
        results = run_job(engine, tables, last_day(world), days=world.days, permutations=0)
        scores = {ring["ring_id"]: ring["score"] for ring in rows(engine, results["ring"])}
        persons: dict[str, set[str]] = {ring: set() for ring in scores}
        for member in rows(engine, results["ring_member"]):
            if member["party_type"] == "person":
                persons[member["ring_id"]].add(member["party_id"])
    finally:
        engine.close()
    order = sorted(scores, key=lambda ring: (-scores[ring], ring))
    return [(persons[ring], scores[ring]) for ring in order]


def raw_baseline(world: World, window: int = 60) -> list[tuple[set[str], float]]:
    """Count of shared slots ≥ 4, Louvain, ranked by summed weight."""
    order = np.lexsort((world.minute, world.day, world.place))
    slot = (world.place * 10_000 + world.day)[order]
    minute, person = world.minute[order], world.person[order]
    found = []
    for lag in range(1, 400):
        near = (slot[lag:] == slot[:-lag]) & (minute[lag:] - minute[:-lag] <= window)
        if not near.any():
            break
        at = np.flatnonzero(near)
        a, b = person[at], person[at + lag]
        rows_of = np.column_stack([np.minimum(a, b), np.maximum(a, b), slot[at]])
        found.append(rows_of[a != b])
    pairs = np.unique(np.vstack(found), axis=0)
    edges, count = np.unique(pairs[:, :2], axis=0, return_counts=True)
    graph = networkx.Graph()
    for (a, b), n in zip(edges[count >= 4], count[count >= 4], strict=True):
        graph.add_edge(int(a), int(b), weight=int(n))
    groups = []
    for community in networkx.community.louvain_communities(graph, weight="weight", seed=1):
        if len(community) >= 4:
            weight = graph.subgraph(community).size(weight="weight")
            groups.append(({person_no(i) for i in community}, float(weight)))
    return sorted(groups, key=lambda group: -group[1])


def judge(world: World, found: Sequence[tuple[set[str], float]]) -> dict[str, float]:
    """P@20, ring recall, benign groups in the top 20, person-level average precision."""
    planted = [world.people_of(ring) for ring in range(int(world.ring.max()) + 1)]
    cohort = {person_no(i) for i in np.flatnonzero(world.cohort)}
    true, benign, seen = [], 0, set()
    for rank, (persons, _) in enumerate(found):
        best = max(range(len(planted)), key=lambda ring: len(planted[ring] & persons))
        shared = len(planted[best] & persons)
        good = 2 * shared >= len(persons) and shared >= 0.4 * len(planted[best])
        true.append(good)
        if good and rank < 3 * TOP:
            seen.add(best)
        if (
            rank < TOP
            and not good
            and (2 * len(persons & cohort) >= len(persons) or one_family(world, persons))
        ):
            benign += 1
    score: dict[str, float] = {}
    for persons, value in found:
        for person in persons:
            score[person] = max(score.get(person, 0.0), value)
    return {
        "p_at_20": sum(true[:TOP]) / TOP,
        "ring_recall": len(seen) / len(planted),
        "benign_in_top_20": benign,
        "person_ap": _average_precision(score, set().union(*planted)),
    }


def one_family(world: World, persons: set[str]) -> bool:
    """Whether half of the persons share one household."""
    numbers = world.household[[int(person[1:]) for person in persons]]
    return 2 * np.bincount(numbers).max() >= len(persons)


def _average_precision(score: dict[str, float], positive: set[str]) -> float:
    hits, total = 0, 0.0
    for rank, person in enumerate(sorted(score, key=lambda p: (-score[p], p)), start=1):
        if person in positive:
            hits += 1
            total += hits / rank
    return total / len(positive)


def interval(values: Sequence[float]) -> list[float]:
    """Mean with a 95 % interval over worlds (normal, clipped to what was possible)."""
    mean = statistics.fmean(values)
    half = 1.96 * statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return [round(mean, 3), round(mean - half, 3), round(mean + half, 3)]


def arguments(suite: str, what: str) -> argparse.Namespace:
    """`--seeds N` and `--out FILE` of a suite."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.bench.{suite}", description=what)
    parser.add_argument("--seeds", type=int, default=5, help="worlds per grade")
    parser.add_argument("--out", type=Path, default=None, help="write the JSON here too")
    return parser.parse_args()


def report(suite: str, cases: dict[str, list[dict]], options: argparse.Namespace, started: float) -> None:
    """Print (and write) one JSON object: per case each figure as [mean, low, high] over seeds."""
    result = {
        "suite": suite,
        "seeds": options.seeds,
        "seconds": round(perf_counter() - started, 1),
        "cases": {
            case: {name: interval([run[name] for run in runs]) for name in runs[0]}
            for case, runs in cases.items()
        },
    }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
