"""Is a lead's probability what it says? Many worlds of two generators, one night each, p_confirm against the truth.

    python -m tests.bench.calibration --scratch DIR --make other:1-4:1-5 --make own:7-10:1,3,5   # worlds there are kept
    python -m tests.bench.calibration --scratch DIR --again leads          # the night again from that job, on all of them
    python -m tests.bench.calibration --scratch DIR [--fit] [--held-out other:4] [--out docs/bench/calibration.json]

Each world keeps `leads.parquet` (its leads with the truth) in the scratch folder. `--fit` moves shifts and knots of
`models/calibration.yaml` halfway to what all worlds but the held-out cities teach; run the leads again and fit once more,
since another table lists other leads. What is reported as fitted is measured on cities that took no part: each city (generator
and seed) is read with shifts and knots fitted on the others.
"""

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from core.settings import load_settings
from fundguard.evaluate import load_truth, read_table
from models import calibration
from models.ranker import calibration_error
from pipelines.night import JOBS, Night, run_night
from tests.bench.g3_list import END, command, make, numbers
from tests.bench.report import publish

COLUMNS = [
    "queue",
    "rank",
    "scheme",
    "party_type",
    "party_id",
    "period_from",
    "period_to",
    "p_confirm",
    "reasons",
]
BINS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
KNOTS = 6
STIFF = 0.5
"""How much a bend of the line costs: with few leads the line is straight."""
SPREAD, SPREAD_DOWN_OF_RULES = 1.0, 0.3
"""Of the normal prior around no shift: a source with few leads stays where schemes.yaml puts it. That a rule is wrong
more often than declared is believed later: nobody may have planted its violation."""
LARGEST_SHIFT = 1.5
SMALLEST_SHIFT = 0.1
REPLICAS = 500


def made(options: argparse.Namespace, city: str, seed: int, grade: int) -> None:
    """One world and its night, kept; nothing where it is there already."""
    folder = options.scratch / f"{city}-{seed}-{grade}"
    home = folder / "home"
    if (home / "warehouse" / "lead" / f"run_date={END}").exists():
        return
    # Two base rates: about .7 % of the parties with claims, and .47 %.
    insured, share = ((45000, 0.0032), (30000, 0.0049))[(seed + grade) % 2]
    world = argparse.Namespace(city=city, schemes="", insured=insured, days=120, share=share)
    make(folder, world, seed, grade)
    command("nightly", "--landing", str(folder), "--date", END, home=home)


def judged(folder: Path) -> pd.DataFrame:
    """The leads of one world's night with the truth, kept as `leads.parquet`."""
    city, seed, grade = folder.name.split("-")
    leads = read_table(folder / "home", "lead", COLUMNS, [END])
    for column in ("period_from", "period_to"):
        leads[column] = leads[column].map(lambda day: "" if pd.isna(day) else str(day)[:10])
    truth = load_truth(folder)
    leads["true"] = [
        bool(truth.touched((kind, name), start, end))
        for kind, name, start, end in zip(
            leads["party_type"], leads["party_id"], leads["period_from"], leads["period_to"], strict=True
        )
    ]
    leads["shape"] = leads["reasons"].map(shape)
    leads = leads.assign(city=f"{city}:{seed}", world=folder.name, grade=int(grade))
    leads.to_parquet(folder / "leads.parquet")
    return leads


def shape(reasons: str) -> str:
    """What kinds of evidence a lead rests on: rule, ring, own cases of a pattern, statistic; and how many families."""
    counted = [reason for reason in json.loads(reasons) if float(reason["part"]) > 0]
    families = {"peers" if r["family"] == "anomaly" else r["family"] for r in counted}
    kinds = [kind for kind in ("rule", "ring", "conduct") if kind in families]
    if not kinds:
        kinds = ["statistic only"]
    elif kinds == ["rule"] and len(families) == 1:
        kinds = ["rule only"]
    return f"{' + '.join(kinds)}, {len(families)} {'family' if len(families) == 1 else 'families'}"


