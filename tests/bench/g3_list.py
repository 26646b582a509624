"""Suite G3: the ranked list over worlds of all kinds of scheme, through the command line as a user runs it. See docs/bench/other_city.md."""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.bench.other_city.make import make_world
from tests.bench.report import interval, publish

END = "2026-06-30"
LIST = ("p_at_20", "p_at_50", "p_at_100", "lift_at_100", "money_recall_at_100", "lookalikes_in_top_100")


def numbers(text: str) -> list[int]:
    """`1-3,7` as 1, 2, 3, 7."""
    out: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        out += range(int(first), int(last or first) + 1)
    return out


def command(*words: str, home: Path) -> str:
    """Standard output of one fundguard command, identities kept so that truth joins; a stop ends the suite."""
    program = [sys.executable, "-c", "from fundguard.cli import main; main()", *words, "--home", str(home)]
    done = subprocess.run(
        program, capture_output=True, text=True, env=os.environ | {"FUNDGUARD_PRIVACY": "plain"}
    )
    if done.returncode:
        raise SystemExit(f"fundguard {words[0]}: exit {done.returncode}: {done.stderr[-800:]}")
    return done.stdout


def make(world: Path, options: argparse.Namespace, seed: int, grade: int) -> None:
    """One world by the city asked for."""
    if options.city == "other":
        kinds = options.schemes.split(",") if options.schemes else None
        make_world(world, options.insured, options.days, seed, grade, kinds=kinds, share=options.share)
        return
    schemes = ["--schemes", options.schemes] if options.schemes else []
    size = ["--insured", str(options.insured), "--days", str(options.days)]
    command(
        "simulate",
        "--out",
        str(world),
        *size,
        "--seed",
        str(seed),
        "--end",
        END,
        "--grade",
        str(grade),
        *schemes,
        home=world / "home",
    )


def parties(truth: Path) -> int:
    """Parties that take part in any scheme, each once."""
    with (truth / "scheme.csv").open(encoding="utf-8") as file:
        return len({(row["party_type"], row["party_id"]) for row in csv.DictReader(file)})


def one(options: argparse.Namespace, seed: int, grade: int, scratch: Path) -> dict:
    """Generate, run the night, evaluate; the scratch folder is emptied unless it is to be kept."""
    world, home = scratch / f"world-{seed}-{grade}", scratch / f"home-{seed}-{grade}"
    started = perf_counter()
    make(world, options, seed, grade)
    made = perf_counter()
    command("nightly", "--landing", str(world), "--date", END, home=home)
    found = json.loads(command("evaluate", "--truth", str(world), "--json", home=home))
    planted = parties(world / "truth")
    refused = list((home / "quarantine").glob("*/*.parquet"))
    if not options.keep:
        shutil.rmtree(world)
        shutil.rmtree(home)
    return {
        "seed": seed, "grade": grade, "planted_parties": planted, "refused_tables": len(refused),
        "seconds_world": round(made - started, 1), "seconds_night": round(perf_counter() - made, 1),
        "list": found["list"], "rings": found["rings"], "schemes": found["schemes"],
        "naive": {name: {key: row[key] for key in LIST} for name, row in found["naive"].items()},
    }  # fmt: skip


def summary(runs: list[dict]) -> dict:
    """Means with intervals over the worlds of one grade, naive orders beside, and what share of each scheme was found."""
    listed = {key: interval([run["list"][key] for run in runs]) for key in LIST}
    rings = [run["rings"]["p_at_20"] for run in runs if run["rings"]["p_at_20"] is not None]
    kinds = sorted({row["scheme"] for run in runs for row in run["schemes"]})
    by_kind = {
        kind: [row for run in runs for row in run["schemes"] if row["scheme"] == kind] for kind in kinds
    }
    return {
        "worlds": len(runs),
        "list": listed,
        "ring_p_at_20": interval(rings) if rings else None,
        "planted_parties": [run["planted_parties"] for run in runs],
        "naive": {
            name: {key: interval([run["naive"][name][key] for run in runs]) for key in LIST}
            for name in runs[0]["naive"]
        },
        "schemes": {
            kind: {"planted": sum(row["planted"] for row in rows), "found": sum(row["found"] for row in rows)}
            for kind, rows in by_kind.items()
        },
    }


def main() -> None:
    """Every seed by every grade; one JSON object."""
    parser = argparse.ArgumentParser(prog="g3_list", description=__doc__)
    parser.add_argument("--seeds", type=numbers, default=numbers("1-3"), help="1-3,7")
    parser.add_argument("--grades", type=numbers, default=numbers("1-5"))
    parser.add_argument("--city", choices=("other", "own"), default="other")
    parser.add_argument("--insured", type=int, default=30000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--schemes", default="")
    parser.add_argument(
        "--share",
        type=float,
        default=0.0049,
        help="of all parties of the other city, at most, that take part",
    )
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave worlds and homes in the scratch folder")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    scratch = options.scratch or Path(tempfile.mkdtemp(prefix="g3-"))
    runs = []
    for grade in options.grades:
        for seed in options.seeds:
            runs.append(one(options, seed, grade, scratch))
            print(
                json.dumps({key: runs[-1][key] for key in ("seed", "grade", "planted_parties", "list")}),
                file=sys.stderr,
                flush=True,
            )
    grades = {
        f"grade {grade}": summary([run for run in runs if run["grade"] == grade]) for grade in options.grades
    }
    setting = {
        "city": options.city,
        "insured": options.insured,
        "days": options.days,
        "share": options.share,
        "seeds": options.seeds,
    }
    publish({"suite": "G3", **setting, "grades": grades, "runs": runs}, options.out)


if __name__ == "__main__":
    main()
