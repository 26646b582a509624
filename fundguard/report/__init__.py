"""What a night tells people: the 日报 for the duty log, and a self-contained HTML report."""

import os
from datetime import date
from pathlib import Path
from typing import Any

from core.engine import Engine
from fundguard.report.daily import daily
from fundguard.report.drift import false_in_first, measure
from fundguard.report.facts import Facts, first_leads, gather
from fundguard.report.page import page
from fundguard.report.tables import Tables
from pipelines.ledger import read_json
from pipelines.saving import write_json
from pipelines.warehouse import Warehouse

__all__ = ["Facts", "add_drift", "daily", "daily_text", "gather", "page", "write_report"]


def add_drift(home: Path, run_id: str, engine: Engine) -> dict[str, Any]:
    """Measure drift and the false share of the list, and keep both in the run's manifest; returns them."""
    file = home / "runs" / run_id / "manifest.json"
    manifest = read_json(file, {})
    tables = Tables(engine, Warehouse(home), date.fromisoformat(str(manifest["as_of"])))
    shown = first_leads(tables)
    bound = false_in_first(tables, [float(row["p_confirm"] or 0) for row in shown])
    added = {"drift": measure(tables), "false_bound": vars(bound)}
    write_json(file, manifest | added)
    return added


def daily_text(home: Path, run_id: str, engine: Engine) -> str:
    """The 日报 of a run (at most 40 lines of 100 columns), from its manifest and the warehouse."""
    return daily(gather(home, run_id, engine, page=False))


def write_report(home: Path, run_id: str, engine: Engine) -> Path:
    """Write HOME/docs/report-<as_of>.html, whole or not at all; returns its path."""
    facts = gather(home, run_id, engine, page=True)
    path = facts.report
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_name(path.name + ".new")
    with passing.open("w", encoding="utf-8") as file:
        file.write(page(facts))
        file.flush()
        os.fsync(file.fileno())
    passing.replace(path)
    return path
