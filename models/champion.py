"""The champion of the lead ranker as the night applies it: how far each family of evidence is trusted.

`HOME/models/lead_ranker.json` is written by `models promote` and read by the night, which so needs no
model store: family → multiplier of its log likelihood ratio. Without the file every multiplier is 1: the
built-in trust of `schemes.yaml` ranks. Parts stay exact and additive, and more evidence never lowers a lead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from core.errors import UsageError

BUILT_IN = "built-in"


@dataclass(frozen=True)
class Champion:
    """Version (of the registry, or the built-in) and multiplier per family; families not named count 1."""

    version: str = BUILT_IN
    multipliers: Mapping[str, float] = field(default_factory=dict)

    def relation(self) -> pa.Table:
        """The relation `lead_trust` that the lead features read."""
        names = sorted(self.multipliers)
        return pa.table(
            {
                "family": pa.array(names, pa.string()),
                "multiplier": pa.array([self.multipliers[name] for name in names], pa.float64()),
            }
        )


def champion(home: Path | None) -> Champion:
    """The champion of HOME. UsageError names the file where it cannot be read."""
    file = _file(home) if home else None
    if file is None or not file.is_file():
        return Champion()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        multipliers = {str(name): float(value) for name, value in content["multipliers"].items()}
        version = str(content["version"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            f"{file}: is no champion [{file.stat().st_size} bytes]: run fundguard models promote again, "
            "or remove the file to rank by the built-in trust"
        ) from None
    bad = next((f"{n}: {v}" for n, v in multipliers.items() if not 0 <= v <= MOST), None)
    if bad:
        raise UsageError(f"{file}: multiplier [{bad}] lies outside 0 to {MOST:.0f}: promote another version")
    return Champion(version, multipliers)


MOST = 5.0
"""No family counts for more than five times what the label-free ranker gives it."""


def install(home: Path, version: str, multipliers: Mapping[str, float]) -> Path:
    """Write the champion whole or not at all; returns its file."""
    file = _file(home)
    file.parent.mkdir(parents=True, exist_ok=True)
    passing = file.with_suffix(".new")
    content = {"version": version, "multipliers": {n: round(v, 6) for n, v in sorted(multipliers.items())}}
    passing.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    passing.replace(file)
    return file


def _file(home: Path) -> Path:
    return home / "models" / "lead_ranker.json"
