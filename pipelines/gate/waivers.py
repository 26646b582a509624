"""A stop, and the documented way past it: two different names, a reason, and the files it speaks about."""

import json
from pathlib import Path
from typing import Any

from core.errors import UsageError
from pipelines.saving import write_json


def _path(home: Path) -> Path:
    return home / "ledger" / "waivers.json"


def all_waivers(home: Path) -> list[dict[str, Any]]:
    """Every waiver of a HOME, oldest first: run, check, reason, by, second, at, files."""
    path = _path(home)
    content: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return content


def stored_gate(home: Path, run_id: str) -> dict[str, Any]:
    """The gate's results of a run. UsageError when the run has none."""
    path = home / "runs" / run_id / "ingest" / "gate.json"
    if not path.is_file():
        known = sorted(p.parent.parent.name for p in (home / "runs").glob("*/ingest/gate.json"))
        raise UsageError(f"gate: run [{run_id}] has no gate results: use one of {known[-5:]}")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def waive(
    home: Path, *, run_id: str, check: str, reason: str, by: str, second: str, at: str
) -> dict[str, Any]:
    """Record a waiver for the files of a run. UsageError: no such check, one name twice, no reason."""
    if not reason.strip():
        raise UsageError("gate waive: --reason is empty []: say why these rows may pass")
    if not by.strip() or not second.strip() or by.strip() == second.strip():
        raise UsageError(f"gate waive: --second [{second}] must be another person than --by [{by}]")
    gate = stored_gate(home, run_id)
    results = {result["check"]: result for result in gate["results"]}
    if check not in results:
        failed = [name for name, result in results.items() if not result["success"]]
        raise UsageError(f"gate waive: check [{check}] is unknown in run {run_id}: failed are {failed}")
    table = results[check]["table"]
    waiver = {
        "run": run_id,
        "check": check,
        "reason": reason.strip(),
        "by": by.strip(),
        "second": second.strip(),
        "at": at,
        "files": sorted(gate["files"].get(table, [])),
    }
    write_json(_path(home), [*all_waivers(home), waiver])
    return waiver


def applicable(home: Path, check: str, files: list[str]) -> dict[str, Any] | None:
    """The waiver of a check for exactly these files (by hash); other files need their own."""
    waiver: dict[str, Any]
    for waiver in reversed(all_waivers(home)):
        if waiver["check"] == check and set(files) <= set(waiver["files"]) and files:
            return waiver
    return None
