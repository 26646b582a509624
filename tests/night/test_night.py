"""The whole night over a small synthetic city: the same rows twice, by back-fill, and on both engines."""

import json
from datetime import date

import pyarrow.parquet as pq
import pytest

from core.errors import Fault, UsageError
from pipelines.ledger import home_lock
from tests.night.conftest import night, results


def test_a_night_twice_changes_nothing(city, whole):
    home, first = whole
    assert first["state"] == "done"
    assert results(first)["check.hit"].split(":")[0] != "0"
    assert night(city, home)["run_id"] == first["run_id"]
    assert results(night(city, home, force=True)) == results(first)


def test_night_by_night_and_back(city, whole, tmp_path):
    early = night(city, tmp_path, as_of=date(2026, 6, 28))
    late = night(city, tmp_path)
    assert all(unit.split("=")[1] > "2026-06-28" for unit in late["judged"])
    # Present hits of two nights are those of one: the leads rest on the same lines.
    assert cited_lines(tmp_path) == cited_lines(whole[0])
    back = night(city, tmp_path, as_of=date(2026, 6, 28), force=True)
    assert results(back) == results(early)


def cited_lines(home):
    files = sorted((home / "warehouse" / "lead_evidence" / "run_date=2026-06-30").glob("*.parquet"))
    rows = pq.read_table(files).select(["kind", "setl_id", "bkkp_sn"]).to_pylist()
    return {(row["setl_id"], row["bkkp_sn"]) for row in rows if row["kind"] == "hit"}


def test_hashed_night_holds_no_identity(city, tmp_path):
    night(city, tmp_path, privacy="hashed")
    persons = set(pq.read_table(city / "landing" / "psn_info_b.parquet")["psn_no"].to_pylist())
    for file in (tmp_path / "warehouse").rglob("*.parquet"):
        table = pq.read_table(file, partitioning=None)
        for name in set(table.schema.names) & {"psn_no", "party_id", "psn_name", "certno", "tel"}:
            assert not persons & set(table[name].to_pylist()), f"{file.name}: {name}"
    manifest = next((tmp_path / "runs").glob("*/manifest.json")).read_text(encoding="utf-8")
    assert not any(person in manifest for person in sorted(persons)[:200])


def test_two_nights_at_once(city, tmp_path):
    with home_lock(tmp_path), pytest.raises(Fault, match="another run holds the lock"):
        night(city, tmp_path)


def test_wrong_usage(city, tmp_path):
    with pytest.raises(UsageError, match=r"--from \[nowhere\]"):
        night(city, tmp_path, from_job="nowhere")
    with pytest.raises(UsageError, match="is no folder"):
        night(tmp_path / "nothing", tmp_path)


def test_baseline_builds_history_without_leads(city, tmp_path):
    manifest = night(city, tmp_path, baseline=True)
    assert set(manifest["jobs"]) == {"ingest", "check", "pattern", "score"}
    assert not (tmp_path / "warehouse" / "lead").exists()


def test_manifest_says_what_ran(whole):
    home, manifest = whole
    stored = json.loads((home / "runs" / manifest["run_id"] / "manifest.json").read_text(encoding="utf-8"))
    assert (stored["state"], stored["synthetic"]) == ("done", True)
    assert {"fundguard", "python", "duckdb", "code", "kb"} <= set(stored["versions"])
    assert all(entry["sha256"] for entry in stored["jobs"]["ingest"]["inputs"])
    leads, evidence = (stored["jobs"]["leads"]["writes"][t]["money"] for t in ("lead", "lead_evidence"))
    assert leads == evidence
    (part,) = stored["jobs"]["check"]["in_part"]
    assert part["rule_id"] == "operation_diagnosis_mismatch"
    assert part["lacks"][0].startswith("in part: operation_diagnosis_allowed")


@pytest.mark.spark
def test_both_engines_give_the_same_rows(city, whole, tmp_path):
    spark = night(city, tmp_path, engine="spark")
    assert results(spark) == results(whole[1])
