"""Learning from outcomes: who counts, what the gate asks for, and that the night applies what was learned."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pandas as pd
import pytest

from core.errors import UsageError
from models import gate, ranker, registry, train
from models.champion import Champion, champion, install
from models.schemes import schemes

DAY = "run_date=2026-06-30"


def outcomes(n, seed=1):
    """Ratios of two families; evidence of the first is worthless, that of the second sure."""
    rng = np.random.default_rng(seed)
    ratios = rng.uniform(0, 7, size=(n, 2))
    confirmed = (rng.random(n) < 1 / (1 + np.exp(-3 * (ratios[:, 1] - 3.2)))).astype(float)
    return ratios, confirmed


def home_with(folder, n=500, *, opened=0, grades=False, multipliers=None):
    """A home with one night of leads and their outcomes; the first `opened` cases are still open."""
    ratios, confirmed = outcomes(n)
    ids = [f"L{k:04d}" for k in range(n)]
    stretch = {"peers": 1.0, "rule": 1.0} | (multipliers or {})
    reasons = [
        json.dumps(
            [
                {"family": f, "part": "0.1", "ratio": f"{x * stretch[f]:.6f}"}
                for f, x in zip(("peers", "rule"), row, strict=True)
            ]
        )
        for row in ratios
    ]
    for name in ("outcome", f"lead/{DAY}"):
        (folder / "warehouse" / name).mkdir(parents=True)
    decided = [None if k < opened else bool(c) for k, c in enumerate(confirmed)]
    rows = {"lead_id": ids, "confirmed": decided, "drawn": [k % 7 == 0 for k in range(n)], "propensity": 0.5}
    if grades:
        rows |= {"grade": [k % 5 + 1.0 if c else np.nan for k, c in enumerate(confirmed)]}
        rows |= {"subgroup": ["农村" if k % 2 else "城市" for k in range(n)]}
    pd.DataFrame(rows).to_parquet(folder / "warehouse" / "outcome" / "o.parquet")
    pd.DataFrame(
        {"lead_id": ids, "p_confirm": 0.5, "rank": range(n), "reasons": reasons, "status": "new"}
    ).to_parquet(folder / "warehouse" / "lead" / DAY / "p.parquet")
    return ratios, confirmed


def test_without_outcomes_the_champion_stays(tmp_path):
    trained = train.train(tmp_path, seed=1)
    assert (trained.reviewed, trained.version) == (0, "")
    assert "not enough" in trained.verdict.why


def test_open_cases_are_unlabelled_not_innocent(tmp_path):
    home_with(tmp_path, 40, opened=15)
    rows = train.reviewed(tmp_path)
    assert len(rows) == 25
    assert set(rows["confirmed"]) <= {True, False}


def test_ratios_are_read_as_they_were_before_the_champion(tmp_path):
    ratios, _ = home_with(tmp_path, 30, multipliers={"peers": 0.25})
    run = tmp_path / "runs" / "r1"
    run.mkdir(parents=True)
    ran = {
        "as_of": "2026-06-30",
        "models": {"lead_ranker": {"version": "lead_ranker 1", "multipliers": {"peers": 0.25}}},
    }
    (run / "manifest.json").write_text(json.dumps(ran), "utf-8")
    rows = train.reviewed(tmp_path)
    read = train.plain_ratios(rows["reasons"], rows["multipliers"])
    assert read[:, train.FAMILIES.index("peers")] == pytest.approx(ratios[:, 0], abs=1e-5)


def test_trust_follows_what_was_confirmed():
    ratios, confirmed = outcomes(2000)
    trust = ranker.fit_trust(ratios, confirmed, np.ones(2000))
    assert trust.multipliers[0] < 0.5 < 1.2 < trust.multipliers[1]
    few = ranker.fit_trust(ratios[:5], confirmed[:5], np.ones(5))
    assert np.all(np.abs(np.log(few.multipliers)) < 0.7)


def test_every_family_a_reason_may_name_is_learned_from():
    named = {row["family"] for row in schemes()["models"].values()}
    named |= {row.get("family", "ring") for row in schemes()["rings"].values()} | {"rule"}
    assert named == set(train.FAMILIES)


def test_more_evidence_never_lowers_a_lead():
    trust = ranker.fit_trust(*outcomes(300), np.ones(300))
    less = trust.apply(np.array([[0.2, 0.3]]))
    assert np.all(trust.apply(np.array([[0.3, 0.3], [0.2, 0.4]])) >= less)


def test_the_gate_names_what_it_could_not_measure():
    ratios, confirmed = outcomes(800)
    score = ranker.Trust(np.ones(2)).apply(ratios)
    verdict = gate.gate_trust(score, ratios, gate.Reviewed.plain(confirmed, np.ones(800)), seed=1)
    assert verdict.passed
    assert {c.name: c.state for c in verdict.checks} == {
        "precision": "pass", "planted schemes": "not measured", "calibration": "pass", "subgroups": "not measured",
    }  # fmt: skip
    assert "not measured: planted schemes, subgroups" in verdict.why


def fixed(scores):
    return lambda train_rows: lambda rows: scores[rows]


def world(n=400):
    rng = np.random.default_rng(3)
    confirmed = (np.arange(n) % 2).astype(float)
    return rng, confirmed, 0.4 + 0.2 * rng.random(n)


def test_the_gate_stops_when_a_grade_is_found_less_often():
    rng, confirmed, score = world()
    grade = np.where(confirmed == 1, np.where(np.arange(400) % 4 == 1, 1.0, 5.0), np.nan)
    # The challenger is right far more often, but forgets the hard schemes of grade 5.
    better = np.where(grade == 1, 0.9, 0.1) + 0.01 * rng.random(400)
    known = gate.Reviewed(confirmed, np.ones(400), grade, np.full(400, ""))
    verdict = gate.judge(score, fixed(better), known, seed=1)
    assert {c.name: c.state for c in verdict.checks}["planted schemes"] == "fail"
    assert not verdict.passed


def test_the_gate_stops_when_one_kind_of_place_bears_the_false_alarms():
    rng, confirmed, score = world()
    subgroup = np.where(np.arange(400) % 4 < 2, "农村", "城市")
    better = confirmed * 0.3 + 0.4 + 0.01 * rng.random(400)
    # Few true ones reach the first fifth, so that its false ones are all rural.
    better = np.where((confirmed == 0) & (subgroup == "农村") & (rng.random(400) < 0.4), 0.95, better)
    known = gate.Reviewed(confirmed, np.ones(400), np.full(400, np.nan), subgroup)
    states = {c.name: c.state for c in gate.judge(score, fixed(better), known, seed=1).checks}
    assert states["subgroups"] == "fail"


def test_the_gate_stops_a_challenger_that_is_worse_calibrated():
    rng, confirmed, score = world()
    better = confirmed * 0.1 + 0.9 * 0.9 + 0.01 * rng.random(400)
    known = gate.Reviewed.plain(confirmed, np.ones(400))
    states = {c.name: c.state for c in gate.judge(score, fixed(better), known, seed=1).checks}
    assert (states["precision"], states["calibration"]) == ("pass", "fail")


def test_a_champion_is_read_back_and_a_broken_one_is_named(tmp_path):
    assert champion(tmp_path) == Champion()
    install(tmp_path, "lead_ranker 3", {"rule": 1.5, "peers": 0.5})
    assert champion(tmp_path) == Champion("lead_ranker 3", {"rule": 1.5, "peers": 0.5})
    assert champion(tmp_path).relation().to_pylist()[0] == {"family": "peers", "multiplier": 0.5}
    file = tmp_path / "models" / "lead_ranker.json"
    file.write_text('{"version": "x", "multipliers": {"rule": 99}}', "utf-8")
    with pytest.raises(UsageError, match=r"rule: 99"):
        champion(tmp_path)
    file.write_text("{", "utf-8")
    with pytest.raises(UsageError, match=r"lead_ranker\.json"):
        champion(tmp_path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def tracking_server(tmp_path, monkeypatch):
    """A real MLflow server on loopback, in its own process group; gone when the test is."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    store = tmp_path / "server"
    store.mkdir()
    log = (store / "log.txt").open("w")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
            "--backend-store-uri", f"sqlite:///{store / 'mlflow.db'}", "--artifacts-destination", str(store / "artifacts"),
        ],
        stdout=log, stderr=log, start_new_session=True,
        env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"},
    )  # fmt: skip
    try:
        for _ in range(480):
            try:
                urllib.request.urlopen(f"{address}/health", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, (store / "log.txt").read_text()[-500:]
                time.sleep(0.25)
        else:
            pytest.fail(
                f"mlflow server did not answer within two minutes: {(store / 'log.txt').read_text()[-500:]}"
            )
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(timeout=20)
        log.close()


def test_training_against_a_tracking_server(tmp_path, tracking_server):
    from mlflow.tracking import MlflowClient

    home = tmp_path / "home"
    home_with(home, 500, grades=True)
    trained = train.train(home, seed=1)
    assert (trained.reviewed, trained.version) == (500, "1")
    row = registry.listed(home)[0]
    assert (row["aliases"], row["gate"]) == (
        "challenger",
        "passed" if trained.verdict.passed else "not passed",
    )
    assert not (home / "mlflow" / "mlflow.db").exists()
    client = MlflowClient(tracking_server)
    run = client.get_run(row["run"])
    assert {"data", "code", "features", "champion"} <= set(run.data.params)
    assert {"gain", "calibration_error", "precision_at_50"} <= set(run.data.metrics)
    held = {item.path for item in client.list_artifacts(row["run"])}
    assert {"card.md", "features.txt", "calibration.svg", "precision_at_k.svg", "funnel.svg"} <= held
    registry.promote(home, registry.RANKER, "1", by="甲, 乙", reason="test", waive=True)
    assert champion(home).multipliers["rule"] > champion(home).multipliers["peers"]
