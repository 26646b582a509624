"""MLflow in and out, the only place that imports it: which models ran, on which data, with what result.

The store is embedded: SQLite and files under HOME/mlflow, or the server that MLFLOW_TRACKING_URI names. Nothing is sent
anywhere else: telemetry is switched off before the library is imported. Only scikit-learn objects, numbers
and feature lists are logged, never rows of persons.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import Refused, UsageError
from models.champion import BUILT_IN, install
from models.group import VERSION
from models.measures import MEASURES

RANKER = "lead_ranker"
NIGHTS = "nights"
TRAINING = "training"
CHAMPION, CHALLENGER = "champion", "challenger"


def log_night(home: Path, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Record which models ran in a night, on what, and what came out. Never raises, never holds the night.

    The facts go to HOME/mlflow/nights/<run_id>.json at once, and on into the store where there is one.
    Making a new store takes long (its tables are migrated one by one), so that is left to the first
    `train` or `models`, which also take in the nights kept aside. Returns the state.
    """
    try:
        aside = home / "mlflow" / "nights"
        aside.mkdir(parents=True, exist_ok=True)
        facts = json.dumps(night_facts(manifest), ensure_ascii=False, indent=1)
        (aside / f"{manifest['run_id']}.json").write_text(facts, "utf-8")
        if not (home / "mlflow" / "mlflow.db").exists() and "MLFLOW_TRACKING_URI" not in os.environ:
            return {"state": "kept aside", "why": "no store yet: fundguard models list makes it"}
        taken = take_in_nights(home)
        return {"state": "logged", "nights": str(taken)}
    except Exception as error:  # the night's rows do not depend on its log
        return {"state": "kept aside", "why": f"{type(error).__name__}: {str(error)[:200]}"}


def take_in_nights(home: Path) -> int:
    """Log every night kept aside into the store; returns how many."""
    files = sorted((home / "mlflow" / "nights").glob("*.json"))
    if not files:
        return 0
    mlflow = _mlflow(home)
    mlflow.set_experiment(NIGHTS)
    for file in files:
        facts = json.loads(file.read_text("utf-8"))
        with mlflow.start_run(run_name=file.stem):
            mlflow.set_tags(
                {
                    "as_of": facts["params"]["as_of"],
                    "champion": facts["params"]["ranker"],
                    "run_id": file.stem,
                }
            )
            mlflow.log_params(facts["params"])
            mlflow.log_metrics(facts["metrics"])
        file.unlink()
    return len(files)


