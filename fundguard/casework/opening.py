"""Opening the vault: who may, for what purpose, and a log line for each opening, without identities."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import UsageError
from core.privacy import load_keys

ROLES = ("investigator", "supervisor", "auditor", "rule_editor", "operator")
OPENERS = ("investigator", "supervisor")
"""Roles that may see original chart numbers and hospital item codes; the others see hashes."""

Reveal = Callable[[str, Iterable[str]], Mapping[str, str]]
"""(kind, tokens) → token → original, for one role and purpose; unknown tokens are left out."""


@dataclass
class Opening:
    """One opening of one lead by one person. Values are shown or hashed through it, and counted.

    In a HOME of `privacy: plain` the warehouse holds originals: they are shown, or hashed under HOME's key
    for a role that may not see them. In a hashed HOME the warehouse holds tokens: they are `reveal`ed, or
    shown as they are.
    """

    home: Path
    lead_id: str
    role: str
    purpose: str
    by: str
    at: str
    privacy: str
    reveal: Reveal | None = None
    counts: dict[str, int] = field(default_factory=dict, init=False)
    unknown: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise UsageError(f"--role [{self.role}] is unknown: use one of {', '.join(ROLES)}")
        if not self.purpose.strip():
            raise UsageError("--purpose [] is empty: say what the numbers are needed for")

    @property
    def may_see(self) -> bool:
        """Whether this role sees originals."""
        return self.role in OPENERS

    def identities(self, kind: str, values: Iterable[str | None]) -> dict[str, str]:
        """What stands in the warehouse under an identity column → what this role sees."""
        wanted = sorted({value for value in values if value})
        if self.privacy != "plain":
            if not self.may_see or not wanted:
                return {value: _token(value) for value in wanted}
            if self.reveal is None:
                raise UsageError("vault: there is none [HOME/vault]: originals cannot be opened")
            found = dict(self.reveal(kind, wanted))
            self.counts[kind] = len(found)
            # A token the vault does not know stays a token: said, not hidden.
            self.unknown += len(wanted) - len(found)
            return {value: found.get(value, _token(value)) for value in wanted}
        return self.plain(kind, wanted)

    def plain(self, kind: str, values: Iterable[str | None]) -> dict[str, str]:
        """The same for values the warehouse holds as they came (hospital item codes)."""
        wanted = sorted({value for value in values if value})
        if self.may_see:
            self.counts[kind] = len(wanted)
            return {value: value for value in wanted}
        keys = load_keys(self.home)
        return {value: _token(keys.token_of(value)) for value in wanted}

    def log(self, out: Path, rows: int) -> None:
        """Append one line to HOME/casework/openings.jsonl: who, when, why, how many; no identity."""
        path = self.home / "casework" / "openings.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        line = {
            "at": self.at,
            "by": self.by,
            "role": self.role,
            "purpose": self.purpose,
            "lead_id": self.lead_id,
            "shown": self.may_see,
            "opened": self.counts,
            "rows": rows,
            "file": out.name,
        }
        text = json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def _token(value: str) -> str:
    return f"#{value[:16]}"
