"""One made-up HOME for all tests of the report; tests that change it build their own."""

import copy
import shutil

import pytest

from tests.report.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("home")).build()


@pytest.fixture
def fresh(tmp_path):
    """A HOME of one's own, not built yet."""
    return World(tmp_path / "home")


@pytest.fixture
def built(world, tmp_path):
    """A copy of the made-up HOME that a test may change."""
    mine = copy.copy(world)
    mine.home = tmp_path / "home"
    # Openings and keys of other tests stay behind.
    shutil.copytree(world.home, mine.home, ignore=shutil.ignore_patterns("casework", "docs", "vault"))
    return mine
