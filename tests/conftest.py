"""Fixtures shared by all tests: one engine of each kind per run."""

import os
import shutil
from pathlib import Path

import pytest

from core.engine import open_engine
from core.settings import load_settings

# Rows by the handful: compiling code for them would take longer than running them.
SMALL_SPARK = {
    "master": "local[2]",
    "shuffle_partitions": 1,
    "driver_memory": "2g",
    "options": {
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.default.parallelism": "1",
    },
}
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


# Folders whose tests share a world that takes long to make: with several workers it is made once, by one of them.
# Such a group starts before the single tests, so that no long one is left for the end.
SHARED_WORLDS = {
    "night": "folder",
    "report": "folder",
    "published": "file",
    "synthetic": "file",
    "network": "file",
    "leads": "file",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByWorld(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::")[0]
            folder = Path(file).parent.name
            shared = SHARED_WORLDS.get(folder)
            return {"folder": folder, "file": file}.get(shared, nodeid)

    return ByWorld(config, log)


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
            "spark": SMALL_SPARK,
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
