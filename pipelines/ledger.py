"""What the nights remember: which days each run judged, and one lock so that two never run at once."""

import fcntl
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from core.errors import Fault
from pipelines.saving import write_json


def read_json(path: Path, otherwise: Any) -> Any:
    """The content of a JSON file, or `otherwise` where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else otherwise


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Hold HOME for one run. Fault (exit 3) when another run holds it; a killed run lets go."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fault(f"another run holds the lock [{home / '.lock'}]: wait until it ends") from None
        yield


def judged_days(home: Path, as_of: date) -> list[str]:
    """The units (`setl_date=…`, `open=…`, `event_date=…`) the night of a day judges."""
    return list(read_json(home / "ledger" / "judged.json", {}).get(str(as_of), []))


def add_judged_days(home: Path, as_of: date, units: Iterable[str]) -> list[str]:
    """Add units to what the night of a day judges; returns all of them, sorted."""
    path = home / "ledger" / "judged.json"
    ledger = read_json(path, {})
    ledger[str(as_of)] = sorted(set(ledger.get(str(as_of), [])) | set(units))
    write_json(path, ledger)
    return list(ledger[str(as_of)])


def latest_runs(home: Path, until: date) -> dict[str, str]:
    """Unit → the latest run date ≤ `until` that judged it: whose hits are its present hits."""
    latest: dict[str, str] = {}
    ledger = read_json(home / "ledger" / "judged.json", {})
    for run_date in sorted(ledger):
        if run_date <= str(until):
            latest |= dict.fromkeys(ledger[run_date], run_date)
    return latest