def night_facts(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Parameters and metrics of a night from its manifest: versions, data hash, rows per table, drift."""
    metrics: dict[str, float] = {}
    digests = []
    for job in dict(manifest.get("jobs", {})).values():
        for table, written in dict(job.get("writes", {})).items():
            if isinstance(written, Mapping) and "rows" in written:
                metrics[f"rows_{table}"] = float(written["rows"])
                digests.append(f"{table}:{written.get('digest', written.get('digests', ''))}")
    data_hash = hashlib.sha256("|".join(sorted(digests)).encode()).hexdigest()[:16]
    for name, drift in dict(manifest.get("drift", {})).get("psi", {}).items():
        metrics[f"psi_{name}"] = float(drift)
    versions = dict(manifest.get("versions", {}))
    ran = dict(manifest.get("models", {}))
    return {
        "params": {
            "as_of": str(manifest["as_of"]),
            "engine": str(manifest.get("engine", "")),
            "region": str(manifest.get("region", "")),
            "peers": str(ran.get("peers", VERSION)),
            "ranker": str(dict(ran.get("lead_ranker", {})).get("version", BUILT_IN)),
            "features": feature_hash(),
            "code": str(versions.get("code", "")),
            "kb": str(versions.get("kb", "")),
            "data": data_hash,
        },
        "metrics": metrics,
    }


def feature_list() -> list[str]:
    """Names of all measures, by kind of party."""
    return [f"{party}.{measure.name}" for party, measures in MEASURES.items() for measure in measures]


def feature_hash() -> str:
    """Twelve hex digits over the feature list: two runs with the same hash compared on the same things."""
    return hashlib.sha256("\n".join(feature_list()).encode()).hexdigest()[:12]


def log_model(
    home: Path,
    *,
    name: str,
    model: Any,
    features: list[str],
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    data_hash: str,
    card: str,
    gate: str = "",
    pictures: Mapping[str, str] | None = None,
) -> str:
    """Log a scikit-learn model with features, card and plots; register it as challenger. Returns its version."""
    mlflow = _mlflow(home)
    from mlflow import sklearn as flavour
    from mlflow.tracking import MlflowClient

    mlflow.set_experiment(TRAINING)
    with mlflow.start_run(run_name=name):
        mlflow.log_params({**params, "data": data_hash, "features": feature_hash()})
        mlflow.log_metrics(dict(metrics))
        mlflow.log_text("\n".join(features), "features.txt")
        mlflow.log_text(card, "card.md")
        for file, picture in (pictures or {}).items():
            mlflow.log_text(picture, file)
        logged = flavour.log_model(
            model, name=name, registered_model_name=name, skops_trusted_types=["sklearn.tree._tree.Tree"]
        )
        version = str(logged.registered_model_version)
        client = MlflowClient()
        client.set_registered_model_alias(name, CHALLENGER, version)
        client.update_registered_model(name, card[:4000])
        client.set_model_version_tag(name, version, "gate", gate or "not tried")
        mlflow.set_tag("version", version)
    return version


def listed(home: Path) -> list[dict[str, str]]:
    """Every registered model version: name, version, aliases, when made, run."""
    _mlflow(home)
    from mlflow.tracking import MlflowClient

    client = MlflowClient()
    rows = []
    for model in client.search_registered_models():
        for version in client.search_model_versions(f"name='{model.name}'"):
            aliases = [a for a, v in dict(model.aliases).items() if str(v) == str(version.version)]
            rows.append(
                {
                    "name": model.name,
                    "version": str(version.version),
                    "aliases": " ".join(sorted(aliases)),
                    "gate": str(dict(version.tags).get("gate", "")),
                    "run": str(version.run_id),
                }
            )
    return sorted(rows, key=lambda row: (row["name"], int(row["version"])))


def promote(home: Path, name: str, version: str, *, by: str, reason: str, waive: bool = False) -> None:
    """Make a version the champion, for the registry and for the night; who and why stay with it.

    UsageError when there is no such version, Refused when its gate was not passed and nobody waives that.
    """
    row = next((r for r in listed(home) if (r["name"], r["version"]) == (name, version)), None)
    if row is None:
        raise UsageError(f"model [{name} {version}] is not registered: see fundguard models list")
    if row["gate"] != "passed" and not waive:
        raise Refused(
            f"models promote: the gate of [{name} {version}] says [{row['gate']}]: promote another version, "
            "or waive the gate with --despite-gate and a reason"
        )
    from mlflow import sklearn as flavour
    from mlflow.tracking import MlflowClient

    client = MlflowClient()
    if name == RANKER:
        names = _artifact(client, row["run"], "features.txt").split("\n")
        model = flavour.load_model(f"models:/{name}/{version}")
        install(home, f"{name} {version}", dict(zip(names, map(float, model.coef_), strict=True)))
    client.set_registered_model_alias(name, CHAMPION, version)
    client.set_model_version_tag(name, version, "promoted_by", by)
    client.set_model_version_tag(name, version, "promoted_for", reason)


def _artifact(client: Any, run: str, name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return Path(client.download_artifacts(run, name, folder)).read_text(encoding="utf-8")


def _mlflow(home: Path) -> Any:
    # Before the import: MLflow reads these when it loads.
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    folder = home.resolve() / "mlflow"
    (folder / "artifacts").mkdir(parents=True, exist_ok=True)
    import mlflow

    address = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{folder / 'mlflow.db'}"
    mlflow.set_tracking_uri(address)
    if address.startswith("sqlite:"):
        for name in (NIGHTS, TRAINING):
            if mlflow.get_experiment_by_name(name) is None:
                mlflow.create_experiment(name, artifact_location=(folder / "artifacts" / name).as_uri())
    return mlflow
