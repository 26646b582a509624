"""Suite A1: the explainable anomaly score against isolation forest on public sets (ADBench, *.npz).

Sets above 5,000 rows are sampled to 5,000 with their own share of anomalies. The three readings of the score
were chosen among eleven on these same sets, by the worse of their halves (places 0, 2, … and 1, 3, …): read the
margin over isolation forest as optimistic.

Run: python -m tests.bench.anomaly_sets --data FOLDER [--out docs/bench/anomaly_sets.json]
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score

from models import anomaly
from tests.bench.report import interval, publish

ROWS = 5000


def sets(folder, rng):
    for file in sorted(folder.glob("*.npz")):
        held = np.load(file, allow_pickle=True)
        values, truth = np.nan_to_num(held["X"].astype(float)), held["y"].astype(int)
        if len(truth) > ROWS:
            bad, good = np.flatnonzero(truth == 1), np.flatnonzero(truth == 0)
            n = min(len(bad), max(5, round(ROWS * truth.mean())))
            rows = np.concatenate(
                [rng.choice(bad, n, replace=False), rng.choice(good, ROWS - n, replace=False)]
            )
            values, truth = values[rows], truth[rows]
        yield file.stem, values, truth


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    found = {}
    for _, values, truth in sets(asked.data, np.random.default_rng(0)):
        scores = {
            "isolation forest": -IsolationForest(random_state=0).fit(values).score_samples(values),
            "top-3 robust z": anomaly.top_mean(anomaly.spread_z(values)),
            "explainable": anomaly.explainable(values).sum(axis=1),
        }
        for name, score in scores.items():
            found.setdefault(name, []).append(
                (roc_auc_score(truth, score), average_precision_score(truth, score))
            )
    means = {
        name: {"auroc": interval([v[0] for v in values]), "ap": interval([v[1] for v in values])}
        for name, values in found.items()
    }
    gain = np.array(found["explainable"]) - np.array(found["isolation forest"])
    publish(
        {
            "suite": "A1",
            "sets": len(gain),
            "scores": means,
            "explainable − isolation forest": {"auroc": interval(gain[:, 0]), "ap": interval(gain[:, 1])},
            "in each half": [
                {"auroc": round(float(half[:, 0].mean()), 4), "ap": round(float(half[:, 1].mean()), 4)}
                for half in (gain[::2], gain[1::2])
            ],
        },
        asked.out,
    )


if __name__ == "__main__":
    main()
