"""Training: outcomes of reviewed leads → a correction of p_confirm, tried against the champion at the gate.

Outcomes are rows of lead_id, confirmed, drawn (by exploration), propensity; casework writes them to
HOME/warehouse/outcome/*.parquet. Features are the parts of a lead's reasons, one per family.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models import ranker, registry

Array = NDArray[np.float64]

FAMILIES = (
    "rule",
    "ring",
    "peers",
    "anomaly",
    "capacity",
    "pace",
    "split",
    "stay",
    "own_pay",
    "origin",
    "coding",
    "cost",
    "places",
)


@dataclass(frozen=True)
class Trained:
    """What a training found: how many outcomes, the gate's verdict, the registered version (or none)."""

    reviewed: int
    confirmed: int
    verdict: ranker.Verdict
    version: str


def train(home: Path, seed: int) -> Trained:
    """Fit and log a challenger from the outcomes of HOME; registers it only where there is enough to learn."""
    registry.take_in_nights(home)
    rows = reviewed(home)
    score, parts = rows["p_confirm"].to_numpy(float), family_parts(rows["reasons"])
    confirmed = rows["confirmed"].to_numpy(float)
    weight = ranker.review_weights(
        np.arange(len(rows), dtype=float),
        rows["drawn"].to_numpy(bool),
        rows["propensity"].fillna(1).to_numpy(float),
    )
    verdict = ranker.gate(score, parts, confirmed, weight, seed)
    if len(rows) < ranker.LEAST_REVIEWED or confirmed.sum() < ranker.LEAST_CONFIRMED:
        return Trained(len(rows), int(confirmed.sum()), verdict, "")
    correction = ranker.fit_correction(score, parts, confirmed, weight)
    version = registry.log_model(
        home,
        name=registry.RANKER,
        model=as_estimator(correction),
        features=["log_odds", *FAMILIES],
        params={"reviewed": len(rows), "confirmed": int(confirmed.sum()), "shrink": ranker.SHRINK},
        metrics={
            "gain": verdict.gain,
            "gain_low": verdict.low,
            "gain_high": verdict.high,
            "calibration_error": ranker.calibration_error(correction.apply(score, parts), confirmed),
        },
        data_hash=hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()[:16],
        card=card(len(rows), int(confirmed.sum()), verdict),
    )
    return Trained(len(rows), int(confirmed.sum()), verdict, version)


def reviewed(home: Path) -> pd.DataFrame:
    """Outcomes joined with the lead as it was last listed: p_confirm, reasons, confirmed, drawn, propensity."""
    columns = ["lead_id", "confirmed", "drawn", "propensity"]
    outcomes = [
        pd.read_parquet(f, columns=columns)
        for f in sorted((home / "warehouse" / "outcome").glob("*.parquet"))
    ]
    nights = sorted((home / "warehouse" / "lead").glob("run_date=*/*.parquet"))
    leads = [pd.read_parquet(file, columns=["lead_id", "p_confirm", "reasons", "status"]) for file in nights]
    if not outcomes or not leads:
        return pd.DataFrame(columns=[*columns, "p_confirm", "reasons"])
    listed = pd.concat(leads)
    listed = listed[listed["status"] != "gone"].drop_duplicates("lead_id", keep="last")
    return (
        pd.concat(outcomes)
        .drop_duplicates("lead_id", keep="last")
        .merge(listed, on="lead_id")
        .sort_values("lead_id")
    )


def family_parts(reasons: "pd.Series[str]") -> Array:
    """Leads × families: the parts of each family's reasons, summed."""
    parts = np.zeros((len(reasons), len(FAMILIES)))
    for row, text in enumerate(reasons):
        for reason in json.loads(text):
            if reason["family"] in FAMILIES:
                parts[row, FAMILIES.index(reason["family"])] += float(reason["part"])
    return parts


def as_estimator(correction: ranker.Correction) -> LogisticRegression:
    """The correction as a plain scikit-learn logistic regression over log-odds and family parts."""
    slope = correction.weights / correction.spread
    model: Any = LogisticRegression()
    model.classes_ = np.array([0.0, 1.0])
    model.coef_ = np.concatenate([[1.0], slope])[None, :]
    model.intercept_ = np.array([correction.intercept - float(slope @ correction.mean)])
    model.n_features_in_ = 1 + len(slope)
    estimator: LogisticRegression = model
    return estimator


def card(n: int, confirmed: int, verdict: ranker.Verdict) -> str:
    """Model card: what it is for, what it learned from, what the gate said, what it must not be used for."""
    return (
        "# lead_ranker\n\nCorrects p_confirm of leads by outcomes of reviewed ones. Clues, never verdicts: a person decides.\n\n"
        f"Learned from {n} reviewed leads, {confirmed} confirmed; drawn leads are weighted by 1 ÷ propensity; leads "
        "nobody looked at are unlabelled.\n\n"
        f"Gate: {'passed' if verdict.passed else 'not passed'} ({verdict.why}); gain in precision {verdict.gain:+.3f}, "
        f"95 % interval {verdict.low:+.3f} to {verdict.high:+.3f}.\n\nFeatures: log-odds of p_confirm, and the part of each "
        "family of evidence. No attribute of a person is used.\n"
    )
