"""What a plant adds beside visits and lines: patched columns, diagnoses, operations, extension rows.

Everything is keyed by visit; the writers of a chunk ask for the rows of the chunk's visits.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fundguard.synthetic.columnar import Array


@dataclass
class SideRows:
    """Rows and columns by visit key; `extensions` names the extension tables this simulation writes."""

    patches: dict[tuple[str, str], list[tuple[Array, list[Any]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    diagnoses: list[tuple[Array, str, str]] = field(default_factory=list)
    operations: list[tuple[Array, str, str, int, bool]] = field(default_factory=list)
    notes: dict[str, list[tuple[Array, int, dict[str, Any]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    near: list[tuple[Array, int]] = field(default_factory=list)
    pitfalls: list[str] = field(default_factory=lambda: [""])
    extensions: set[str] = field(default_factory=set)

    def patch(self, table: str, key: Array, **columns: Any) -> None:
        """Replaces columns of the visits' rows in `table` (mdtrt_d, setl_d).

        One value, one a visit, or a function of the value that would stand there.
        """
        for name, value in columns.items():
            values = list(value) if isinstance(value, (list, tuple)) else [value] * len(key)
            self.patches[table, name].append((np.asarray(key), values))

    def diagnosis(self, key: Array, code: str, name: str) -> None:
        """A further diagnosis on the settlement list of the visits."""
        self.diagnoses.append((np.asarray(key), code, name))

    def operation(self, key: Array, code: str, name: str, after: int = 90_000, main: bool = True) -> None:
        """An operation on the record of the visits, `after` seconds after their begin."""
        self.operations.append((np.asarray(key), code, name, after, main))

    def note(self, table: str, key: Array, after: int = 3_600, **columns: Any) -> None:
        """A row of an extension table for each visit, `after` seconds after its begin."""
        self.extensions.add(table)
        self.notes[table].append((np.asarray(key), after, columns))

    def pitfall(self, text: str) -> int:
        """The number of a pitfall by its words (docs/synthetic.md lists them); 0 for none."""
        if text not in self.pitfalls:
            self.pitfalls.append(text)
        return self.pitfalls.index(text)

    def near_miss(self, key: Array, text: str) -> None:
        """Says which pitfall visits flagged NEAR show; without words they show none."""
        if text:
            self.near.append((np.asarray(key), self.pitfall(text)))

    def patched(self, table: str, columns: dict[str, pa.Array], keys: Array) -> dict[str, pa.Array]:
        """The columns of a chunk (one row a visit of `keys`) with the patches of `table` put in."""
        out = dict(columns)
        for (where, name), parts in self.patches.items():
            if where != table:
                continue
            for patch_keys, values in parts:
                which, at = here(keys, patch_keys)
                if len(at):
                    out[name] = _replace(out[name], at, [values[i] for i in which.tolist()])
        return out

    def near_labels(self, keys: Array) -> Array:
        """The pitfall each visit shows (0: none said)."""
        label = np.zeros(len(keys), dtype=np.int64)
        for near_keys, number in self.near:
            label[here(keys, near_keys)[1]] = number
        return label


def here(keys: Array, wanted: Array) -> tuple[Array, Array]:
    """Which of `wanted` are among `keys`, and where: positions in `wanted`, positions in `keys`."""
    if not len(keys) or not len(wanted):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.argsort(keys)
    at = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    found = np.flatnonzero(keys[order[at]] == wanted)
    return found, order[at[found]]


def _replace(array: pa.Array, at: Array, values: Iterable[Any]) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    order = np.argsort(at)
    given = list(values)
    old = array.take(pa.array(at[order])).to_pylist()
    both = zip(old, (given[i] for i in order.tolist()), strict=True)
    new = pa.array([value(before) if callable(value) else value for before, value in both], array.type)
    mask = np.zeros(len(array), dtype=bool)
    mask[at] = True
    return pc.replace_with_mask(array, pa.array(mask), new)
