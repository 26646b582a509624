"""What a scheme is called, would mean, may be explained by, and needs on site: `schemes.yaml`, read once."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import FundguardError
from core.yaml_text import read_yaml
from fundguard.casework.words import Words
from rules_kb.library import Library, read_library
from rules_kb.rule import Rule

_FILE = Path(__file__).with_name("schemes.yaml")


@dataclass(frozen=True)
class Scheme:
    """One scheme: its title, one careful sentence, other explanations, what to collect."""

    code: str
    title: Words
    says: Words
    explains: tuple[Words, ...]
    collect: tuple[Words, ...]


@cache
def _content() -> dict[str, dict]:
    return dict(read_yaml(_FILE.read_text(encoding="utf-8")))


@cache
def library() -> Library | None:
    """The rule library; None where a rule file is broken just now (the report must still be written)."""
    try:
        return read_library()
    except FundguardError:
        return None


def rules_of(code: str) -> list[Rule]:
    """The rules behind a catalogue number."""
    known = library()
    return known.by_code.get(code, []) if known else []


def rule(rule_id: str) -> Rule | None:
    """A rule by id."""
    known = library()
    return known.rules.get(rule_id) if known else None


@cache
def scheme(code: str) -> Scheme:
    """A lead's scheme: a T-number, `rule:<rule_code>`, or `anomaly`."""
    entry = _content()["schemes"].get(code)
    group, title = "anomaly", Words(code, code)
    if entry:
        group, title = entry["group"], Words(entry["zh"], entry["en"])
    elif code.startswith("rule:"):
        found = rules_of(code.removeprefix("rule:"))
        group = "data" if code.startswith("rule:MGT-DAT") else "charge"
        if found:
            title = Words(found[0].title.zh, found[0].title.en)
            if found[0].scheme in _content()["schemes"]:
                group = _content()["schemes"][found[0].scheme]["group"]
    elif code == "anomaly":
        title = Words("多项指标偏离同类", "Off its peers on several measures")
    content = _content()["groups"][group]
    return Scheme(
        code=code,
        title=title,
        says=_words(content["says"]),
        explains=tuple(map(_words, content["explains"])),
        collect=tuple(map(_words, content["collect"])),
    )


def _words(entry: dict[str, str]) -> Words:
    return Words(entry["zh"], entry["en"])
