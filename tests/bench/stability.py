"""Is tomorrow's list today's? Consecutive nights over one world, and the last night once more.

    python -m tests.bench.stability --seeds 1-2 --grade 2 [--nights 2] [--insured 30000] [--out docs/bench/stability.json]

A world of the other city (docs/bench/other_city.md) is taken in night by night, as a bureau would; what is compared are the
first hundred leads of `investigate` (party and scheme) of one night and the next: shared ÷ all (Jaccard). Then the last
night is forced again: every digest of its manifest (rows sorted by key) must be the same.
"""

import argparse
import json
import shutil
import tempfile
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from fundguard.evaluate import read_table
from tests.bench.g3_list import END, command, make, numbers
from tests.bench.report import interval, publish

TOP = 100


def first(home: Path, day: str) -> set[tuple[str, str, str]]:
    """The first hundred to investigate of one night."""
    leads = read_table(home, "lead", ["queue", "rank", "party_type", "party_id", "scheme"], [day])
    leads = leads[leads["queue"] == "investigate"].sort_values("rank").head(TOP)
    return set(zip(leads["party_type"], leads["party_id"], leads["scheme"], strict=True))


def digests(home: Path) -> dict[str, str]:
    """Table → digest, of the last night's manifest."""
    manifests = [json.loads(f.read_text("utf-8")) for f in (home / "runs").glob("*/manifest.json")]
    last = next(m for m in manifests if str(m["as_of"]) == END)
    return {
        t: w["digest"]
        for job in last["jobs"].values()
        for t, w in job.get("writes", {}).items()
        if "digest" in w
    }


def one(options: argparse.Namespace, seed: int, scratch: Path) -> dict:
    """All nights of one world."""
    world, home = scratch / f"world-{seed}", scratch / f"home-{seed}"
    make(world, options, seed, options.grade)
    days = [str(date.fromisoformat(END) - timedelta(days=n)) for n in reversed(range(options.nights))]
    for day in days:
        command("nightly", "--landing", str(world), "--date", day, home=home)
    lists = [first(home, day) for day in days]
    before = digests(home)
    command("nightly", "--landing", str(world), "--date", END, "--force", home=home)
    again = digests(home)
    shutil.rmtree(world)
    shutil.rmtree(home)
    return {
        "seed": seed,
        "listed": [len(found) for found in lists],
        "jaccard": [round(len(a & b) / max(1, len(a | b)), 4) for a, b in pairwise(lists)],
        "tables": len(before),
        "rerun_equal": before == again,
    }


def main() -> None:
    """Every seed; one JSON object."""
    parser = argparse.ArgumentParser(
        prog="stability", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", type=numbers, default=numbers("1-2"))
    parser.add_argument("--grade", type=int, default=2)
    parser.add_argument("--nights", type=int, default=2)
    parser.add_argument("--insured", type=int, default=30000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.city, options.schemes, options.days, options.share = "other", "", 120, 0.0049
    scratch = Path(tempfile.mkdtemp(prefix="stability-"))
    runs = [one(options, seed, scratch) for seed in options.seeds]
    setting = {"city": "other", "insured": options.insured, "grade": options.grade, "nights": options.nights}
    overlap = interval([value for run in runs for value in run["jaccard"]])
    publish({"suite": "stability", **setting, "jaccard": overlap, "runs": runs}, options.out)


if __name__ == "__main__":
    main()
