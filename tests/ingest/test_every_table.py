"""Every declared table lands, is written in its declared shape, and is corrected by a newer version."""

import pyarrow.parquet as pq
import pytest

from core.schema import LANDING
from tests.factories import any_rows, city, land
from tests.ingest.night import Night

FIRST = ("setl_d", "fee_list_d", "psn_info_b", "fixmedins_b")


def test_every_table_lands_twice(tmp_path, duckdb_engine):
    night = Night(tmp_path, duckdb_engine)
    others = {name: any_rows(name) for name in LANDING if name not in FIRST}
    first = night.take_in(land(tmp_path / "a", city() | others))
    assert {
        name: (one.rows_in, one.accepted) for name, one in first.tables.items() if name in others
    } == dict.fromkeys(others, (3, 3))
    for name in others:
        for file in night.warehouse.files(LANDING[name]):
            assert len(set(pq.read_schema(file).names)) == len(pq.read_schema(file).names)
    newer = {
        name: [row | {"updt_time": "2026-06-20 00:00:00"} for row in rows]
        for name, rows in others.items()
        if "updt_time" in LANDING[name].by_name
    }
    again = night.take_in(land(tmp_path / "b", city() | newer))
    assert {name: one.replaced for name, one in again.tables.items() if name in newer} == dict.fromkeys(
        newer, 3
    )
    assert all(len(night.rows(name)) == 3 for name in others)


@pytest.mark.parametrize("name", ["hilist_b", "drug_inv_d"])
def test_a_column_called_unit_keeps_its_value(tmp_path, duckdb_engine, name):
    night = Night(tmp_path, duckdb_engine)
    night.take_in(land(tmp_path / "a", city() | {name: any_rows(name)}))
    assert [row["unit"] for row in night.rows(name)] == ["unit-1", "unit-2", "unit-3"]
