"""One made-up HOME for all tests of the report; tests that change it build their own."""

import pytest

from tests.report.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("home")).build()


@pytest.fixture
def fresh(tmp_path):
    """A HOME of one's own, not built yet."""
    return World(tmp_path / "home")
