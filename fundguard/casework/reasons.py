"""The reasons of a lead or a score as people read them."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fundguard.casework.peer_groups import peer_group_words
from fundguard.casework.words import ROLES, Words, fact_words, parsed, words_of, yuan


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
        zh = _told(str(entry.get("zh") or entry.get("text") or known.zh), False)
        en = _told(str(entry.get("en") or (zh if entry.get("zh") or entry.get("text") else known.en)), True)
        part = entry.get("part", entry.get("contribution", entry.get("weight", 0.0)))
        family = str(entry.get("family") or entry.get("fact") or "")
        try:
            value = float(part or 0)
        except (TypeError, ValueError):
            value = 0.0
        found.append(Reason(Words(zh, en), family, value, str(entry.get("ref") or "")))
    return tuple(sorted(found, key=lambda reason: -reason.part))


def told_reasons(text: object) -> object:
    """The JSON of reasons with its sentences as people read them; what is no list of reasons stays as it is."""
    entries = parsed(text, None)
    if not isinstance(entries, list):
        return text
    told = [
        {
            key: _told(value, key == "en") if key in ("zh", "en") and isinstance(value, str) else value
            for key, value in entry.items()
        }
        if isinstance(entry, Mapping)
        else entry
        for entry in entries
    ]
    return json.dumps(told, ensure_ascii=False)


def _told(text: str, english: bool) -> str:
    """A sentence as people read it: roles and peer groups in words, thousands, no certainty of 100 %.

    The table keeps the codes; what people read (report, exports) says them in words.
    """

    for before, after in _ENGLISH if english else _CHINESE:
        text = re.sub(before, after, text)
    return text


def _role(found: re.Match[str]) -> Words:
    return words_of(ROLES, found[1])


def _group(found: re.Match[str]) -> Words:
    return peer_group_words(found[1])


_CHINESE: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"角色([a-z]+)", lambda found: f"角色为{_role(found).zh}"),
    (r"同类组([^\s，；（）]+?)共(?=\d)", lambda found: f"同类组{_group(found).zh}，共"),
    (r"(?<![\d.])(\d{4,}\.\d\d)(?=元)", lambda found: yuan(found[1])),
    (r"约0\.00(?=[次例])", lambda _: "不足0.01"),
    (r"可能约100%", lambda _: "可能在99%以上"),
)
_ENGLISH: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"\brole ([a-z]+)(?=,)", lambda found: f"role: {_role(found).en}"),
    (r"\bgroup (\S+) of (?=\d)", lambda found: f"group: {_group(found).en}; of "),
    (r"(?<=yuan )(\d{4,}\.\d\d)", lambda found: yuan(found[1])),
    (r"about 0\.00\b", lambda _: "less than 0.01"),
    (r"with about 100 %", lambda _: "with more than 99 %"),
)
