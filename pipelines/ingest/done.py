"""`_DONE.json`: what the sender says it sent. Checked when it is there, so that half a delivery is not taken.

    {"batch": "2026-06-30-1", "tables": {"setl_d": {"mode": "delta", "rows": 1200, "money": "345.00",
     "sha256": {"setl_d.csv": "…"}}}}

Every entry is optional; `sha256` may be one text when the table is one file. Rows and yuan are those of the
files as delivered. `"synthetic": true` says that the batch is made up; every report of its home says so too.
"""

import json
from typing import Any

from core.errors import Refused
from pipelines.ingest.landing import DONE, Landing


def read(found: Landing) -> dict[str, dict[str, Any]]:
    """The declared tables; empty when there is no such file. Refused: it is no JSON object."""
    try:
        return {str(name): dict(said) for name, said in _content(found).get("tables", {}).items()}
    except (AttributeError, TypeError, ValueError):
        raise _unreadable(found) from None


def is_synthetic(found: Landing) -> bool:
    """Whether the sender says that nothing in the batch is real."""
    return _content(found).get("synthetic") is True


def _content(found: Landing) -> dict[str, Any]:
    path = found.folder / DONE
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise _unreadable(found) from None
    if not isinstance(content, dict):
        raise _unreadable(found)
    return content


def _unreadable(found: Landing) -> Refused:
    size = (found.folder / DONE).stat().st_size
    return Refused(f"{DONE}: is not what a batch declares [{size} bytes]: see docs/ingest.md for its form")


def check(found: Landing) -> None:
    """Refused: a declared file is missing or its hash differs."""
    for name, said in read(found).items():
        files = {file.name: file.sha256 for file in found.files.get(name, [])}
        if not files:
            raise Refused(f"{DONE}: table [{name}] is declared and not delivered: deliver the whole batch")
        hashes = said.get("sha256") or {}
        if isinstance(hashes, str):
            hashes = {next(iter(files)): hashes}
        for file, sha256 in hashes.items():
            if files.get(file) != sha256:
                raise Refused(
                    f"{DONE}: {file}: SHA-256 differs [{str(files.get(file))[:12]}…]: the file was changed or cut "
                    "on its way; deliver it again"
                )


def check_totals(found: Landing, name: str, rows: int, money: str) -> None:
    """Refused: rows or yuan are not what was declared."""
    said = read(found).get(name, {})
    if "rows" in said and int(said["rows"]) != rows:
        raise Refused(
            f"{DONE}: {name}: declares [{said['rows']}] rows, {rows} were delivered: deliver the whole batch"
        )
    if said.get("money") is not None and abs(float(said["money"]) - float(money)) > 0.005:
        raise Refused(
            f"{DONE}: {name}: declares [{said['money']}] yuan, {money} were delivered: deliver the whole batch"
        )
