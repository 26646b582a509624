"""`make bench`: simulate, ingest and the whole night, on both engines; JSON under docs/bench/night.json.

One synthetic city; per command the median of `--runs` runs in seconds and rows per second, and the peak
memory of its whole process tree (resident, sampled twice a second; Python and Java together). Results of
the two engines are compared by their digests. The suites of rings, scores and rules stand beside this file
and run alone: `python -m tests.bench.<name>`.

Run: python -m tests.bench.night [--insured 200000] [--days 7] [--runs 3] [--engines duckdb,spark]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pyarrow.parquet as pq

OUT = Path(__file__).resolve().parents[2] / "docs" / "bench" / "night.json"
PROGRAM = Path(sys.executable).parent / "fundguard"
DAY = "2026-06-30"
# Plain identities, so that two homes give the same tokens; Spark as on one small machine.
ENVIRONMENT = os.environ | {"FUNDGUARD_PRIVACY": "plain", "FUNDGUARD_ENV": "small"}
COMPARED = ("hit", "ring", "ring_member", "score", "lead", "lead_evidence")


def timed(*arguments):
    """Seconds and peak gigabytes of one command with its children; a failure ends the bench."""
    start, peak = time.perf_counter(), 0
    with subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL, env=ENVIRONMENT) as child:
        tree = psutil.Process(child.pid)
        while child.poll() is None:
            peak = max(peak, _resident(tree))
            time.sleep(0.5)
    if child.returncode:
        raise SystemExit(f"fundguard {arguments[0]} ended with {child.returncode}")
    return time.perf_counter() - start, peak / 1e9


def _resident(process):
    try:
        return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def repeated(runs, target, *arguments):
    """The median of several runs, each into a fresh `target` folder (the last one stays)."""
    measured = []
    for _ in range(runs):
        shutil.rmtree(target, ignore_errors=True)
        measured.append(timed(*arguments))
    return {
        "seconds": round(statistics.median(seconds for seconds, _ in measured), 1),
        "peak_gb": round(max(gigabytes for _, gigabytes in measured), 2),
        "runs": runs,
    }


def digests(home):
    """Result table → digest, of the one night in a home."""
    (manifest,) = (home / "runs").glob("*/manifest.json")
    jobs = json.loads(manifest.read_text(encoding="utf-8"))["jobs"].values()
    written = {table: facts["digest"] for job in jobs for table, facts in job.get("writes", {}).items()}
    return {table: written[table] for table in COMPARED}


def main():
    """One city on each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--insured", type=int, default=200_000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--runs", type=int, default=3, help="on the embedded engine; Spark runs once")
    parser.add_argument("--engines", default="duckdb,spark")
    options = parser.parse_args()
    result = {"data": "synthetic", "insured": options.insured, "days": options.days}
    with tempfile.TemporaryDirectory() as folder:
        city, found = Path(folder) / "city", {}
        size = ("--insured", str(options.insured), "--days", str(options.days), "--seed", "7", "--end", DAY)
        result["simulate"] = repeated(options.runs, city, "simulate", "--out", str(city), *size)
        result["rows"] = sum(
            pq.ParquetFile(file).metadata.num_rows for file in city.glob("landing/*.parquet")
        )
        for engine in options.engines.split(","):
            home, runs = Path(folder) / engine, options.runs if engine == "duckdb" else 1
            landing = ("--landing", str(city), "--date", DAY, "--home", str(home), "--engine", engine)
            result[engine] = {
                "ingest": repeated(runs, home, "ingest", *landing),
                "nightly": repeated(runs, home, "nightly", *landing),
            }
            found[engine] = digests(home)
        for measured in (result["simulate"], *(one for name in found for one in result[name].values())):
            measured["rows_per_second"] = round(result["rows"] / measured["seconds"])
        if len(found) > 1:
            result["equal"] = {t: len({one[t] for one in found.values()}) == 1 for t in COMPARED}
    text = json.dumps(result, indent=1)
    OUT.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
