"""Promotion: a journal first, then renames; done again after a kill, it ends the same.

HOME/ledger/promote.json lists every staged folder with its place. As long as it exists, promotion is not
finished: the next intake finishes it before anything else.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from pipelines.saving import write_json
from pipelines.warehouse import Warehouse

FAULT_POINTS: list[str] = []
"""Tests name a point here to be killed at; empty in every other life."""


class Killed(BaseException):
    """A kill in a test: not caught by anything that catches errors."""


def fault_point(name: str) -> None:
    """Die here when a test says so."""
    if name in FAULT_POINTS:
        FAULT_POINTS.remove(name)
        raise Killed(name)


def journal(home: Path) -> Path:
    """Where the open promotion stands."""
    return home / "ledger" / "promote.json"


def begin(
    warehouse: Warehouse,
    *,
    steps: list[tuple[str, str, Path]],
    files: list[tuple[Path, Path]],
    ledger: dict[str, Any],
    report: dict[str, Any],
    folder: Path,
) -> None:
    """Write the journal: partitions (table, partition, staged), single files (staged, target), ledger, report."""
    write_json(
        journal(warehouse.home),
        {
            "steps": [[table, partition, str(path)] for table, partition, path in steps],
            "files": [[str(staged), str(target)] for staged, target in files],
            "ledger": ledger,
            "report": report,
            "folder": str(folder),
        },
    )


def finish(warehouse: Warehouse) -> tuple[Path, dict[str, Any]] | None:
    """Carry an open promotion to its end; its run folder and report, or None when none was open."""
    path = journal(warehouse.home)
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    for place, (table, partition, staged) in enumerate(content["steps"]):
        fault_point(f"promote-{place}")
        target = warehouse.folder(table) / partition if partition else warehouse.folder(table)
        if Path(staged).is_dir():
            warehouse.replace(table, partition, Path(staged))
        shutil.rmtree(target.with_name(target.name + ".old"), ignore_errors=True)
    for staged, target in content["files"]:
        if Path(staged).is_file():
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            Path(staged).replace(target)
    fault_point("promote-ledger")
    write_json(warehouse.home / "ledger" / "ingest.json", content["ledger"])
    folder = Path(content["folder"])
    write_json(folder / "report.json", content["report"])
    fault_point("promote-end")
    path.unlink()
    return folder, content["report"]
