"""Rules fused per grain against one query per rule, and how cost grows with rules and with points.

The history of a synthetic city is judged by every rule that it can feed: all of them, the first fourteen, thirty
fused, and the same thirty one by one (each with the facts of its grain computed for itself alone, as a query per
rule does); then the rules on the drugs' level limit, over 2,500 and over 250,000 points. All hits of the
thirty are compared. The city stays in --home, so that both engines judge the same rows. Costs are processor seconds of
the whole process tree: beside other work on the machine a clock on the wall would measure the neighbours.

Run: python -m tests.bench.fused_rules --home DIR [--engine duckdb] [--insured 250000] [--days 50] [--sample 30]
"""

import argparse
import contextlib
import csv
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import psutil

from core.engine import open_engine
from core.settings import RulesSettings, load_settings
from pipelines.backtest import register_history
from pipelines.ingest import delivered
from pipelines.warehouse import Warehouse
from rules_kb import knowledge
from rules_kb.compiler import Pack, judge
from rules_kb.library import read_library

PROGRAM = Path(sys.executable).parent / "fundguard"
DAY = "2026-06-30"
GROWING = "drug_level_limit"
FIRST = (
    "bed_days_over_stay", "drug_level_limit", "drug_limited_to_children", "drug_setting_limit", "drug_sex_limit",
    "lines_do_not_sum", "overlapping_stays", "oversupply_across_institutions", "service_after_death",
    "service_day_cap", "service_repeat_charge", "split_admission", "trace_code_sold_twice", "visit_during_stay",
)  # fmt: skip
"""The fourteen kinds of rule the library began with: what all rules are measured against."""
OUT = Path(__file__).resolve().parents[2] / "docs" / "bench"


def city(home, insured, days):
    """Simulate and ingest once."""
    if (home / "warehouse").is_dir():
        return
    size = ("--insured", str(insured), "--days", str(days), "--seed", "7", "--end", DAY)
    environment = os.environ | {"FUNDGUARD_PRIVACY": "plain"}
    for arguments in (
        ("simulate", "--out", str(home / "city"), *size),
        ("ingest", "--landing", str(home / "city"), "--home", str(home), "--date", DAY),
    ):
        subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)


def evenly(rules, number):
    """So many of them, spread over the whole list."""
    return [rules[n * len(rules) // number] for n in range(min(number, len(rules)))]


def processor_seconds():
    """Of this process, its threads, and what it started (the JVM, its workers), those that ended too."""
    used = 0.0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            used += sum(process.cpu_times()[:4])
    return used


def judged(engine, rules, folder=knowledge.FOLDER):
    """Processor seconds and hits of judging the history by these rules from the landed tables on."""
    pack = Pack(tuple((rule, False) for rule in rules), RulesSettings(active="all"), knowledge_folder=folder)
    start = processor_seconds()
    names = judge(engine, pack, pack.grains)
    hits = [
        row
        for name in names
        for row in engine.run(f"SELECT hit_id, rule_id, judged_day, vola_amt FROM {name}").to_pylist()
    ]
    return processor_seconds() - start, {tuple(row.values()) for row in hits}


def grown(folder, points):
    """The library with so many points on the drugs' level; the further ones are of drugs nobody sold."""
    shutil.copytree(knowledge.FOLDER, folder)
    file = folder / f"{GROWING}.csv"
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for number in range(points - len(rows)):
        rows.append(rows[0] | {"hilist_code": f"ZX{number:018d}", "point_id": f"{number:016x}"})
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows[:points])
    return folder


def by_sample(engine, sample, apart, result):
    """Thirty fused against so many of them one by one, scaled to thirty."""
    fused, together = judged(engine, sample)
    alone = evenly(sample, apart)
    single, found = 0.0, set()
    for rule in alone:
        took, hits = judged(engine, [rule])
        print(f"{rule.id}: {took:.1f} s alone, {len(hits)} hits", flush=True)
        single += took
        found |= hits
    names = {rule.id for rule in alone}
    result["results_equal"] = {hit for hit in together if hit[1] in names} == found
    result["one_by_one_over_fused"] = round(single * len(sample) / len(alone) / fused, 2)
    result["processor_seconds"] |= {
        f"{len(sample)}_fused": round(fused, 1),
        f"{len(alone)}_one_by_one": round(single, 1),
    }


def write(result, name):
    """Keep what is measured so far: a long run that is cut short loses nothing."""
    text = json.dumps(result, indent=1)
    (OUT / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return text


def main():
    """Measure, compare, write docs/bench/fused_rules_<engine>.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--engine", default="duckdb")
    parser.add_argument("--insured", type=int, default=250_000)
    parser.add_argument("--days", type=int, default=50)
    parser.add_argument("--sample", type=int, default=30)
    parser.add_argument("--apart", type=int, default=30, help="of the sample so many one by one, and scaled")
    parser.add_argument("--parts", default="sample,points,rules", help="what is measured")
    parser.add_argument("--memory", default="5GB", help="what the engine may hold")
    parser.add_argument("--name", help="of the result; default fused_rules_<engine>")
    wanted = parser.parse_args()
    city(wanted.home, wanted.insured, wanted.days)
    small = {"FUNDGUARD_ENV": "small"}
    spark = {"driver_memory": wanted.memory.lower().removesuffix("b")}
    overrides = {"engine": wanted.engine, "duckdb": {"memory_limit": wanted.memory}, "spark": spark}
    engine = open_engine(load_settings(overrides=overrides, environment=small))
    register_history(engine, Warehouse(wanted.home), date.fromisoformat(DAY))
    library = read_library()
    silent = library.coverage(delivered(wanted.home), knowledge.load)[1]
    rules = [rule for _, rule in sorted(library.rules.items()) if rule.id not in silent]
    sample = evenly(rules, wanted.sample)
    parts = wanted.parts.split(",")
    name = wanted.name or f"fused_rules_{wanted.engine}"
    result = {
        "data": "synthetic", "engine": wanted.engine, "lines": engine.count("fee_list_d"),
        "settlements": engine.count("setl_d"), "rules": len(rules), "processor_seconds": {},
    }  # fmt: skip
    seconds = result["processor_seconds"]
    if "sample" in parts:
        by_sample(engine, sample, wanted.apart, result)
        write(result, name)
    if "points" in parts:
        growing = [rule for rule in rules if GROWING in {use.table for use in rule.knowledge.values()}]
        with tempfile.TemporaryDirectory() as folder:
            few_took, few = judged(engine, growing, grown(Path(folder) / "few", 2_500))
            many_took, many = judged(engine, growing, grown(Path(folder) / "many", 250_000))
        seconds |= {"2500_points": round(few_took, 1), "250000_points": round(many_took, 1)}
        result["250000_over_2500_points"] = round(many_took / few_took, 2)
        result["results_equal"] = result.get("results_equal", True) and few == many
        write(result, name)
    if "rules" in parts:
        took = judged(engine, [rule for rule in rules if rule.id in FIRST])[0]
        every, hits = judged(engine, rules)
        seconds |= {"first_14_rules": round(took, 1), "all_rules": round(every, 1)}
        result |= {"all_over_first_14_rules": round(every / took, 2), "hits": len(hits)}
    if wanted.engine == "duckdb":
        result["peak_gb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)
    engine.close()
    print(write(result, name))


if __name__ == "__main__":
    main()
