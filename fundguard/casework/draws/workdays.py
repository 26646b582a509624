"""Working days, for the 20 within which results are published (一公开)."""

import csv
import datetime as dt
from importlib.resources import files

from core.errors import UsageError

DISCLOSURE_DAYS = 20


def calendar(text: str | None = None) -> dict[dt.date, bool]:
    """Days that differ from Monday–Friday: True = worked. `text`: a table like `holidays.csv`."""
    source = text or (files(__package__) / "holidays.csv").read_text(encoding="utf-8")
    days: dict[dt.date, bool] = {}
    for row in csv.DictReader(line for line in source.splitlines() if not line.startswith("#")):
        try:
            first, last = dt.date.fromisoformat(row["from"]), dt.date.fromisoformat(row["to"])
            kind = {"off": False, "work": True}[row["kind"]]
        except (KeyError, TypeError, ValueError):
            raise UsageError(
                f"--holidays: 节假日表写错 malformed row [{row}]；列 from,to,kind(off|work)"
            ) from None
        for step in range((last - first).days + 1):
            days[first + dt.timedelta(step)] = kind
    return days


def add_workdays(start: dt.date, count: int, days: dict[dt.date, bool]) -> dt.date:
    """The `count`-th working day after `start`."""
    day = start
    while count:
        day += dt.timedelta(1)
        count -= days.get(day, day.weekday() < 5)
    return day


def known_until(days: dict[dt.date, bool]) -> dt.date:
    """Last day of the last year in the table; later dates rest on weekdays alone."""
    return dt.date(max(day.year for day in days), 12, 31)
