"""A session that was already running belongs to whoever started it; one of our own says nothing but errors."""

import subprocess
import sys

import pyarrow as pa
import pytest

from core.engine import open_engine
from core.settings import load_settings
from tests.conftest import SMALL_SPARK

pytestmark = pytest.mark.spark


def test_a_second_engine_leaves_the_first_alive(spark_engine):
    settings = load_settings(overrides={"engine": "spark", "spark": SMALL_SPARK}, environment={})
    spark_engine.register("shared_name", arrow=pa.table({"n": [1]}))
    second = open_engine(settings)
    second.register("shared_name", arrow=pa.table({"n": [2, 3]}))
    assert second.count("shared_name") == 2
    second.close()
    assert spark_engine.run("SELECT n FROM shared_name").to_pydict() == {"n": [1]}


QUIET = """
import sys

from core.engine import open_engine
from core.settings import load_settings
from tests.conftest import SMALL_SPARK

engine = open_engine(load_settings(overrides={"engine": "spark", "spark": SMALL_SPARK | {"scratch": sys.argv[1]}}, environment={}))
print(engine.run("SELECT 7 AS n").to_pylist())
engine.close()
"""


def test_a_session_of_our_own_starts_in_a_new_scratch_folder_without_talk_of_log_levels(tmp_path):
    command = [sys.executable, "-c", QUIET, str(tmp_path / "not" / "there")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[{'n': 7}]"
    assert "log level" not in ran.stderr
