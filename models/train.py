"""Training: outcomes of reviewed leads → how far each family of evidence is to be trusted, tried at the gate.

Outcomes are rows of lead_id, confirmed (empty while open), drawn (by exploration), propensity, and where known
grade (planted leads, 1 to 5) and subgroup (kind of place); casework writes them to HOME/warehouse/outcome/*.parquet.
Features are the log likelihood ratios of a lead's reasons, one per family. A lead nobody has looked at, or whose case is still
open, is unlabelled, not innocent: it takes no part (positive-unlabelled); drawn ones weigh 1 ÷ propensity.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression

from models import gate, pictures, ranker, registry
from models.champion import Champion, champion
from models.outcomes import outcome_files
from models.schemes import families

Array = NDArray[np.float64]

FAMILIES = families()


@dataclass(frozen=True)
class Trained:
    """What a training found: how many outcomes, the gate's verdict, the registered version (or none)."""

    reviewed: int
    confirmed: int
    verdict: gate.Verdict
    version: str


def train(home: Path, seed: int) -> Trained:
    """Fit and log a challenger from the outcomes of HOME; registers it only where there is enough to learn."""
    registry.take_in_nights(home)
    rows = reviewed(home)
    now = champion(home)
    ratios = plain_ratios(rows["reasons"], rows["multipliers"])
    known = _known(rows)
    score = ranker.Trust(_vector(now)).apply(ratios)
    verdict = gate.gate_trust(score, ratios, known, seed)
    confirmed = int(known.confirmed.sum())
    if len(rows) < gate.LEAST_REVIEWED or confirmed < gate.LEAST_CONFIRMED:
        return Trained(len(rows), confirmed, verdict, "")
    trust = ranker.fit_trust(ratios, known.confirmed, known.weight)
    corrected = trust.apply(ratios)
    version = registry.log_model(
        home,
        name=registry.RANKER,
        model=as_estimator(trust),
        features=list(FAMILIES),
        params={
            "reviewed": len(rows),
            "confirmed": confirmed,
            "champion": now.version,
            "spread": ranker.SPREAD,
            "code": code_hash(),
            **{
                f"trust_{name}": round(float(m), 4)
                for name, m in zip(FAMILIES, trust.multipliers, strict=True)
            },
        },
        metrics={
            "gain": verdict.gain,
            "gain_low": verdict.low,
            "gain_high": verdict.high,
            "calibration_error": ranker.calibration_error(corrected, known.confirmed),
            "champion_calibration_error": ranker.calibration_error(score, known.confirmed),
            **{f"precision_at_{k}": precision_at(corrected, known.confirmed, k) for k in (20, 50, 100)},
            **{f"champion_precision_at_{k}": precision_at(score, known.confirmed, k) for k in (20, 50, 100)},
        },
        pictures={
            "calibration.svg": pictures.calibration(
                {"champion": score, "challenger": corrected}, known.confirmed
            ),
            "precision_at_k.svg": pictures.precision(
                {"champion": score, "challenger": corrected}, known.confirmed
            ),
            "funnel.svg": pictures.funnel(*_funnel(home)),
        },
        data_hash=hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()[:16],
        gate="passed" if verdict.passed else "not passed",
        card=card(len(rows), confirmed, verdict, trust),
    )
    return Trained(len(rows), confirmed, verdict, version)


def reviewed(home: Path) -> pd.DataFrame:
    """Decided outcomes joined with the lead as it was last listed, and the champion that ranked it then."""
    columns = ["lead_id", "confirmed", "drawn", "propensity"]
    files = outcome_files(home)
    nights = sorted((home / "warehouse" / "lead").glob("run_date=*/*.parquet"))
    ranked_by = multipliers_by_day(home)
    leads = []
    for file in nights:
        night = pd.read_parquet(file, columns=["lead_id", "p_confirm", "rank", "reasons", "status"])
        leads.append(night.assign(multipliers=ranked_by.get(file.parent.name.split("=")[1], "{}")))
    if not files or not leads:
        return pd.DataFrame(
            columns=[*columns, "grade", "subgroup", "p_confirm", "rank", "reasons", "multipliers"]
        )
    outcomes = pd.concat([pd.read_parquet(file) for file in files]).drop_duplicates("lead_id", keep="last")
    for name in ("grade", "subgroup"):
        if name not in outcomes:
            outcomes[name] = None
    outcomes = outcomes[outcomes["confirmed"].notna()][[*columns, "grade", "subgroup"]]
    listed = pd.concat(leads)
    listed = listed[listed["status"] != "gone"].drop_duplicates("lead_id", keep="last").drop(columns="status")
    return outcomes.merge(listed, on="lead_id").sort_values("lead_id")


