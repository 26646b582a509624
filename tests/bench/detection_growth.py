"""Processor seconds and peak memory of the jobs that detect (network, pattern, score) on cities of several sizes.

    python -m tests.bench.detection_growth --home var/growth --cities 250000x50,1100000x50,1100000x50x7

A city is `insured x days` of `fundguard simulate` with fee lines, ingested once and kept under `--home`; `x7` is a history of
seven times those days, the same claims again with other persons (what detection costs on a year, not what it finds). Each job runs in a
process of its own, as the night runs it, so that peaks do not mix; the memory limit of DuckDB is `--memory`.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from core.settings import load_settings
from pipelines.night import Night, run_night
from tests.bench.fused_rules import DAY, city
from tests.bench.report import publish

JOBS = ("network", "pattern", "score")
OWN_NUMBERS = (
    "setl_id", "init_setl_id", "mdtrt_id", "refl_old_mdtrt_id", "bkkp_sn", "init_feedetl_sn", "diag_info_id", "setl_list_oprn_id",
    "hi_rxno", "rxno", "drug_trac_codg", "refund_id", "original_id",
)  # fmt: skip
"""Columns that number rows; the rest of a row says who, where, what."""
STEP = 37
"""Each time over, a person's claims go to the one so many further on in the register."""


def repeated(home: Path, source: Path, days: int, times: int) -> None:
    """A home whose history is that of `source` so many times over, each `days` earlier; made once.

    Rows get numbers of their own and each time other persons, or everybody would meet the same people again.
    """
    if home.is_dir():
        return
    making = home.with_name(home.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    for part in ("warehouse", "ledger"):
        shutil.copytree(source / part, making / part)
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE person AS SELECT psn_no, row_number() OVER (ORDER BY psn_no) - 1 AS nth "
            f"FROM read_parquet('{source}/warehouse/psn_info_b/*.parquet')"
        )
        (people,) = connection.execute("SELECT count(*) FROM person").fetchone()
        connection.execute(
            "CREATE TABLE instead AS SELECT a.turn, a.psn_no, b.psn_no AS other "
            f"FROM (SELECT turn, psn_no, (nth + turn * {STEP}) % {people} AS goes_to FROM person, range(1, {times}) AS t(turn)) AS a "
            "JOIN person AS b ON b.nth = a.goes_to"
        )
        for part in sorted((source / "warehouse").glob("*/*=????-??-??")):
            label, day = part.name.split("=")
            rows = f"read_parquet('{part}/*.parquet', hive_partitioning=false)"
            columns = connection.sql(f"SELECT * FROM {rows}")
            kinds = dict(zip(columns.columns, columns.dtypes, strict=True))
            for turn in range(1, times if label != "open" else 1):
                back = turn * days
                earlier = date.fromisoformat(day) - timedelta(days=back)
                moved = [
                    f"{n} - INTERVAL {back} DAY AS {n}" for n, kind in kinds.items() if kind == "TIMESTAMP"
                ]
                moved += [f"{n} - {back} AS {n}" for n, kind in kinds.items() if kind == "DATE"]
                moved += [f"{n} || '-{turn}' AS {n}" for n in OWN_NUMBERS if n in kinds]
                moved += [f"'{earlier}' AS unit_day"] if "unit_day" in kinds else []
                known = rows
                if "psn_no" in kinds:
                    moved.append("COALESCE(i.other, r.psn_no) AS psn_no")
                    known += f" AS r LEFT JOIN instead AS i ON i.turn = {turn} AND i.psn_no = r.psn_no"
                folder = making / "warehouse" / part.parent.name / f"{label}={earlier}"
                folder.mkdir(exist_ok=True)
                star = "r.*" if "psn_no" in kinds else "*"
                connection.execute(
                    f"COPY (SELECT {star} REPLACE ({', '.join(moved)}) FROM {known}) "
                    f"TO '{folder}/again_{turn}.parquet' (FORMAT parquet)"
                )
    making.rename(home)


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
        insured, days, *rest = (int(part) for part in text.split("x"))
        home, times = wanted.home / f"{insured}x{days}", (*rest, 1)[0]
        city(home, insured, days)
        if times > 1:
            repeated(wanted.home / text, home, days, times)
            home = wanted.home / text
        figures = {}
        for job in JOBS:
            command = [sys.executable, "-m", "tests.bench.detection_growth", "--home", str(home)]
            command += ["--memory", wanted.memory, "--job", job]
            answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            figures[job] = json.loads(answer.splitlines()[-1])
        found.append(
            {
                "insured": insured,
                "days": days * times,
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
