"""Shared by the suites: means with intervals, options, one JSON object on standard output or in a file."""

import argparse
import json
from pathlib import Path

import numpy as np


def interval(values):
    """Mean and its 95 % interval by bootstrap over worlds (1,000 replicas, fixed seed)."""
    values = np.asarray(values, dtype=float)
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (1000, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "mean": round(float(values.mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def options(description, worlds):
    """--worlds, --seed, --out."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--worlds", type=int, default=worlds)
    parser.add_argument("--seed", type=int, default=20260630)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def publish(result, out):
    """Prints the JSON, and writes it where asked."""
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
