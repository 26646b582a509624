"""Load a bureau's own official full text of an instrument, cut into articles."""

import hashlib
import re
from pathlib import Path

import yaml

from core.errors import Refused, UsageError
from rules_kb.law.library import instruments

_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ARTICLE = re.compile(r"^\s*第([零〇一二两三四五六七八九十百\d]+)条[\s　]*", re.MULTILINE)


def number(text: str) -> int:
    """A Chinese or Arabic article number as an integer, 一 to 九百九十九."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in _DIGIT:
            digit = _DIGIT[char]
        else:
            total += (digit or 1) * {"十": 10, "百": 100}[char]
            digit = 0
    return total + digit


def import_law(file: Path, law: str, out: Path) -> int:
    """Cut the UTF-8 text of ``law`` at 第…条 and write it to ``out``/<law>.yaml; gives the articles.

    UsageError when the file or the instrument is unknown; Refused when the articles do not run
    1, 2, 3 … without a gap, for then the text is no full text.
    """
    if not file.is_file():
        raise UsageError(f"no such file [{file}]; give the official text as a UTF-8 text file")
    if law not in instruments():
        raise UsageError(f"unknown instrument [{law}]; known: {', '.join(instruments())}")
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{file.name}: bytes are no UTF-8 [{raw[:8].hex()}]; save it as UTF-8") from None
    starts = list(_ARTICLE.finditer(text))
    articles: dict[str, str] = {}
    for place, start in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(text)
        found = number(start[1])
        if found != place + 1:
            raise Refused(
                f"{file.name}: after article {place} comes [{start[1]}]; give the full text, "
                "each article on its own line"
            )
        articles[str(found)] = re.sub(r"\n第[^\n]{1,4}章[^\n]*$", "", text[start.end() : end].strip())
    if not articles:
        raise Refused(f"{file.name}: no line begins with 第…条 [{text[:20]!r}]; give the full text")
    out.mkdir(parents=True, exist_ok=True)
    content = {
        "law": law,
        "file": file.name,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "articles": articles,
    }
    (out / f"{law}.yaml").write_text(
        yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return len(articles)
