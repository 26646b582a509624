"""Scores of providers against known labels (a file of provider and Yes/No), beside sorting by amount."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from core.errors import UsageError
from fundguard.evaluate import _sums, read_table, run_dates

_YES = {"yes", "1", "true", "y", "是"}


def read_labels(file: Path) -> pd.Series:
    """Label by provider: first column the code, second whether it was found out."""
    if not file.is_file():
        raise UsageError(f"--labels [{file}] is no such file")
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    if frame.shape[1] < 2:
        raise UsageError(f"--labels [{file}] needs two columns: provider, label")
    return pd.Series(frame.iloc[:, 1].str.strip().str.lower().isin(_YES).to_numpy(), index=frame.iloc[:, 0])


def figures(label: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """AUC, average precision, and precision in the first five in a hundred."""
    order = np.argsort(-score, kind="stable")
    first = order[: max(1, round(len(order) * 0.05))]
    return {
        "auc": round(float(roc_auc_score(label, score)), 4),
        "ap": round(float(average_precision_score(label, score)), 4),
        "p_at_5_percent": round(float(label[first].mean()), 4),
    }


def evaluate_labels(labels: Path, home: Path, date: str | None = None) -> dict[str, Any]:
    """Each score model of institutions, and the sum billed, against the labels.

    Only providers with a claim in the warehouse and a label count; one without a score comes last.
    """
    known = read_labels(labels)
    billed = pd.Series(_sums(home, "setl_d", "fixmedins_code", "medfee_sumamt"))
    label = known[known.index.isin(billed.index)].sort_index()
    if label.nunique() < 2:
        raise UsageError(f"--labels [{labels}] and the claims in [{home}] share no provider of both kinds")
    days = run_dates(home, "score")
    if not days:
        raise UsageError(f"--home [{home}] holds no scores; run `fundguard nightly` first")
    run = date or days[-1]
    scores = read_table(home, "score", ["party_type", "party_id", "model", "score"], [run])
    scores = scores[scores["party_type"].isin(["institution", "pharmacy"])]
    truth = label.to_numpy().astype(int)
    models = {}
    for model, rows in scores.groupby("model"):
        value = rows.groupby("party_id")["score"].max().reindex(label.index)
        models[str(model)] = figures(truth, value.fillna(value.min() - 1.0).to_numpy(float))
    return {
        "run_date": run,
        "providers": len(label),
        "positives": int(truth.sum()),
        "models": models,
        "by_amount": figures(truth, billed.reindex(label.index).to_numpy(float)),
    }
