"""MLflow in and out, the only place that imports it: which models ran, on which data, with what result.

The store is embedded: SQLite and files under HOME/mlflow, or the server that MLFLOW_TRACKING_URI names. Nothing is sent
anywhere else: telemetry is switched off before the library is imported. Only scikit-learn objects, numbers
and feature lists are logged, never rows of persons.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import UsageError
from core.run import Run
from models.group import VERSION
from models.measures import MEASURES

RANKER = "lead_ranker"
ANOMALY = "anomaly"
NIGHTS = "nights"
TRAINING = "training"
CHAMPION, CHALLENGER = "champion", "challenger"


def log_night(home: Path, run: Run, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Record which models ran in a night, on what, and what came out. Never raises, never holds the night.

    The facts go to HOME/mlflow/nights/<run_id>.json at once, and on into the store where there is one.
    Making a new store takes long (its tables are migrated one by one), so that is left to the first
    `train` or `models`, which also take in the nights kept aside. Returns the state for the manifest.
    """
    try:
        aside = home / "mlflow" / "nights"
        aside.mkdir(parents=True, exist_ok=True)
        facts = night_facts(run, manifest)
        (aside / f"{run.run_id}.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
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
    champion = _alias(mlflow, RANKER, CHAMPION)
    mlflow.set_experiment(NIGHTS)
    for file in files:
        facts = json.loads(file.read_text("utf-8"))
        with mlflow.start_run(run_name=file.stem):
            mlflow.set_tags({"as_of": facts["params"]["as_of"], "champion": champion, "run_id": file.stem})
            mlflow.log_params(facts["params"])
            mlflow.log_metrics(facts["metrics"])
        file.unlink()
    return len(files)


def night_facts(run: Run, manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Parameters and metrics of a night from its manifest: versions, data hash, rows and money per table."""
    metrics: dict[str, float] = {}
    digests = []
    for job in dict(manifest.get("jobs", {})).values():
        for table, written in dict(job.get("writes", {})).items():
            if isinstance(written, Mapping) and "rows" in written:
                metrics[f"rows_{table}"] = float(written["rows"])
                digests.append(f"{table}:{written.get('digest', written.get('digests', ''))}")
    data_hash = hashlib.sha256("|".join(sorted(digests)).encode()).hexdigest()[:16]
    versions = dict(manifest.get("versions", {}))
    return {
        "params": {
            "as_of": str(run.as_of),
            "engine": run.settings.engine,
            "region": run.settings.region,
            "peers": VERSION,
            "features": feature_hash(),
            "code": str(versions.get("code", "")),
            "kb": run.kb_ver,
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
) -> str:
    """Log a scikit-learn model with its feature list and card; register it as challenger. Returns its version."""
    mlflow = _mlflow(home)
    from mlflow import sklearn as flavour
    from mlflow.tracking import MlflowClient

    mlflow.set_experiment(TRAINING)
    with mlflow.start_run(run_name=name):
        mlflow.log_params({**params, "data": data_hash, "features": feature_hash()})
        mlflow.log_metrics(dict(metrics))
        mlflow.log_text("\n".join(features), "features.txt")
        mlflow.log_text(card, "card.md")
        logged = flavour.log_model(
            model, name=name, registered_model_name=name, skops_trusted_types=["sklearn.tree._tree.Tree"]
        )
        version = str(logged.registered_model_version)
        client = MlflowClient()
        client.set_registered_model_alias(name, CHALLENGER, version)
        client.update_registered_model(name, card[:4000])
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
                    "run": str(version.run_id),
                }
            )
    return sorted(rows, key=lambda row: (row["name"], int(row["version"])))


def promote(home: Path, name: str, version: str, *, by: str, reason: str) -> None:
    """Make a version the champion; who and why stay with it. UsageError when there is no such version."""
    if {"name": name, "version": version} not in [
        {k: r[k] for k in ("name", "version")} for r in listed(home)
    ]:
        raise UsageError(f"model [{name} {version}] is not registered: see fundguard models list")
    from mlflow.tracking import MlflowClient

    client = MlflowClient()
    client.set_registered_model_alias(name, CHAMPION, version)
    client.set_model_version_tag(name, version, "promoted_by", by)
    client.set_model_version_tag(name, version, "promoted_for", reason)


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


def _alias(mlflow: Any, name: str, alias: str) -> str:
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

    try:
        return f"{name} {MlflowClient().get_model_version_by_alias(name, alias).version}"
    except MlflowException:
        return "noisy-or (built in)"
