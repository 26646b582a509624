"""Two people: whoever decides and whoever checked are never the same."""

import unicodedata

from core.errors import UsageError


def two_names(by: str, second: str, what: str) -> tuple[str, str]:
    """Two names that differ (blanks, width and case do not make a difference). UsageError otherwise."""
    one, other = (unicodedata.normalize("NFKC", name).strip() for name in (by, second))
    if not one or not other or one.casefold() == other.casefold():
        raise UsageError(f"{what}: two different names are needed, got [{by}] and [{second}]")
    return one, other
