"""What was refused can be judged again."""

from pipelines.ingest.replay import listed, replay
from tests.factories import city, land, line, settlement
from tests.ingest.night import Night


def test_an_orphan_enters_when_its_settlement_has_come(tmp_path, duckdb_engine):
    night = Night(tmp_path, duckdb_engine)
    tables = city()
    orphan = line(900, 77, "2026-06-01")
    first = land(tmp_path / "a", {**tables, "fee_list_d": [*tables["fee_list_d"], orphan]})
    night.take_in(first)
    assert [(row["reason"], row["rows"]) for row in listed(night.home)] == [("orphan", 1)]
    header = settlement(77, "2026-06-04", "50.00")
    night.take_in(land(tmp_path / "b", {**tables, "setl_d": [header], "fee_list_d": []}))
    assert replay(night.home) == 1
    report = night.take_in(first)
    assert report.judged == ("setl_date=2026-06-04",)
    assert night.quarantined("fee_list_d") == []
    assert [row["unit_day"] for row in night.rows("fee_list_d") if row["setl_id"] == "S77"] == [
        "setl_date=2026-06-04"
    ]
