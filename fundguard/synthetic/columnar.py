"""Fast columns: NumPy arrays into the Arrow types of the landing tables, nulls included.

Money and prices are whole cents, quantities ten-thousandths, times whole seconds, days whole days since
1970: exact until written.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DAY = 86_400
Array = Any  # a NumPy array: its stubs know little of the results of arithmetic


def coded(index: Array, values: pa.Array) -> pa.Array:
    """Texts by position in `values`; a negative position is null."""
    index = np.asarray(index, dtype=np.int32)
    missing = index < 0
    positions = pa.array(index, mask=missing) if missing.any() else pa.array(index)
    return pa.DictionaryArray.from_arrays(positions, values)


def constant(text: str | None, size: int) -> pa.Array:
    """One text `size` times."""
    if text is None:
        return pa.nulls(size, pa.string())
    return coded(np.zeros(size, dtype=np.int32), pa.array([text]))


def numbers(value: Array, prefix: str = "", missing: Array | None = None) -> pa.Array:
    """Whole numbers as text, with a prefix; null where `missing`."""
    text = pc.cast(pa.array(value, mask=missing), pa.string())
    return pc.binary_join_element_wise(pa.scalar(prefix), text, "") if prefix else text


def decimals(value: Array, type_: pa.DataType, missing: Array | None = None) -> pa.Array:
    """Unscaled whole numbers as a decimal of `type_` (its scale says where the point stands)."""
    pair = np.empty((len(value), 2), dtype=np.int64)
    pair[:, 0] = value
    pair[:, 1] = pair[:, 0] >> 63
    valid = None
    nulls = 0
    if missing is not None and missing.any():
        valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
        nulls = int(missing.sum())
    return pa.Array.from_buffers(type_, len(value), [valid, pa.py_buffer(pair)], nulls)


def times(seconds: Array, missing: Array | None = None) -> pa.Array:
    """Seconds since 1970 (local, no zone) as timestamps; null where `missing`."""
    return pa.array(seconds.astype("datetime64[s]"), mask=missing)


def days(day: Array, missing: Array | None = None) -> pa.Array:
    """Days since 1970 as dates; null where `missing`."""
    return pa.array(day.astype(np.int32), mask=missing).cast(pa.date32())


def runs(counts: Array) -> Array:
    """0, 1, … inside each run of the given lengths: [2, 3] → [0, 1, 0, 1, 2]."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
