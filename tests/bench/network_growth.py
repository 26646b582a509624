"""Seconds and peak memory of the network job at growing numbers of insured. See docs/bench/rings.md."""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

from core.engine import open_engine
from core.settings import load_settings
from tests.bench.ring_world import GRADES, landing, last_day, make_world
from tests.network.job import rows, run_job


def one(persons: int, days: int, permutations: int) -> dict[str, float]:
    """Figures of one size; memory is the whole process, the world and its landing tables included."""
    world = make_world(
        77, GRADES[2], persons=persons, villages=persons // 500, city=max(120, persons * 6 // 1000), days=days
    )
    engine = open_engine(load_settings(environment={}, overrides={"duckdb": {"memory_limit": "6GB"}}))
    tables = landing(world)
    started, used = perf_counter(), process_time()
    results = run_job(engine, tables, last_day(world), permutations=permutations)
    figures = {
        "persons": persons,
        "visits": int(world.person.size),
        "rings": len(rows(engine, results["ring"])),
        "seconds": round(perf_counter() - started, 1),
        "processor_seconds": round(process_time() - used, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    engine.close()
    return figures


def main() -> None:
    """One child process per size, so that peaks do not mix; prints JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.network_growth", description=__doc__)
    parser.add_argument("--sizes", default="20000,60000,180000")
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--permutations", type=int, default=2)
    parser.add_argument("--one", type=int, default=0, help="measure this size only, in this process")
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.days, options.permutations)))
        return
    found = []
    for size in options.sizes.split(","):
        command = [sys.executable, "-m", "tests.bench.network_growth", "--one", size]
        command += ["--days", str(options.days), "--permutations", str(options.permutations)]
        child = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(child.stdout.splitlines()[-1]))
        print(found[-1], flush=True)
    text = json.dumps({"suite": "network_growth", "days": options.days, "sizes": found}, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
