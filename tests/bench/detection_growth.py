"""Processor seconds and peak memory of the jobs that detect (network, pattern, score) on cities of several sizes.

    python -m tests.bench.detection_growth --home var/growth --cities 50000x50,250000x50,1100000x50

A city is `insured x days` of `fundguard simulate` with fee lines, ingested once and kept under `--home`. Each job runs in a
process of its own, as the night runs it, so that peaks do not mix; the memory limit of DuckDB is `--memory`.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from core.settings import load_settings
from pipelines.night import Night, run_night
from tests.bench.fused_rules import DAY, city
from tests.bench.report import publish

JOBS = ("network", "pattern", "score")


def measured(home: Path, job: str, memory: str) -> dict[str, object]:
    """One job of the night on that home: processor seconds with all threads, peak of this process, rows written."""
    overrides = {"privacy": "plain", "duckdb": {"memory_limit": memory, "threads": 2}}
    settings = load_settings(overrides=overrides, environment=dict(os.environ))
    start = time.process_time()
    manifest = run_night(
        Night(home=home, settings=settings, as_of=date.fromisoformat(DAY), only=(job,), force=True)
    )
    return {
        "processor_seconds": round(time.process_time() - start, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "rows": {name: table["rows"] for name, table in manifest["jobs"][job]["writes"].items()},
    }


def rows_of(home: Path, table: str) -> int:
    """Rows of a landed table, by the footers of its files."""
    return sum(pq.read_metadata(file).num_rows for file in (home / "warehouse" / table).glob("*/*.parquet"))


def main() -> None:
    """Per city one process a job; prints JSON after each city."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--cities", default="50000x50,250000x50,1100000x50")
    parser.add_argument("--memory", default="5GB", help="what DuckDB may hold")
    parser.add_argument("--job", choices=JOBS, help="measure this job on --home itself and end")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    if wanted.job:
        print(json.dumps(measured(wanted.home, wanted.job, wanted.memory)))
        return
    found = []
    for text in wanted.cities.split(","):
        insured, days = (int(part) for part in text.split("x"))
        home = wanted.home / text
        city(home, insured, days)
        figures = {}
        for job in JOBS:
            command = [sys.executable, "-m", "tests.bench.detection_growth", "--home", str(home)]
            command += ["--memory", wanted.memory, "--job", job]
            answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            figures[job] = json.loads(answer.splitlines()[-1])
        found.append(
            {
                "insured": insured,
                "days": days,
                "settlements": rows_of(home, "setl_d"),
                "lines": rows_of(home, "fee_list_d"),
                **figures,
            }
        )
        publish(
            {"suite": "detection_growth", "data": "synthetic", "memory": wanted.memory, "cities": found},
            wanted.out,
        )


if __name__ == "__main__":
    main()
