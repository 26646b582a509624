"""What lies in the landing folder: which file feeds which table, and what nobody asked for."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from core.errors import Refused, UsageError

_ENDINGS = (".csv.gz", ".csv", ".parquet")
DONE = "_DONE.json"


@dataclass(frozen=True)
class LandedFile:
    """One file: `name` is its path inside the landing folder, `stem` the table (or source) it belongs to."""

    stem: str
    name: str
    path: Path
    sha256: str

    @property
    def is_parquet(self) -> bool:
        """Parquet comes typed or as text; everything else goes through the CSV door."""
        return self.path.name.endswith(".parquet")


@dataclass(frozen=True)
class Landing:
    """The folder that holds the tables, its files by stem, and the names nobody knows."""

    folder: Path
    files: dict[str, list[LandedFile]]
    unknown: tuple[str, ...]


def look(landing: Path, wanted: set[str]) -> Landing:
    """List and hash the files of a landing folder (or of its `landing/`, or its only sub-folder).

    UsageError: no such folder. Refused: a folder without any of the wanted names.
    """
    if not landing.is_dir():
        raise UsageError(f"landing: no such folder [{landing}]: give the folder that holds the tables")
    inside = sorted(path for path in landing.iterdir() if path.is_dir())
    for folder in (landing, landing / "landing", *(inside if len(inside) == 1 else [])):
        if folder.is_dir() and any(_stem(path) in wanted for path in folder.iterdir()):
            return _list(folder, wanted)
    raise Refused(
        f"landing: no table in [{landing}]: expected <table>.parquet, .csv, .csv.gz or a folder <table>/ "
        f"named like {', '.join(sorted(wanted)[:4])}…"
    )


def _list(folder: Path, wanted: set[str]) -> Landing:
    files: dict[str, list[LandedFile]] = {}
    unknown: list[str] = []
    for path in sorted(folder.iterdir()):
        stem = _stem(path)
        if path.name == DONE or path.name.startswith((".", "_")):
            continue
        if stem not in wanted:
            unknown.append(path.name)
            continue
        parts = sorted(p for p in path.iterdir() if _ending(p)) if path.is_dir() else [path]
        for part in parts:
            name = str(part.relative_to(folder))
            files.setdefault(stem, []).append(LandedFile(stem, name, part, _sha256(part)))
    return Landing(folder, files, tuple(unknown))


def _ending(path: Path) -> str:
    return next((ending for ending in _ENDINGS if path.name.endswith(ending)), "")


def _stem(path: Path) -> str:
    if path.is_dir():
        return path.name
    ending = _ending(path)
    return path.name[: -len(ending)] if ending else ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
