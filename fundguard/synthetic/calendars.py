"""When people go: day weights (weekday, holiday, December surge) and opening profiles by the hour."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fundguard.synthetic.columnar import DAY, Array
from rules_kb.knowledge import load

EPOCH = date(1970, 1, 1)

# Weight of Monday … Sunday, and of a public holiday, by sort of place.
_WEEK = {
    "hospital": ([1.2, 1.1, 1.05, 1.0, 1.0, 0.55, 0.4], 0.35),
    "clinic": ([1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 0.85], 0.8),
    "pharmacy": ([0.95, 0.95, 0.95, 0.95, 1.0, 1.15, 1.15], 0.95),
    "ward": ([1.25, 1.15, 1.05, 1.0, 0.9, 0.65, 0.6], 0.5),
    "emergency": ([1.0] * 7, 1.15),
}
# Weight of each hour of the day.
_HOURS = {
    "hospital": [0] * 7 + [3, 10, 11, 9, 4, 1, 2, 7, 7, 4, 1] + [0] * 6,
    "clinic": [0] * 6 + [1, 5, 9, 9, 7, 4, 2, 3, 6, 6, 5, 4, 3, 2, 1] + [0] * 3,
    "pharmacy": [0] * 7 + [2, 6, 8, 8, 6, 4, 4, 6, 7, 7, 8, 8, 7, 4, 1] + [0] * 2,
    "ward": [0] * 7 + [1, 6, 9, 9, 6, 2, 2, 6, 6, 4, 2, 1, 1] + [0] * 4,
    "emergency": [4, 3, 2, 2, 2, 2, 3, 4, 5, 6, 6, 5, 5, 5, 5, 5, 5, 6, 8, 10, 10, 9, 8, 6],
}


@dataclass(frozen=True)
class Calendar:
    """The simulated days: `first` … `last` as days since 1970."""

    first: int
    last: int

    @property
    def days(self) -> int:
        """How many days."""
        return self.last - self.first + 1

    @property
    def year(self) -> float:
        """The share of a year they make."""
        return self.days / 365.0

    def weights(self, sort: str) -> Array:
        """Weight of each day for a sort of place; mean 1 over an ordinary year."""
        week, on_holiday = _WEEK[sort]
        weight = np.empty(self.days)
        holidays = _holidays()
        for number in range(self.days):
            day = EPOCH + timedelta(days=self.first + number)
            kind = holidays.get(day)
            base = week[2] if kind == "workday" else week[day.weekday()]
            # People spend what is left on the year's account; winter has more chests to cure.
            season = {12: 1.28 if sort == "pharmacy" else 1.12, 1: 1.08, 2: 0.92, 7: 0.96}.get(day.month, 1.0)
            weight[number] = (on_holiday if kind == "holiday" else base) * season
        return weight / np.mean(week)

    def draw_days(self, rng: np.random.Generator, sort: str, size: int) -> Array:
        """`size` days (since 1970) by weight."""
        weight = np.cumsum(self.weights(sort))
        return self.first + np.searchsorted(weight, rng.random(size) * weight[-1])


def _holidays() -> dict[date, str]:
    return {row["day"]: row["day_kind"] for row in load("holiday").arrow.to_pylist()}


def draw_seconds(rng: np.random.Generator, sort: str, size: int) -> Array:
    """Seconds after midnight by the opening profile of a sort of place."""
    weight = np.cumsum(np.array(_HOURS[sort], dtype=float))
    at = rng.random(size) * weight[-1]
    hour = np.searchsorted(weight, at, side="right")
    return hour * 3600 + rng.integers(0, 3600, size)


def draw_times(rng: np.random.Generator, calendar: Calendar, sort: str, size: int) -> Array:
    """Whole timestamps (seconds since 1970) inside the simulated days."""
    return calendar.draw_days(rng, sort, size) * DAY + draw_seconds(rng, sort, size)
