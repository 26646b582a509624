"""A session that was already running belongs to whoever started it."""

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
