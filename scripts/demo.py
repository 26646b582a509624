"""The demo: a city that never was, one night over it, its top leads, and where everything is."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNDGUARD = Path(sys.executable).parent / "fundguard"


def run(*arguments: str) -> None:
    """One command, shown before it runs; a failure ends the demo with its exit code."""
    print(f"\n$ fundguard {' '.join(arguments)}", flush=True)
    code = subprocess.run([FUNDGUARD, *arguments], cwd=ROOT, check=False).returncode
    if code:
        sys.exit(code)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="duckdb", choices=("duckdb", "spark"))
    parser.add_argument("--insured", default="20000")
    parser.add_argument("--days", default="60")
    options = parser.parse_args()
    # Plain identities, so that the planted truth joins; everything here is synthetic.
    os.environ["FUNDGUARD_PRIVACY"] = "plain"
    os.environ.setdefault("FUNDGUARD_ENV", "small")
    city, home = "var/demo/city", f"var/demo/{options.engine}"
    size = ("--insured", options.insured, "--days", options.days, "--seed", "7")
    run("simulate", "--out", city, *size, "--end", "2026-06-30")
    night = ("--landing", city, "--date", "2026-06-30", "--home", home, "--engine", options.engine)
    run("nightly", *night)
    run("evaluate", "--truth", city, "--home", home)
    print(
        f"\n下一步 next: open {home}/docs/report-2026-06-30.html; "
        f"fundguard leads export --home {home} --date 2026-06-30 --out leads.xlsx; fundguard --help"
    )
