"""`make bench`: simulate, ingest, the whole night on the embedded engine; JSON under docs/bench/night.json.

The suites of rings, scores and rules stand beside this file and run alone: `python -m tests.bench.<name>`.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "docs" / "bench" / "night.json"
PROGRAM = Path(sys.executable).parent / "fundguard"


def timed(*arguments: str) -> float:
    """Seconds of one command; a failure ends the bench."""
    start = time.perf_counter()
    subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - start, 1)


def main() -> None:
    """One city, one night; seconds and peak memory of the largest process."""
    with tempfile.TemporaryDirectory() as folder:
        city, home = f"{folder}/city", f"{folder}/home"
        size = ("--insured", "100000", "--days", "30", "--seed", "7")
        seconds = {"simulate": timed("simulate", "--out", city, *size)}
        seconds["nightly"] = timed("nightly", "--landing", city, "--date", "2026-06-30", "--home", home)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    result = {
        "insured": 100000,
        "days": 30,
        "seconds": seconds,
        "peak_gb": round(peak, 2),
        "data": "synthetic",
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