def multipliers_by_day(home: Path) -> dict[str, str]:
    """Day → the multipliers (JSON) that the night of that day applied, from its manifest."""
    found = {}
    for file in sorted((home / "runs").glob("*/manifest.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        ran = (content.get("models") or {}).get("lead_ranker") or {}
        found[str(content.get("as_of"))] = json.dumps(ran.get("multipliers") or {}, sort_keys=True)
    return found


def plain_ratios(reasons: "pd.Series[str]", multipliers: "pd.Series[str]") -> Array:
    """Leads × families: log likelihood ratios of each family's reasons, summed, before any champion stretched them."""
    ratios = np.zeros((len(reasons), len(FAMILIES)))
    for row, (text, applied) in enumerate(zip(reasons, multipliers, strict=True)):
        stretched = json.loads(applied)
        for reason in json.loads(text):
            if reason["family"] in FAMILIES:
                by = float(stretched.get(reason["family"], 1.0)) or 1.0
                ratios[row, FAMILIES.index(reason["family"])] += float(reason.get("ratio", 0)) / by
    return ratios


def _known(rows: pd.DataFrame) -> gate.Reviewed:
    weight = ranker.review_weights(
        np.arange(len(rows), dtype=float),
        rows["drawn"].fillna(False).to_numpy(bool),
        _numbers(rows["propensity"].fillna(1)),
    )
    return gate.Reviewed(
        _numbers(rows["confirmed"]),
        weight,
        _numbers(rows["grade"]),
        rows["subgroup"].fillna("").to_numpy(str),
    )


def _numbers(column: "pd.Series[Any]") -> Array:
    return np.asarray(column.astype(float), dtype=np.float64)


def _vector(ran: Champion) -> Array:
    return np.array([ran.multipliers.get(name, 1.0) for name in FAMILIES])


def _funnel(home: Path) -> tuple[Array, Array]:
    """Expected and observed counts of the first measure of institutions, as the last night's reasons tell."""
    nights = sorted((home / "warehouse" / "score").glob("run_date=*/*.parquet"))
    if not nights:
        return np.zeros(0), np.zeros(0)
    rows = pd.read_parquet(nights[-1], columns=["party_type", "model", "reasons"])
    rows = rows[(rows["party_type"] == "institution") & (rows["model"] == "peers")]
    told = [reason for text in rows["reasons"] for reason in json.loads(text)]
    return np.array([r["expected"] for r in told]), np.array([r["observed"] for r in told])


def precision_at(score: Array, confirmed: Array, k: int) -> float:
    """Confirmed share of the k highest."""
    return float(confirmed[np.argsort(-score, kind="stable")[:k]].mean())


def as_estimator(trust: ranker.Trust) -> LinearRegression:
    """The multipliers as a plain scikit-learn linear model: it predicts from the families' ratios."""
    model: Any = LinearRegression(fit_intercept=False, positive=True)
    model.coef_ = np.asarray(trust.multipliers, dtype=np.float64)
    model.intercept_ = 0.0
    model.n_features_in_ = len(trust.multipliers)
    estimator: LinearRegression = model
    return estimator


def code_hash() -> str:
    """Twelve hex digits over the files of this package."""
    content = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        content.update(file.read_bytes())
    return content.hexdigest()[:12]


def card(n: int, confirmed: int, verdict: gate.Verdict, trust: ranker.Trust) -> str:
    """Model card: what it is for, what it learned from, what the gate said, what it must not be used for."""
    checks = "\n".join(f"| {check.name} | {check.state} | {check.says} |" for check in verdict.checks)
    learned = ", ".join(
        f"{name} × {m:.2f}" for name, m in zip(FAMILIES, trust.multipliers, strict=True) if abs(m - 1) > 0.005
    )
    return (
        "# lead_ranker\n\nHow far each family of evidence is trusted in p_confirm of a lead, learned from outcomes of "
        "reviewed ones. Clues, never verdicts: a person decides. Not for measuring people, nor for ranking persons "
        "without a fact of their own.\n\n"
        f"Learned from {n} decided leads, {confirmed} confirmed; drawn leads are weighted by 1 ÷ propensity; open "
        "cases and leads nobody looked at are unlabelled and take no part.\n\n"
        f"Families: {learned or 'all as before'}. Each multiplies the family's log likelihood ratio: monotone, reasons stay additive.\n\n"
        f"Gate: {verdict.why}.\n\n| check | state | figures |\n|---|---|---|\n{checks}\n\n"
        "Features: the log likelihood ratio of each family of evidence. No attribute of a person is used.\n"
    )
