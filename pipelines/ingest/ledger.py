"""What earlier nights took in: files by hash, delivered columns, and how identities are kept.

HOME/ledger/ingest.json               files, delivered columns, privacy
HOME/ledger/left/<table>/<hash>.parquet    rows of a file that wait for a later night
HOME/ledger/header/*.parquet          settlements that landed but were not accepted
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.schema import LANDING
from pipelines.saving import write_json


@dataclass
class Ledger:
    """The ledger of one HOME; changed in memory, saved as a whole."""

    home: Path
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    delivered: dict[str, list[str]] = field(default_factory=dict)
    privacy: str = ""
    carried: list[str] = field(default_factory=list)
    """Units that a killed run had promoted and nobody has judged yet."""
    synthetic: bool = False
    """Whether any batch said that it is made up."""

    @classmethod
    def load(cls, home: Path) -> "Ledger":
        """The saved ledger, or an empty one."""
        path = home / "ledger" / "ingest.json"
        if not path.is_file():
            return cls(home)
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(home, **content)

    def to_json(self) -> dict[str, Any]:
        """Its content as plain values."""
        return {
            "files": self.files,
            "delivered": self.delivered,
            "privacy": self.privacy,
            "carried": self.carried,
            "synthetic": self.synthetic,
        }

    def save(self) -> None:
        """Write it as a whole."""
        write_json(self.home / "ledger" / "ingest.json", self.to_json())

    def known(self, table: str, sha256: str) -> dict[str, Any] | None:
        """What is remembered of a file that fed a table; None when it is new."""
        return self.files.get(f"{table}:{sha256}")

    def left_file(self, table: str, sha256: str) -> Path:
        """Where the rows that wait for a later night are listed."""
        return self.home / "ledger" / "left" / table / f"{sha256[:32]}.parquet"


def delivered(home: Path) -> dict[str, tuple[str, ...]]:
    """Table → columns that any accepted delivery has held so far; tables never delivered are missing."""
    columns = Ledger.load(home).delivered
    return {name: tuple(columns[name]) for name in LANDING if name in columns}


def synthetic(home: Path) -> bool:
    """Whether a batch that said of itself that it is made up was ever taken in."""
    return Ledger.load(home).synthetic
