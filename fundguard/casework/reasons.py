"""The reasons of a lead or a score as people read them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fundguard.casework.words import ROLES, Words, fact_words, parsed, words_of


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
        known = fact_words(entry.get("fact"))
        zh = _role_told(str(entry.get("zh") or entry.get("text") or known.zh))
        en = _role_told(str(entry.get("en") or (zh if entry.get("zh") or entry.get("text") else known.en)))
        part = entry.get("part", entry.get("contribution", entry.get("weight", 0.0)))
        family = str(entry.get("family") or entry.get("fact") or "")
        try:
            value = float(part or 0)
        except (TypeError, ValueError):
            value = 0.0
        found.append(Reason(Words(zh, en), family, value, str(entry.get("ref") or "")))
    return tuple(sorted(found, key=lambda reason: -reason.part))


def _role_told(text: str) -> str:
    """A member's role as words; the list itself keeps the code."""
    text = re.sub(r"角色([a-z]+)", lambda found: f"角色为{words_of(ROLES, found[1]).zh}", text)
    return re.sub(r"\brole ([a-z]+)(?=,)", lambda found: f"role: {words_of(ROLES, found[1]).en}", text)
