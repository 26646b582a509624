"""One simulation from end to end: city, plan, schemes, chunks, landing, truth. All of it synthetic."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from core.errors import UsageError
from fundguard.synthetic import (
    care_and_stock,
    catalogue,
    city,
    conflicts,
    diseases,
    lookalikes,
    registers,
    settle,
    traffic,
    truth,
)
from fundguard.synthetic import visits as v
from fundguard.synthetic.calendars import EPOCH, Calendar
from fundguard.synthetic.columnar import DAY, Array
from fundguard.synthetic.lines import LineMaker
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.planting import plant
from fundguard.synthetic.row_order import write_chunk
from fundguard.synthetic.rows import Context
from fundguard.synthetic.writers import Landing

CHUNK = 20_000  # visits a chunk: some two hundred thousand lines in memory at once


@dataclass(frozen=True)
class Simulated:
    """What was written: rows per landing table, settlements, schemes planted, seconds taken."""

    rows: dict[str, int]
    settlements: int
    schemes: int
    seconds: float


def simulate(
    out: Path,
    insured: int,
    days: int,
    seed: int,
    end: date = date(2026, 6, 30),
    schemes: Sequence[str] | None = None,
    grade: int | None = None,
    form: str = "parquet",
    progress: Callable[[int, int], None] | None = None,
) -> Simulated:
    """Writes `out`/landing and `out`/truth for `insured` synthetic people over `days` days up to `end`.

    schemes: codes (T03, rule:POL-SVC-014, rules, all), [] plants nothing, None plants the ordinary mix.
    The same arguments give the same rows. UsageError for what cannot be simulated.
    """
    _check(insured, days, grade, form)
    started = time.monotonic()
    plan, roots = make_plan(insured, days, seed, end, schemes, grade)
    everything = _settled_order(plan, roots["conflicts"])
    visits, settled, is_open = everything
    position_of = np.full(plan.ledger.count, -1, dtype=np.int64)
    position_of[visits.key] = np.arange(len(visits))
    plan.ledger.parts.clear()
    with Landing(out / "landing", form) as landing:
        registers.write(landing, plan, np.random.default_rng(roots["registers"]), plan.calendar.last)
        maker, context = LineMaker(plan), Context(plan, landing, position_of)
        chunks = range(0, len(visits), CHUNK)
        for number, start in enumerate(chunks):
            rng = np.random.default_rng(np.random.SeedSequence([seed, 77, number]))
            part = slice(start, start + CHUNK)
            chunk = visits.take(part)
            lines = maker.make(chunk, rng, (plan.calendar.last + 1) * DAY)
            head, employee = settle.settle(chunk, lines, plan.city.people, plan.city.places, rng)
            position = np.arange(start, start + len(chunk))
            write_chunk(context, chunk, position, lines, head, employee, settled[part], is_open[part], rng)
            if progress:
                progress(number + 1, len(chunks))
        extra = np.random.default_rng(roots["care"])
        care_and_stock.long_term_care(landing, plan, extra)
        care_and_stock.stock(landing, plan, context.sold, extra)
    said = {"batch": f"synthetic-{end}-{seed}", "synthetic": True}
    (out / "landing" / "_DONE.json").write_text(json.dumps(said) + "\n", encoding="utf-8")
    planted = truth.write(out / "truth", plan, context.events, context.near)
    return Simulated(landing.rows, context.settlements, planted, time.monotonic() - started)


def make_plan(
    insured: int, days: int, seed: int, end: date, schemes: Sequence[str] | None, grade: int | None
) -> tuple[Plan, dict[str, np.random.SeedSequence]]:
    """The whole plan before conflicts are taken out, and the seeds of what follows."""
    names = ("catalogue", "city", "cohorts", "plants", "traffic", "conflicts", "registers", "care")
    roots = dict(zip(names, np.random.SeedSequence(seed).spawn(len(names)), strict=True))
    last = (end - EPOCH).days
    calendar = Calendar(last - days + 1, last)
    ills = diseases.load()
    town = city.build(roots["city"], insured, last, days, ills.chronic)
    plan = Plan(town, catalogue.build(roots["catalogue"], end), ills, calendar)
    plant(plan, roots["plants"], schemes, grade)
    cohorts = np.random.default_rng(roots["cohorts"])
    for add in lookalikes.ALL:
        add(plan, cohorts)
    ordinary = np.random.default_rng(roots["traffic"])
    for add in (traffic.outpatient, traffic.pharmacy, traffic.chronic, traffic.therapy, traffic.stays):
        add(plan, ordinary)
    return plan, roots


def _settled_order(plan: Plan, seed: np.random.SeedSequence) -> tuple[v.Visits, Array, Array]:
    """Visits in order of settlement, the second each was settled, and which stays are still open."""
    rng = np.random.default_rng(seed)
    visits = conflicts.resolve(plan.ledger.all(), plan.city.people, plan.calendar, rng, plan.closed)
    after = (plan.calendar.last + 1) * DAY
    stay = v.STAYS[visits.kind]
    size = len(visits)
    wait = np.where(
        visits.kind == v.KIND["pharmacy"], rng.integers(5, 45, size), rng.integers(300, 3_600, size)
    )
    ended = visits.end + rng.integers(300, 7_200, size)
    slow = stay & (rng.random(size) < 0.06)
    ended = np.where(slow, ended + rng.integers(1, 6, size) * DAY, ended)
    settled = np.where(stay, ended, visits.begin + wait)
    is_open = stay & (visits.end >= after)
    settled = np.where(is_open, after - 1, np.minimum(settled, after - 1))
    order = np.lexsort((visits.key, settled))
    return visits.take(order), settled[order], is_open[order]


def _check(insured: int, days: int, grade: int | None, form: str) -> None:
    if insured < 200:
        raise UsageError(f"--insured [{insured}] is too small a city; give 200 or more")
    if days < 1:
        raise UsageError(f"--days [{days}] must be 1 or more")
    if grade is not None and grade not in range(1, 6):
        raise UsageError(f"--grade [{grade}] is not one of 1 (easy) … 5 (hard)")
    if form not in ("parquet", "csv"):
        raise UsageError(f"--format [{form}] is not one of parquet, csv")
