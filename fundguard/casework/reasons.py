"""The reasons of a lead or a score as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass

from fundguard.casework.words import Words, parsed


@dataclass(frozen=True)
class Reason:
    """One reason and its part of the whole: parts add up to −ln(1 − p) over the families."""

    says: Words
    family: str
    part: float
    ref: str = ""


def reasons_of(text: object) -> tuple[Reason, ...]:
    """The reasons of a lead or score; whatever form they have, their words and parts are shown."""
    found = []
    for entry in parsed(text, []):
        if not isinstance(entry, Mapping):
            found.append(Reason(Words(str(entry), str(entry)), "", 0.0))
            continue
        zh = str(entry.get("zh") or entry.get("text") or entry.get("fact") or "")
        part = entry.get("part", entry.get("contribution", entry.get("weight", 0.0)))
        family = str(entry.get("family") or entry.get("fact") or "")
        try:
            value = float(part or 0)
        except (TypeError, ValueError):
            value = 0.0
        found.append(
            Reason(Words(zh, str(entry.get("en") or zh)), family, value, str(entry.get("ref") or ""))
        )
    return tuple(sorted(found, key=lambda reason: -reason.part))
