"""A small synthetic city, simulated once, and a night over it."""

from datetime import date

import pytest

from core.settings import load_settings
from fundguard.synthetic.simulate import simulate
from pipelines.night import Night, run_night
from tests.conftest import SMALL_SPARK

LAST_DAY = date(2026, 6, 30)


@pytest.fixture(scope="session")
def city(tmp_path_factory):
    """3,000 insured, a week: landing and truth."""
    folder = tmp_path_factory.mktemp("city")
    simulate(folder, 3000, 7, 11, LAST_DAY, None, None, "parquet", lambda now, total: None)
    return folder


def night(landing, home, *, engine="duckdb", as_of=LAST_DAY, privacy="plain", **more):
    """Run one night and return its manifest."""
    overrides = {"privacy": privacy, "engine": engine, "spark": SMALL_SPARK}
    settings = load_settings(overrides=overrides, environment={})
    return run_night(Night(home=home, settings=settings, as_of=as_of, landing=landing, **more))


@pytest.fixture(scope="session")
def whole(city, tmp_path_factory):
    """One whole night on the embedded engine: (home, manifest). Tests leave its rows as they are."""
    home = tmp_path_factory.mktemp("whole")
    return home, night(city, home)


def results(manifest):
    """Job and table → rows, money and digest."""
    return {
        f"{job}.{table}": facts["digest"]
        for job, entry in manifest["jobs"].items()
        for table, facts in entry.get("writes", {}).items()
    }
