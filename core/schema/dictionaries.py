"""The national value sets, by dictionary name."""

from functools import cache
from pathlib import Path

from core.yaml_text import read_yaml


@cache
def dictionaries() -> dict[str, tuple[str, ...]]:
    """Dictionary → its values."""
    text = (Path(__file__).parent / "dictionaries.yaml").read_text(encoding="utf-8")
    return {name: tuple(values) for name, values in read_yaml(text).items()}
