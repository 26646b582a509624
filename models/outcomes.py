"""Where casework leaves what became of leads: read by the list, by training and by the report."""

from pathlib import Path


def outcome_folder(home: Path) -> Path:
    """HOME/warehouse/outcome."""
    return home / "warehouse" / "outcome"


def outcome_files(home: Path | None) -> list[Path]:
    """The Parquet files of decided leads, oldest first; none without a home."""
    return sorted(outcome_folder(home).glob("*.parquet")) if home else []