class Evidence:
    """What leads rest on, as arrays of leads × families: ratio before any shift, and the source it comes from."""

    def __init__(self, reasons: "pd.Series[str]") -> None:
        table = calibration.calibration()
        told = [_families(text) for text in reasons]
        wide = max(len(families) for families in told)
        self.names = sorted({source for families in told for source, _ in families})
        at = {name: k for k, name in enumerate(self.names)}
        self.plain, self.source = np.full((len(told), wide), -99.0), np.zeros((len(told), wide), dtype=int)
        for row, families in enumerate(told):
            for column, (source, ratio) in enumerate(families):
                self.source[row, column] = at[source]
                self.plain[row, column] = ratio - table.shifts.get(source, 0.0)

    def ratios(self, shifts: np.ndarray) -> np.ndarray:
        """Ratios under these shifts, one a source in order of names."""
        return np.maximum(self.plain + shifts[self.source], 0)

    def moved(self, shifts: dict[str, float]) -> np.ndarray:
        """Log odds of the evidence under shifts by name."""
        return calibration.calibration().evidence(
            self.ratios(np.array([shifts.get(n, 0.0) for n in self.names]))
        )


def _families(reasons: str) -> list[tuple[str, float]]:
    """Source (fact of the finding) and ratio of each family that counts; what repetition adds is the source's too."""
    found: dict[str, tuple[str, float]] = {}
    for reason in json.loads(reasons):
        if float(reason.get("ratio", 0)) > 0:
            source, ratio = found.get(reason["family"], ("", 0.0))
            if reason["fact"].split(":")[0] in ("hit", "ring", "score"):
                source = reason["fact"]
            found[reason["family"]] = (source, ratio + float(reason["ratio"]))
    return list(found.values())


def learned(leads: pd.DataFrame) -> calibration.Calibration:
    """The table that these leads teach: shifts with a straight line first, then the knots on top of them."""
    now, true = calibration.calibration(), leads["true"].to_numpy(float)
    evidence = Evidence(leads["reasons"])
    of_rule = np.array([name.startswith("hit:") for name in evidence.names])

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        ratios = evidence.ratios(b[2:])
        share = np.where(ratios == ratios.max(axis=1, keepdims=True), 1.0, now.further) * (ratios > 0)
        said = now.evidence(ratios)
        odds = b[0] + np.exp(b[1]) * said
        wrong = 1 / (1 + np.exp(-odds)) - true
        slope = np.zeros(len(b) - 2)
        np.add.at(slope, evidence.source, wrong[:, None] * np.exp(b[1]) * share)
        spread = np.where((b[2:] < 0) & of_rule, SPREAD_DOWN_OF_RULES, SPREAD)
        value = (np.logaddexp(0, odds) - true * odds).sum() + 0.5 * ((b[2:] / spread) ** 2).sum()
        line = [wrong.sum(), (wrong * np.exp(b[1]) * said).sum()]
        return float(value), np.concatenate([line, slope + b[2:] / spread**2])

    bounds = [(-6.0, 6.0), (-1.0, 1.0)] + [(-LARGEST_SHIFT, LARGEST_SHIFT)] * len(evidence.names)
    found = minimize(loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds).x[2:]
    shifts = {
        name: round(float(shift), 2)
        for name, shift in zip(evidence.names, found, strict=True)
        if abs(shift) >= SMALLEST_SHIFT
    }
    knots = fitted(evidence.moved(shifts), true)
    return calibration.Calibration(now.prior, now.further, now.most, knots, shifts)


def halfway(table: calibration.Calibration, leads: pd.DataFrame) -> calibration.Calibration:
    """Shifts halfway from the table in use to this one, and the knots they give.

    Another table lists other leads, which teach another table: whole steps swing to and fro, half steps settle.
    """
    now = calibration.calibration()
    means = {
        name: (now.shifts.get(name, 0.0) + table.shifts.get(name, 0.0)) / 2
        for name in {*now.shifts, *table.shifts}
    }
    shifts = {name: round(mean, 2) for name, mean in means.items() if abs(mean) >= SMALLEST_SHIFT / 2}
    knots = fitted(Evidence(leads["reasons"]).moved(shifts), leads["true"].to_numpy(float))
    return calibration.Calibration(now.prior, now.further, now.most, knots, shifts)


