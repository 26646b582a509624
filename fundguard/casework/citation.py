"""A basis as people cite it: 《条例》第三十八条第（三）项 and what it says, from the law references."""

from functools import lru_cache
from typing import Any

from core.errors import FundguardError
from fundguard.casework.words import Words, parsed
from rules_kb import law as references


@lru_cache(maxsize=512)
def basis_words(basis: str | None) -> tuple[Words, ...]:
    """Each clause of a hit's `basis` (JSON list, one object, or plain text) in words."""
    entries = parsed(basis, None)
    if entries is None:
        return (Words(basis, basis),) if basis else ()
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list):
        return (Words(str(entries), str(entries)),)
    return tuple(_clause(entry) for entry in entries)


def _clause(entry: Any) -> Words:
    if not isinstance(entry, dict) or "law" not in entry:
        return Words(str(entry), str(entry))
    law, article = str(entry["law"]), str(entry.get("article", ""))
    instrument = references.instruments().get(law)
    zh = f"《{instrument.title.zh}》" if instrument else law
    en = instrument.short if instrument else law
    # Clauses whose article nobody has numbered yet go by a word of ours: that is not cited.
    if article.isdigit():
        zh += f"第{article}条"
        en += f" art. {article}"
    if entry.get("paragraph"):
        zh += f"第{entry['paragraph']}款"
        en += f" para. {entry['paragraph']}"
    if entry.get("item"):
        zh += f"第（{entry['item']}）项"
        en += f" ({entry['item']})"
    keys = ("law", "article", "paragraph", "item")
    try:
        said = references.resolve({key: entry[key] for key in keys if entry.get(key) is not None})
    except FundguardError:
        return Words(zh, en)
    # A clause nobody has read in a public source yet says so.
    read = said.verify_status in ("FOUND", "FOUND-2nd")
    return Words(
        f"{zh}：{said.says.zh}{'' if read else '（条文待核）'}",
        f"{en}: {said.says.en}{'' if read else ' (clause to be verified)'}",
    )
