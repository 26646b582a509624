"""One execution: the day it speaks about, its settings and versions. Frozen, passed in, no clock inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a job may know of the run it belongs to.

    `as_of` is the day the run speaks about; nothing after it is seen. `judged` are the days whose
    claims this run judges, as `label=date` (`setl_date=2026-06-30`, `open=…`, `event_date=…`).
    """

    run_id: str
    as_of: date
    settings: Settings
    kb_ver: str = ""
    judged: tuple[str, ...] = field(default_factory=tuple)
    baseline: bool = False
    delivered: Mapping[str, tuple[str, ...]] | None = None
    home: Path | None = None

    def day_before(self, days: int) -> date:
        """The day that many days before `as_of`."""
        return self.as_of - timedelta(days=days)

    @property
    def first_judged(self) -> date:
        """The oldest day this run judges; `as_of` where it judges none."""
        days = (date.fromisoformat(unit.split("=")[1]) for unit in self.judged)
        return min(days, default=self.as_of)
