"""Fixtures shared by all tests: one engine of each kind per run."""

import shutil

import pytest

from core.engine import open_engine
from core.settings import load_settings


@pytest.fixture(scope="session")
def duckdb_engine():
    engine = open_engine(load_settings(overrides={"engine": "duckdb"}, environment={}))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def spark_engine():
    if shutil.which("java") is None:
        pytest.fail("Java 17+ is missing: install it (Debian: apt-get install openjdk-17-jre-headless)")
    settings = load_settings(
        overrides={
            "engine": "spark",
            "spark": {"master": "local[2]", "shuffle_partitions": 2, "driver_memory": "2g"},
        },
        environment={},
    )
    engine = open_engine(settings)
    yield engine
    engine.close()


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request):
    """Each engine in turn; `-m "not spark"` keeps to DuckDB."""
    return request.getfixturevalue(f"{request.param}_engine")
