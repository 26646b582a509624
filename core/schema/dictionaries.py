"""The national value sets, by dictionary name."""

from functools import cache
from pathlib import Path

import yaml


@cache
def dictionaries() -> dict[str, tuple[str, ...]]:
    """Dictionary → its values."""
    text = (Path(__file__).parent / "dictionaries.yaml").read_text(encoding="utf-8")
    return {name: tuple(values) for name, values in yaml.safe_load(text).items()}
