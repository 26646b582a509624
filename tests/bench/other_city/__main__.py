"""python -m tests.bench.other_city --out DIR --insured N --days D --seed S --grade G [--schemes T01,…] [--end DAY]."""

import argparse
import json
from datetime import date
from pathlib import Path

from tests.bench.other_city.make import make_world


def main() -> None:
    """Writes one world and prints its size."""
    parser = argparse.ArgumentParser(prog="other_city", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--insured", type=int, default=30000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument(
        "--grade", type=int, default=0, choices=range(6), help="1 easy … 5 hard; 0 all of them"
    )
    parser.add_argument("--end", type=date.fromisoformat, default=date(2026, 6, 30))
    parser.add_argument("--schemes", default="", help="T01,T02,…; none; default: drawn from all")
    parser.add_argument("--share", type=float, default=0.0049, help="of all parties, at most, that take part")
    options = parser.parse_args()
    kinds = [] if options.schemes == "none" else options.schemes.split(",") if options.schemes else None
    report = make_world(
        options.out,
        options.insured,
        options.days,
        options.seed,
        options.grade,
        options.end,
        kinds,
        options.share,
    )
    print(json.dumps(report))


if __name__ == "__main__":
    main()
