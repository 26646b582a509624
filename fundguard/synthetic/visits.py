"""The plan: every visit as one row of arrays, before any line is written.

Kinds say what a visit is; flags mark what the writers must treat apart. A visit's `key` is stable from
its creation, its position (and so its settlement number) comes from the order of settlement.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fundguard.synthetic.columnar import Array

KINDS = [
    "outpatient",
    "emergency",
    "chronic",
    "pharmacy",
    "stay",
    "dialysis",
    "chemo",
    "psychiatric",
    "therapy",
    "delivery",
    "newborn",
    "village",
    "special",
    "checkup",
]
KIND = {name: number for number, name in enumerate(KINDS)}
STAYS = np.isin(
    np.arange(len(KINDS)), [KIND[k] for k in ("stay", "chemo", "psychiatric", "delivery", "newborn")]
)

WHOLE = 1  # the whole settlement is a truth event
KEEP = 2  # planted: wins every conflict
NEWBORN = 4
FREE = 8  # personal part waived
DIED = 16
TRANSFER = 32
REFUND = 64  # reversed the same day and settled again
LONG_RX = 128  # 90 days of medicine
THIN = 256  # a stay with bed and little else
UPCODED = 512
PACKAGE = 1024  # the same few cheap lines for everybody
OVERLAP = 2048  # may lie inside a stay of the same person
AGENT = 4096  # a family member comes with the card
MANUAL = 8192  # reimbursed by hand
AFTER_DEATH = 16384
RESIDENT_FUND = 32768  # settled a second time under the other insurance
NEAR = 131072  # the settlement is a near miss of a rule
BARE = 65536  # no lines of its own but those planted

FIELDS: dict[str, type] = {
    "person": np.int32,
    "place": np.int32,
    "kind": np.int8,
    "begin": np.int64,
    "end": np.int64,
    "doctor": np.int32,
    "disease": np.int16,
    "cost": np.float32,
    "lines": np.int16,
    "link": np.int64,
    "tag": np.int32,
    "flags": np.int32,
    "terminal": np.int8,
    "key": np.int64,
}
_DEFAULTS = {"doctor": -1, "link": -1, "tag": -1, "flags": 0, "terminal": -1, "lines": 0, "cost": 0.0}


def length(columns: dict[str, Any]) -> int:
    """How many rows columns make together: scalars are spread, an empty column makes none."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in columns.values()))
    return int(np.prod(shape)) if shape else 1


@dataclass
class Visits:
    """Visits as one array per field (see FIELDS); begin and end are seconds since 1970."""

    columns: dict[str, Array]

    def __len__(self) -> int:
        return len(self.columns["person"])

    def __getattr__(self, name: str) -> Array:
        try:
            return self.__dict__["columns"][name]
        except KeyError:
            raise AttributeError(name) from None

    def take(self, index: Array | slice) -> "Visits":
        """The visits at `index` (positions, mask or slice)."""
        return Visits({name: column[index] for name, column in self.columns.items()})


@dataclass
class Ledger:
    """Collects visits while the plan is made and numbers them."""

    parts: list[Visits] = field(default_factory=list)
    count: int = 0

    def add(self, **columns: Any) -> Array:
        """Adds visits (scalars are spread); gives their keys."""
        size = length(columns)
        key = np.arange(self.count, self.count + size, dtype=np.int64)
        self.count += size
        row: dict[str, Array] = {
            name: np.broadcast_to(np.asarray(columns.get(name, _DEFAULTS.get(name, 0))), (size,)).astype(
                type_
            )
            for name, type_ in FIELDS.items()
            if name != "key"
        }
        row["key"] = key
        self.parts.append(Visits(row))
        return key

    def all(self) -> Visits:
        """Everything so far, in order of creation (position = key)."""
        if len(self.parts) > 1:
            merged = {name: np.concatenate([part.columns[name] for part in self.parts]) for name in FIELDS}
            self.parts = [Visits(merged)]
        return self.parts[0]
