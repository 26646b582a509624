"""Both engines take the same landing in with the same rows, refusals and flags."""

import pytest

from tests.factories import city, land, line, settlement
from tests.ingest.night import Night


@pytest.mark.spark
def test_spark_equals_duckdb(tmp_path, duckdb_engine, spark_engine):
    tables = city(days=2, per_day=25)
    tables["setl_d"][3]["cash_payamt"] = "1,0"
    tables["setl_d"][5]["inscp_amt"] = "99.00"
    tables["setl_d"].append(dict(tables["setl_d"][7]))
    tables["setl_d"].append(settlement(90, "2026-06-02", "-100.00", refd_setl_flag="1", init_setl_id="S2"))
    tables["fee_list_d"] += [line(900, None, "2026-06-01"), line(901, 77, "2026-06-01")]
    found = []
    for engine in (duckdb_engine, spark_engine):
        night = Night(tmp_path / engine.name, engine, privacy="plain")
        report = night.take_in(land(tmp_path / "in", tables))
        refused = [
            {key: row[key] for key in ("source_row", "reason", "column", "value", "raw")}
            for name in ("setl_d", "fee_list_d")
            for row in night.quarantined(name)
        ]
        flags = {name: one.flags for name, one in report.tables.items()}
        found.append((night.digests(), refused, report.judged, flags))
    assert found[0] == found[1]
