"""Patterns of conduct: which parties each is read for (`patterns.yaml`)."""

from functools import cache
from pathlib import Path

import pyarrow as pa

from core.yaml_text import read_yaml

FILE = Path(__file__).with_name("patterns.yaml")


@cache
def owners() -> pa.Table:
    """The relation `pattern_owner`: pattern, party_type, scope (everyone, place, own)."""
    rows = [
        {"pattern": pattern, "party_type": party, "scope": scope}
        for pattern, parties in read_yaml(FILE.read_text(encoding="utf-8")).items()
        for party, scope in parties.items()
    ]
    text = pa.string()
    return pa.Table.from_pylist(
        rows, schema=pa.schema([("pattern", text), ("party_type", text), ("scope", text)])
    )
