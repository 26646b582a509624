"""MLflow in and out: a night never waits for it, a challenger becomes champion by name, nothing phones home."""

import json
import os

import pytest
from sklearn.linear_model import LinearRegression

from core.errors import Refused, UsageError
from models import registry
from models.champion import champion

MANIFEST = {
    "run_id": "r1",
    "as_of": "2026-06-30",
    "models": {"lead_ranker": {"version": "lead_ranker 7", "multipliers": {}}},
    "versions": {"code": "c"},
    "jobs": {"score": {"writes": {"score": {"rows": 7, "digest": "7:a"}}}},
}


def test_a_night_without_a_store_is_kept_aside(tmp_path):
    state = registry.log_night(tmp_path, MANIFEST)
    assert state["state"] == "kept aside"
    facts = json.loads((tmp_path / "mlflow" / "nights" / "r1.json").read_text("utf-8"))
    assert facts["metrics"] == {"rows_score": 7.0}
    assert facts["params"]["features"] == registry.feature_hash()
    assert facts["params"]["ranker"] == "lead_ranker 7"


def test_a_night_never_fails_for_its_log(tmp_path):
    (tmp_path / "mlflow").write_text("in the way")
    assert registry.log_night(tmp_path, MANIFEST)["state"] == "kept aside"


def test_the_data_hash_follows_the_digests():
    other = MANIFEST | {"jobs": {"score": {"writes": {"score": {"rows": 7, "digest": "7:b"}}}}}
    one, two = (registry.night_facts(m)["params"]["data"] for m in (MANIFEST, other))
    assert one != two


def logged(home, gate):
    model = LinearRegression(fit_intercept=False).fit([[1.0, 0.0], [0.0, 1.0]], [0.5, 2.0])
    return registry.log_model(
        home, name=registry.RANKER, model=model, features=["rule", "peers"], params={"reviewed": 300},
        metrics={"gain": 0.1}, data_hash="d", card="# lead_ranker", gate=gate, pictures={"a.svg": "<svg/>"},
    )  # fmt: skip


def test_store_challenger_champion_and_nights(tmp_path):
    registry.log_night(tmp_path, MANIFEST)
    version = logged(tmp_path, "passed")
    assert registry.listed(tmp_path)[0]["aliases"] == "challenger"
    registry.promote(tmp_path, registry.RANKER, version, by="甲, 乙", reason="gate passed")
    assert registry.listed(tmp_path)[0]["aliases"] == "challenger champion"
    # What the night applies is what the registry holds.
    now = champion(tmp_path)
    assert now.version == f"lead_ranker {version}"
    assert now.multipliers == {"rule": pytest.approx(0.5), "peers": pytest.approx(2.0)}
    with pytest.raises(UsageError, match="9"):
        registry.promote(tmp_path, registry.RANKER, "9", by="甲, 乙", reason="none")
    failed = logged(tmp_path, "not passed")
    with pytest.raises(Refused, match="not passed"):
        registry.promote(tmp_path, registry.RANKER, failed, by="甲, 乙", reason="none")
    registry.promote(tmp_path, registry.RANKER, failed, by="甲, 乙", reason="trial", waive=True)
    assert registry.log_night(tmp_path, MANIFEST)["state"] == "logged"
    assert list((tmp_path / "mlflow" / "nights").glob("*.json")) == []
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
