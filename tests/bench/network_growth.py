"""Seconds and peak memory of the network job at growing numbers of insured. See docs/bench/rings.md."""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

import pyarrow.parquet as pq

from core.engine import open_engine
from core.run import Run
from core.schema import TABLES
from core.settings import NetworkSettings, load_settings
from features.network.parameters import DEFAULTS
from pipelines.jobs import network
from pipelines.warehouse import empty
from tests.bench.ring_world import FIRST_DAY, GRADES, landing, make_world
from tests.network.job import rows

PART = 1_000_000
"""Visits per landing file."""


def build(persons: int, days: int, folder: Path) -> None:
    """One world as Parquet files under `folder`, a part at a time."""
    city = max(120, persons * 6 // 1000)
    world = make_world(
        77,
        GRADES[2],
        persons=persons,
        villages=persons // 500,
        city=city,
        days=days,
        visits_mean=6.0 * days / 180,
    )
    for start in range(0, world.person.size, PART):
        part = slice(start, start + PART)
        some = replace(
            world,
            person=world.person[part],
            place=world.place[part],
            day=world.day[part],
            minute=world.minute[part],
            care=world.care[part],
        )
        for name, table in landing(some, city=city, first=start).items():
            if start == 0 or name == "setl_d":
                pq.write_table(table, folder / f"{name}-{start:010d}.parquet")


def measure(persons: int, days: int, look_back: int, permutations: int, folder: Path) -> dict[str, float]:
    """Figures of the job on `days` of files in `folder`, of which it looks back on some; memory is this process's."""
    settings = load_settings(
        environment={},
        overrides={
            "duckdb": {"memory_limit": "5GB", "threads": 2},
            "network": {"days": look_back, "parameters": {"permutations": permutations}},
        },
    )
    engine = open_engine(settings)
    for name in network.READS:
        files = sorted(folder.glob(f"{name}-*.parquet"))
        if files:
            engine.register(name, parquet=files)
        else:
            engine.register(name, arrow=empty(TABLES[name]))
    run = Run(run_id="growth", as_of=FIRST_DAY + timedelta(days=days - 1), settings=settings)
    started, used = perf_counter(), process_time()
    results = network.transform(engine, run)
    figures = {
        "persons": persons,
        "settlements": engine.count("setl_d"),
        "visits_looked_at": engine.count("visit"),
        "rings": len(rows(engine, results["ring"])),
        "seconds": round(perf_counter() - started, 1),
        "processor_seconds": round(process_time() - used, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    engine.close()
    return figures


def child(*arguments: str) -> str:
    """Run this module in a process of its own, so that peaks do not mix; what it printed."""
    command = [sys.executable, "-m", "tests.bench.network_growth", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Per size one process that builds the world and one that runs the job on its files; prints JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.network_growth", description=__doc__)
    parser.add_argument("--sizes", default="20000,140000,1000000")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--look-back", type=int, default=NetworkSettings().days, help="as the night does")
    parser.add_argument("--permutations", type=int, default=int(DEFAULTS["permutations"]))
    parser.add_argument("--build", type=int, default=0, help="build this size into --folder and end")
    parser.add_argument("--one", type=int, default=0, help="measure this size on --folder and end")
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    if options.build:
        build(options.build, options.days, options.folder)
        return
    if options.one:
        asked = (options.one, options.days, options.look_back, options.permutations, options.folder)
        print(json.dumps(measure(*asked)))
        return
    found = []
    for size in options.sizes.split(","):
        with tempfile.TemporaryDirectory(prefix="growth") as folder:
            common = ("--days", str(options.days), "--folder", folder)
            child("--build", size, *common)
            chosen = ("--look-back", str(options.look_back), "--permutations", str(options.permutations))
            answer = child("--one", size, *common, *chosen)
        found.append(json.loads(answer.splitlines()[-1]))
        print(found[-1], flush=True)
    text = json.dumps(
        {
            "suite": "network_growth",
            "days": options.days,
            "look_back": options.look_back,
            "permutations": options.permutations,
            "sizes": found,
        },
        indent=1,
    )
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