def fitted(evidence: np.ndarray, true: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Knots of a rising line from log odds of the evidence to those measured: penalised likelihood, stiff where little is known."""
    at = np.unique(np.quantile(evidence, np.linspace(0.02, 0.98, KNOTS)).round(2))
    step = np.diff(at)

    def line(b: np.ndarray) -> np.ndarray:
        return np.concatenate([[b[0]], b[0] + np.cumsum(np.exp(b[1:]) * step)])

    def loss(b: np.ndarray) -> float:
        to = line(b)
        piece = np.clip(np.searchsorted(at, evidence, side="right") - 1, 0, len(step) - 1)
        odds = to[piece] + np.exp(b[1:])[piece] * (evidence - at[piece])
        said = (np.logaddexp(0, odds) - true * odds).sum()
        return float(said + STIFF * ((b[1:] ** 2).sum() + (np.diff(b[1:]) ** 2).sum()))

    start = np.concatenate([[at[0]], np.zeros(len(step))])
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-9, 9)] + [(-3, 2)] * len(step)).x
    return tuple((float(x), round(float(y), 2)) for x, y in zip(at, line(found), strict=True))


def read_off(table: calibration.Calibration, leads: pd.DataFrame) -> np.ndarray:
    """Probabilities of leads by this table."""
    moved = Evidence(leads["reasons"]).moved(dict(table.shifts))
    return np.minimum(1 / (1 + np.exp(-table.log_odds(moved))), table.most)


def by_others(leads: pd.DataFrame) -> np.ndarray:
    """Probabilities of leads, each city's by what all other cities teach."""
    said = np.zeros(len(leads))
    for city in leads["city"].unique():
        mine = (leads["city"] == city).to_numpy()
        said[mine] = read_off(learned(leads[~mine]), leads[mine])
    return said


def error(leads: pd.DataFrame, said: np.ndarray) -> dict:
    """Expected calibration error with a 95 % interval over cities, and what chance alone gives leads that are right."""
    true = leads["true"].to_numpy(float)
    rng = np.random.default_rng(0)
    rows = [np.flatnonzero(leads["city"] == city) for city in leads["city"].unique()]
    drawn = [
        np.concatenate([rows[k] for k in rng.integers(0, len(rows), len(rows))]) for _ in range(REPLICAS)
    ]
    low, high = np.quantile([calibration_error(said[d], true[d]) for d in drawn], [0.025, 0.975])
    chance = [calibration_error(said, (rng.random(len(said)) < said).astype(float)) for _ in range(REPLICAS)]
    return {
        "leads": len(leads), "ece": round(calibration_error(said, true), 4), "low": round(float(low), 4), "high": round(float(high), 4),
        "by_chance": round(float(np.mean(chance)), 4), "said": round(float(said.mean()), 4), "true": round(float(true.mean()), 4),
        "brier": round(float(((said - true) ** 2).mean()), 4),
    }  # fmt: skip


def grouped(leads: pd.DataFrame, said: np.ndarray, by: "pd.Series") -> list[dict]:
    """Per group: leads, mean of what was said, share that is true."""
    rows = pd.DataFrame({"by": by.to_numpy(), "said": said, "true": leads["true"].to_numpy(float)})
    found = rows.groupby("by", observed=True).agg(
        leads=("true", "size"), said=("said", "mean"), true=("true", "mean")
    )
    return [
        {"group": str(name), "leads": int(row.leads), "said": round(row.said, 3), "true": round(row.true, 3)}
        for name, row in found.iterrows()
    ]


def tables(leads: pd.DataFrame, said: np.ndarray) -> dict:
    """Reliability by what was said, by shape of the evidence, by scheme and shape, by grade."""
    return {
        "p": grouped(leads, said, pd.cut(pd.Series(said), BINS)),
        "shape": grouped(leads, said, leads["shape"]),
        "scheme and shape": grouped(leads, said, leads["scheme"] + ", " + leads["shape"]),
        "grade": grouped(leads, said, leads["grade"]),
        "generator": grouped(leads, said, leads["city"].str.split(":").str[0]),
    }


def wanted(text: str) -> list[tuple[str, int, int]]:
    """`other:1-4:1-5` as city, seed, grade."""
    city, seeds, grades = text.split(":")
    return [(city, seed, grade) for seed in numbers(seeds) for grade in numbers(grades)]


def main() -> None:
    """Make, run again, fit, measure: whatever is asked for."""
    parser = argparse.ArgumentParser(
        prog="calibration", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--make", action="append", default=[], help="other:1-4:1-5")
    parser.add_argument(
        "--again", choices=list(JOBS), help="job to run the nights again from, for example pattern or leads"
    )
    parser.add_argument("--fit", action="store_true", help="write the knots of models/calibration.yaml")
    parser.add_argument(
        "--held-out", action="append", default=[], help="city that takes no part in the fit: other:4"
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    for city, seed, grade in (world for text in options.make for world in wanted(text)):
        made(options, city, seed, grade)
        print(f"{city} {seed} {grade}: made", file=sys.stderr, flush=True)
    folders = sorted(folder.parent for folder in options.scratch.glob("*-*-*/home"))
    if options.again:
        jobs = tuple(JOBS)[list(JOBS).index(options.again) :]
        settings = load_settings(environment=os.environ | {"FUNDGUARD_PRIVACY": "plain"})
        for folder in folders:
            as_of = date.fromisoformat(END)
            run_night(Night(home=folder / "home", settings=settings, as_of=as_of, only=jobs, force=True))
            print(f"{folder.name}: again from {options.again}", file=sys.stderr, flush=True)
    leads = pd.concat([judged(folder) for folder in folders], ignore_index=True)
    queue = leads[leads["queue"] == "investigate"].reset_index(drop=True)
    held = queue["city"].isin(options.held_out).to_numpy()
    known = queue[~held].reset_index(drop=True)
    said = queue["p_confirm"].to_numpy(float)
    table = learned(known)
    others = by_others(known)
    unseen = read_off(table, queue[held]) if held.any() else np.zeros(0)
    if options.fit:
        write(halfway(table, known), sorted(known["world"].unique()), len(known))
    rest = leads[leads["queue"] != "investigate"].reset_index(drop=True)
    publish(
        {
            "suite": "calibration",
            "worlds": {
                name: sorted(part["world"].unique())
                for name, part in (("fitted", known), ("held out", queue[held]))
            },
            "as listed": error(queue, said),
            "as listed, held-out cities": error(queue[held], said[held]) if held.any() else None,
            "fitted on other cities": error(known, others),
            "held-out cities by the fit": error(queue[held], unseen) if held.any() else None,
            "knots": table.knots,
            "shifts": table.shifts,
            "reliability": tables(queue, said),
            "reliability, fitted on other cities": tables(known, others),
            "other queues": grouped(rest, rest["p_confirm"].to_numpy(float), rest["queue"]),
        },
        options.out,
    )


def write(table: calibration.Calibration, worlds: list[str], leads: int) -> None:
    """Shifts and knots and where they come from, into the table that the night reads."""
    lines = calibration.FILE.read_text(encoding="utf-8").splitlines()
    cities = ", ".join(sorted({world.rsplit("-", 1)[0] for world in worlds}))
    text = []
    for line in lines:
        if line.startswith("provenance:"):
            text.append(f"provenance: synthetic, {leads} leads of {len(worlds)} worlds ({cities})")
        elif line.startswith("knots:"):
            text += ["knots:", *(f"- [{at:.2f}, {to:.2f}]" for at, to in table.knots)]
        elif line.startswith("shifts:"):
            text += ["shifts:", *(f'  "{fact}": {shift:.2f}' for fact, shift in sorted(table.shifts.items()))]
        elif not line.startswith(("- [", '  "')):
            text.append(line)
    calibration.FILE.write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
