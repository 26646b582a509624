"""Lands the claims, runs one night through the command line, and compares the hits with what was wanted."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.dataset as ds

from tests.published import by_line, by_provider, by_stay, by_visit, by_window
from tests.published.book import Book

NIGHT = date(2026, 7, 31)


def night(book: Book, home: Path, command: str = "nightly") -> list[dict]:
    """The hits of one night over all claims."""
    book.land(home / "landing")
    environment = os.environ | {"FUNDGUARD_PRIVACY": "plain"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from fundguard.cli import main; main()",
            command,
            "--landing",
            str(home / "landing"),
            "--date",
            str(NIGHT),
            "--home",
            str(home / "home"),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for folder in (home / "home" / "quarantine").glob("*"):
        refused = {(row["reason"], row["column"]) for row in ds.dataset(folder).to_table().to_pylist()}
        assert refused <= {("superseded", row) for _, row in refused}, f"{folder.name}: {refused}"
    return ds.dataset(home / "home" / "warehouse" / "hit", partitioning="hive").to_table().to_pylist()


def differences(cases: list[dict], hits: list[dict]) -> list[tuple[str, str, str, str, str]]:
    """What differs: (rule, missed | wrong amount | extra | not silent, why, person, what)."""
    found = defaultdict(list)
    for hit in hits:
        who = hit["psn_no"] if hit["psn_no"] else hit["fixmedins_code"]
        found[hit["rule_code"], who].append(hit)
    differ = []
    for case in cases:
        mine = found[case["rule"], case["psn"]]
        used = set()
        for name, amount in case["want"]:
            here = [h for h in mine if name is None or name in (h["bkkp_sn"], h["setl_id"], h["mdtrt_id"])]
            right = [h for h in here if amount is None or h["vola_amt"] == Decimal(amount)]
            if right:
                used |= {h["hit_id"] for h in right}
            else:
                used |= {h["hit_id"] for h in here}
                what = ", ".join(f"{h['bkkp_sn']}={h['vola_amt']}" for h in mine) or "nothing"
                differ.append(
                    (
                        case["rule"],
                        "missed" if not here else "wrong amount",
                        case["why"],
                        case["psn"],
                        f"wanted {name}={amount}, got {what}",
                    )
                )
        extra = [h for h in mine if h["hit_id"] not in used]
        if extra:
            what = ", ".join(f"{h['bkkp_sn']}={h['vola_amt']} {h['service_date']}" for h in extra)
            differ.append(
                (case["rule"], "extra" if case["want"] else "not silent", case["why"], case["psn"], what)
            )
    return differ


def table(cases: list[dict], differ: list[tuple]) -> dict[str, dict[str, int]]:
    """rule → hits wanted and found, silences wanted and kept."""
    wanted, quiet = Counter(), Counter()
    for case in cases:
        if case["want"]:
            wanted[case["rule"]] += len(case["want"])
        else:
            quiet[case["rule"]] += 1
    lost = Counter(row[0] for row in differ if row[1] in ("missed", "wrong amount"))
    noisy = Counter(row[0] for row in differ if row[1] in ("not silent", "extra"))
    return {
        rule: {
            "wanted": wanted[rule],
            "found": wanted[rule] - lost[rule],
            "silences": quiet[rule],
            "kept": quiet[rule] - noisy[rule],
        }
        for rule in sorted(set(wanted) | set(quiet))
    }


def make() -> Book:
    book = Book()
    for module in MODULES:
        module.build(book)
    return book


MODULES = [by_line, by_window, by_visit, by_stay, by_provider]

if __name__ == "__main__":
    home = Path(sys.argv[1])
    book = make()
    hits = night(book, home)
    differ = differences(book.cases, hits)
    for row in differ:
        print(*row, sep=" | ")
    for rule, numbers in table(book.cases, differ).items():
        print(rule, numbers)
    mine = {(case["rule"], case["psn"]) for case in book.cases}
    other = Counter(
        h["rule_code"] for h in hits if (h["rule_code"], h["psn_no"] or h["fixmedins_code"]) not in mine
    )
    print("others", json.dumps(other))
    print(len(book.cases), "cases", {k: len(v) for k, v in book.rows.items()})
