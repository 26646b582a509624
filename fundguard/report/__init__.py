"""What a night tells people: the 日报 for the duty log, and a self-contained HTML report."""

import os
from pathlib import Path

from core.engine import Engine
from fundguard.report.daily import daily
from fundguard.report.facts import Facts, gather
from fundguard.report.page import page

__all__ = ["Facts", "daily", "daily_text", "gather", "page", "write_report"]


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
