"""The whole night over a small synthetic city: the same rows twice, by back-fill, and on both engines."""

import json
from datetime import date

import pytest

from core.errors import Fault, UsageError
from pipelines.ledger import home_lock
from tests.night.conftest import results


def test_a_night_twice_changes_nothing(city, run, tmp_path):
    home = tmp_path / "home"
    first = run(city, home=home)
    assert first["state"] == "done"
    assert results(first)["check.hit"].split(":")[0] != "0"
    again = run(city, home=home)
    assert again["run_id"] == first["run_id"]
    forced = run(city, home=home, force=True)
    assert results(forced) == results(first)
    assert forced["jobs"]["ingest"]["judged"] == [] or forced["judged"] == first["judged"]


def test_night_by_night_and_back(city, run, tmp_path):
    home = tmp_path / "home"
    early = run(city, home=home, as_of=date(2026, 6, 28))
    late = run(city, home=home)
    assert all(unit.split("=")[1] > "2026-06-28" for unit in late["judged"])
    back = run(city, home=home, as_of=date(2026, 6, 28), force=True)
    assert results(back) == results(early)
    assert results(run(city, home=home, force=True)) == results(late)


def test_present_hits_of_two_nights_are_those_of_one(city, run, tmp_path):
    run(city, home=tmp_path / "two", as_of=date(2026, 6, 28))
    run(city, home=tmp_path / "two")
    run(city, home=tmp_path / "one")

    def leads(home):
        files = sorted((home / "warehouse" / "lead_evidence" / "run_date=2026-06-30").glob("*.parquet"))
        import pyarrow.parquet as pq

        rows = pq.read_table(files).select(["kind", "setl_id", "bkkp_sn"]).to_pylist()
        return {(row["setl_id"], row["bkkp_sn"]) for row in rows if row["kind"] == "hit"}

    assert leads(tmp_path / "two") == leads(tmp_path / "one")


def test_hashed_night_holds_no_identity(city, run, tmp_path):
    import pyarrow.parquet as pq

    home = tmp_path / "home"
    run(city, home=home, privacy="hashed")
    persons = pq.read_table(city / "landing" / "psn_info_b.parquet")["psn_no"].to_pylist()
    known = set(persons)
    for file in (home / "warehouse").rglob("*.parquet"):
        table = pq.read_table(file, partitioning=None)
        for name in set(table.schema.names) & {"psn_no", "party_id", "psn_name", "certno", "tel"}:
            assert not known & set(table[name].to_pylist()), f"{file.name}: {name}"
    manifest = next((home / "runs").glob("*/manifest.json")).read_text(encoding="utf-8")
    assert not any(person in manifest for person in persons[:200])


def test_two_nights_at_once(city, run, tmp_path):
    home = tmp_path / "home"
    with home_lock(home), pytest.raises(Fault, match="another run holds the lock"):
        run(city, home=home)


def test_wrong_usage(city, run, tmp_path):
    with pytest.raises(UsageError, match=r"--from \[nowhere\]"):
        run(city, from_job="nowhere")
    with pytest.raises(UsageError, match="is no folder"):
        run(tmp_path / "nothing")


def test_baseline_builds_history_without_leads(city, run, tmp_path):
    manifest = run(city, home=tmp_path / "home", baseline=True)
    assert set(manifest["jobs"]) == {"ingest", "check", "score"}
    assert not (tmp_path / "home" / "warehouse" / "lead").exists()


def test_manifest_says_what_ran(city, run, tmp_path):
    manifest = run(city, home=tmp_path / "home")
    stored = json.loads((tmp_path / "home" / "runs" / manifest["run_id"] / "manifest.json").read_text())
    assert stored["state"] == "done"
    assert {"fundguard", "python", "duckdb", "code", "kb"} <= set(stored["versions"])
    assert all(entry["sha256"] for entry in stored["jobs"]["ingest"]["inputs"])
    leads, evidence = (stored["jobs"]["leads"]["writes"][t]["money"] for t in ("lead", "lead_evidence"))
    assert leads == evidence


@pytest.mark.spark
def test_both_engines_give_the_same_rows(city, run, tmp_path):
    duckdb = run(city, home=tmp_path / "duckdb")
    spark = run(city, home=tmp_path / "spark", engine="spark")
    assert results(spark) == results(duckdb)
