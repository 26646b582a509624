"""What a night of one day costs with 60 and with 360 days of history behind it: it must hardly grow.

One synthetic city; everything up to the day before is taken in, once; the shorter history is the same home
without its older partitions. Then the day alone lands and is judged. Processor seconds per job (all threads),
so that a busy machine does not change them; the hits of the two nights stand beside, for windows of a year
find more in 360 days.

Run: python -m tests.bench.history_growth [--insured 30000] [--day 2026-06-29] [--name history_growth]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.schema import LANDING
from core.settings import load_settings
from pipelines.night import Night, run_night

OUT = Path(__file__).resolve().parents[2] / "docs" / "bench"
PROGRAM = Path(sys.executable).parent / "fundguard"
BEHIND = (60, 360)


def day_landing(city, folder, day):
    """Only the rows of one day, as a nightly delivery has them; dimensions whole."""
    folder.mkdir()
    whole = {name: pq.read_table(city / "landing" / f"{name}.parquet") for name in LANDING if (city / "landing" / f"{name}.parquet").is_file()}  # fmt: skip
    settled = whole["setl_d"].filter(_on(whole["setl_d"]["setl_time"], day))["setl_id"].combine_chunks()
    for name, rows in whole.items():
        table = LANDING[name]
        if table.parent is not None:
            chosen = pc.is_in(rows["setl_id"], settled)
            if name == "fee_list_d":
                opened = pc.and_(pc.is_null(rows["setl_id"]), _on(rows["fee_ocur_time"], day))
                chosen = pc.or_(chosen, opened)
            rows = rows.filter(chosen)
        elif table.day is not None:
            rows = rows.filter(_on(rows[table.day.column], day))
        pq.write_table(rows, folder / f"{name}.parquet")


def _on(column, day):
    return pc.equal(column.cast(pa.timestamp("us")).cast(pa.date32(), safe=False), pa.scalar(day))


def night(home, landing, day):
    """Processor seconds per job of one night, and how many hits it wrote."""
    settings = load_settings(overrides={"privacy": "plain"}, environment={})
    at, took = {}, {}

    def watch(job, state):
        if state == "running":
            at[job] = time.process_time()
        elif job in at:
            took[job] = round(time.process_time() - at[job], 1)

    manifest = run_night(Night(home=home, settings=settings, as_of=day, landing=landing), watch)
    took["whole"] = round(sum(took.values()), 1)
    return {"seconds": took, "hits": int(manifest["jobs"]["check"]["writes"]["hit"]["rows"])}


def main():
    """Measure both, write docs/bench/history_growth.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--insured", type=int, default=30_000)
    parser.add_argument("--day", type=date.fromisoformat, default=date(2026, 6, 29))
    parser.add_argument("--name", default="history_growth")
    wanted = parser.parse_args()
    before = wanted.day - timedelta(days=1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        city, longest = folder / "city", folder / f"h{BEHIND[-1]}"
        size = ("--insured", str(wanted.insured), "--days", str(BEHIND[-1] + 1), "--seed", "5")
        for arguments in (
            ("simulate", "--out", str(city), *size, "--end", str(wanted.day)),
            ("ingest", "--landing", str(city), "--home", str(longest), "--date", str(before)),
        ):
            environment = os.environ | {"FUNDGUARD_PRIVACY": "plain"}
            subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
        day_landing(city, folder / "day", wanted.day)
        lines = pq.ParquetFile(folder / "day" / "fee_list_d.parquet").metadata.num_rows
        result = {"data": "synthetic", "insured": wanted.insured, "day": str(wanted.day), "lines": lines}
        for days in BEHIND:
            home = folder / f"night{days}"
            shutil.copytree(longest, home)
            since = str(wanted.day - timedelta(days=days))
            for old in (home / "warehouse").glob("*/*=????-??-??"):
                if old.name.split("=")[1] < since:
                    shutil.rmtree(old)
            result[f"{days}_days_behind"] = night(home, folder / "day", wanted.day)
        short, long = (result[f"{days}_days_behind"]["seconds"] for days in BEHIND)
        result["growth"] = {job: round(long[job] / short[job], 2) for job in long if short.get(job)}
    text = json.dumps(result, indent=1)
    (OUT / f"{wanted.name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
