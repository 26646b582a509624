"""Columns of Arrow from numpy: money, texts with numbers, days, times, choices; no loop over rows."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.bench.other_city.book import DAY


def decimal(values: np.ndarray, scale: int, precision: int = 16) -> pa.Array:
    """Whole numbers of 10^-scale as decimal128."""
    whole = np.ascontiguousarray(values, np.int64)
    pair = np.empty((len(whole), 2), np.int64)
    pair[:, 0], pair[:, 1] = whole, whole >> 63
    return pa.Array.from_buffers(
        pa.decimal128(precision, scale), len(whole), [None, pa.py_buffer(pair.tobytes())]
    )


def number(prefix: str, values: np.ndarray, width: int = 9, blank: np.ndarray | None = None) -> pa.Array:
    """Prefix and padded number; null where `blank`."""
    text = pc.utf8_lpad(pc.cast(pa.array(values), pa.string()), width, "0")
    text = pc.binary_join_element_wise(prefix, text, "")
    return text if blank is None else pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), text)


def choice(words: list, which: np.ndarray) -> pa.Array:
    """The word of each number; null below 0."""
    which = np.asarray(which, np.int64)
    index = pa.array(which, mask=which < 0)
    return pa.array(words, pa.string()).take(index)


def day(first: date, seconds: np.ndarray, blank: np.ndarray | None = None) -> pa.Array:
    """Dates."""
    days = (np.asarray(seconds) // DAY + (first - date(1970, 1, 1)).days).astype("datetime64[D]")
    return pa.array(days, pa.date32(), mask=blank)


def time(first: date, seconds: np.ndarray, blank: np.ndarray | None = None) -> pa.Array:
    """Times without zone."""
    base = (first - date(1970, 1, 1)).days * DAY
    return pa.array(
        (np.asarray(seconds).astype(np.int64) + base).astype("datetime64[s]"), pa.timestamp("s"), mask=blank
    )
