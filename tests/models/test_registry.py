"""MLflow in and out: a night never waits for it, a challenger becomes champion by name, nothing phones home."""

import json
import os

import pytest
from sklearn.linear_model import LogisticRegression

from core.errors import UsageError
from models import registry
from tests.models.worlds import run_of

MANIFEST = {
    "versions": {"code": "c"},
    "jobs": {"score": {"writes": {"score": {"rows": 7, "digest": "7:a"}}}},
}


def test_a_night_without_a_store_is_kept_aside(tmp_path):
    state = registry.log_night(tmp_path, run_of(), MANIFEST)
    assert state["state"] == "kept aside"
    facts = json.loads((tmp_path / "mlflow" / "nights" / "r1.json").read_text("utf-8"))
    assert facts["metrics"] == {"rows_score": 7.0}
    assert facts["params"]["features"] == registry.feature_hash()


def test_a_night_never_fails_for_its_log(tmp_path):
    (tmp_path / "mlflow").write_text("in the way")
    assert registry.log_night(tmp_path, run_of(), MANIFEST)["state"] == "kept aside"


def test_the_data_hash_follows_the_digests():
    other = {"jobs": {"score": {"writes": {"score": {"rows": 7, "digest": "7:b"}}}}}
    one, two = (registry.night_facts(run_of(), m)["params"]["data"] for m in (MANIFEST, other))
    assert one != two


def test_store_challenger_champion_and_nights(tmp_path):
    registry.log_night(tmp_path, run_of(), MANIFEST)
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    version = registry.log_model(
        tmp_path, name=registry.RANKER, model=model, features=["log_odds"], params={"reviewed": 300},
        metrics={"gain": 0.1}, data_hash="d", card="# lead_ranker",
    )  # fmt: skip
    assert registry.listed(tmp_path)[0]["aliases"] == "challenger"
    registry.promote(tmp_path, registry.RANKER, version, by="甲, 乙", reason="gate passed")
    assert registry.listed(tmp_path)[0]["aliases"] == "challenger champion"
    with pytest.raises(UsageError, match="9"):
        registry.promote(tmp_path, registry.RANKER, "9", by="甲, 乙", reason="none")
    assert registry.log_night(tmp_path, run_of(), MANIFEST)["state"] == "logged"
    assert list((tmp_path / "mlflow" / "nights").glob("*.json")) == []
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
