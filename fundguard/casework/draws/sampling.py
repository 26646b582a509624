"""Tickets and strata: which objects are drawn, in which order.

The ticket is that of the Rivest *consistent sampler* (first generation): SHA-256 of the seed's hash
followed by a label, read as a decimal fraction with its digits reversed (the last digits of the
decimal form are the unbiased ones). The smallest tickets are the sample; the whole order is kept,
so a sample is extended or a closed object replaced without another draw.

Weights are whole numbers: a unit of weight w holds w tickets and shows its smallest. The order is
that of successive drawing with probability proportional to weight (the smallest of w uniform
numbers is a race with rate w), and no logarithm has to agree between two programs.
"""

import hashlib
import json
import math
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from core.errors import Refused, UsageError


def label(*parts: str | int) -> str:
    """Text that names one ticket: a JSON list, so that no two lists give one text."""
    return json.dumps(list(parts), ensure_ascii=False, separators=(",", ":"))


def ticket(seed: str, name: str) -> str:
    """Ticket "0.ddd…" of one label. `seed`: 64 hexadecimal digits. Compare as text."""
    number = int(hashlib.sha256((seed + name).encode()).hexdigest(), 16)
    return "0." + f"{number:064d}"[::-1]


def object_ticket(seed: str, stratum: str, object_id: str, weight: int = 1) -> str:
    """Smallest of the object's `weight` tickets."""
    return min(ticket(seed, label("object", stratum, object_id, k)) for k in range(1, weight + 1))


def parse_ratio(text: str, where: str) -> str:
    """Decimal text in (0, 1] of "0.1", "10%", "1‰"; Refused outside, UsageError when no number."""
    raw = text.strip()
    cut, divisor = (raw[:-1], {"%": 100, "％": 100, "‰": 1000}[raw[-1]]) if raw[-1:] in (
        "%", "％", "‰") and raw[-1:] else (raw, 1)  # fmt: skip
    try:
        ratio = Decimal(cut.strip()) / divisor
        if not ratio.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise UsageError(
            f"{where}: 抽查比例不是数 ratio is no number [{text}]；写成 0.1 或 10% write 0.1 or 10%"
        ) from None
    if ratio > 1:
        raise Refused(f"{where}: 抽查比例大于 1 ratio above 1 [{text}]；比例取 (0, 1]，10% 写成 0.1 或 10%")
    if ratio <= 0:
        raise Refused(
            f"{where}: 抽查比例须大于 0，任何对象不得免抽 ratio must be above 0, nobody is exempt "
            f"[{text}]；给出大于 0 的比例 give a ratio above 0"
        )
    return format(ratio.normalize(), "f")


def sample_size(units: int, ratio: str, minimum: int = 0) -> int:
    """Units to draw: ceil(units × ratio), at least `minimum`, never more than there are."""
    return min(units, max(math.ceil(units * Fraction(ratio)), minimum))


def ticket_order(seed: str, stratum: str, objects: Iterable[dict[str, Any]]) -> list[list[str]]:
    """[id, ticket] of every object of one stratum that is not excluded, smallest ticket first."""
    drawn = [
        [row["id"], object_ticket(seed, stratum, row["id"], row["weight"])]
        for row in objects
        if row["stratum"] == stratum and not row["excluded"]
    ]
    return sorted(drawn, key=lambda pair: pair[1])


def is_double(position: int, ratio: str) -> bool:
    """Whether the unit at this place (0-based) of its stratum's order gets a second reader.

    Evenly spread along an order that is itself random; an extension leaves earlier places alone.
    """
    share = Fraction(ratio)
    return math.floor((position + 1) * share) > math.floor(position * share)
