"""Scores of one peer group: the function that runs once per group, in process or on a worker.

In: every party of the group (own = the group it is judged in; the others only serve as reference), its
columns as doubles, sorted by party. Out: rows of `score`.
"""

import json
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models import anomaly, peers
from models.measures import MEASURES, Measure

Array = NDArray[np.float64]

VERSION = "peers-3"
LEAST_PEERS = 30
SHOWN = 0.05
SUREST = 0.9
"""No single family of statistics is surer than this, whatever its numbers say."""
ORDINARY = 2.0
"""Robust deviations below which a measure by itself is nothing to speak of."""
TRUST = {"1": 1.0, "2": 0.9, "3": 0.8, "4": 0.6}
"""A coarse group compares unlike with unlike: its posterior is discounted, visibly."""

COARSE = {"institution": {"3": 0.5, "4": 0.3}}
"""Of institutions the third group is all of one level and the fourth all there are: an eye clinic beside a dentist
beside a hospital. (Of doctors the third is a specialty.)"""

KEPT_ALL = ("institution", "pharmacy", "doctor", "department")
"""Of persons and stays only those with p of 5 % or more, or in the top 1 %, are written."""

FOREST = ("institution", "pharmacy", "doctor")

SCHEMA = pa.schema(
    [
        ("party_type", pa.string()),
        ("party_id", pa.string()),
        ("model", pa.string()),
        ("model_ver", pa.string()),
        ("period", pa.string()),
        ("score", pa.float64()),
        ("p", pa.float64()),
        ("reasons", pa.string()),
        ("peer_group", pa.string()),
        ("peer_n", pa.int64()),
        ("percentile", pa.float64()),
        ("excess_amt", pa.float64()),
    ]
)


def scorer(party_type: str, period: str, seed: int) -> Callable[[pa.Table], pa.Table]:
    """The by-key function for one kind of party."""

    def apply(group: pa.Table) -> pa.Table:
        return _score(group, party_type, period, seed)

    return apply


def _score(group: pa.Table, party_type: str, period: str, seed: int) -> pa.Table:
    own = np.asarray(group["own"].to_numpy(zero_copy_only=False), dtype=bool)
    if not own.any():
        return SCHEMA.empty_table()
    key = group["reference"][0].as_py()
    level, _, name = key.partition("|")
    trust = COARSE.get(party_type, {}).get(level, TRUST[level]) * min(1.0, group.num_rows / LEAST_PEERS)
    ids = group["party_id"].to_pylist()
    readings: list[tuple[Measure, peers.Reading, Array, Array]] = []
    residuals, money = [], []
    spend = _column(group, "fund_amt")
    for measure in MEASURES[party_type]:
        observed = _column(group, measure.observed)
        exposure = _column(group, measure.exposure)
        if observed.sum() <= 0 or exposure.sum() <= 0:
            continue
        rate = observed.sum() / exposure.sum()
        unit = measure.unit * (_worth(group, measure, exposure, rate) if measure.yuan else 1.0)
        o, e = observed / unit, exposure * rate / unit
        reading = peers.read(o, e)
        readings.append((measure, reading, observed, e * reading.fit.centre * unit))
        money.append(_yuan(measure, reading, observed, unit, spend))
        residuals.append(np.log((o + 0.5) / (e + 0.5)))
    if not readings:
        return SCHEMA.empty_table()
    rows = _Rows(party_type, period, name, group.num_rows, ids, own, party_type in KEPT_ALL)
    posterior = np.stack([reading.posterior for _, reading, _, _ in readings]) * trust
    posterior = np.where(posterior < SHOWN, 0.0, np.minimum(posterior, SUREST))
    yuan = np.stack(money)
    _peer_rows(rows, "peers", readings, posterior, yuan)
    for model in sorted({m.model for m, _, _, _ in readings if m.model}):
        chosen = [i for i, (m, _, _, _) in enumerate(readings) if m.model == model]
        _peer_rows(rows, model, [readings[i] for i in chosen], posterior[chosen], yuan[chosen], least=SHOWN)
    if len(ids) >= LEAST_PEERS:
        _anomaly_rows(rows, readings, np.stack(residuals, axis=1), trust, seed)
    return rows.table()


def _worth(group: pa.Table, measure: Measure, exposure: Array, rate: float) -> float:
    """Yuan that one settlement is usually worth: the rate, or the exposure's yuan where that is yuan itself."""
    if not measure.typical:
        return rate
    count = _column(group, measure.typical)[exposure > 0].sum()
    return float(exposure.sum() / count) if count > 0 else 1.0


def _column(group: pa.Table, name: str) -> Array:
    if name not in group.column_names:
        return np.zeros(group.num_rows)
    return np.nan_to_num(np.asarray(group[name].to_numpy(zero_copy_only=False), dtype=np.float64))


def _yuan(measure: Measure, reading: peers.Reading, observed: Array, unit: float, spend: Array) -> Array:
    # Excess in yuan where the measure is yuan; else the same share of what the fund paid.
    excess = reading.excess * unit
    if measure.yuan:
        return excess
    share = np.divide(excess, observed, out=np.zeros_like(observed), where=observed > 0)
    return np.minimum(share, 1.0) * spend


def _peer_rows(
    rows: "_Rows",
    model: str,
    readings: list[tuple[Measure, peers.Reading, Array, Array]],
    posterior: Array,
    money: Array,
    least: float = 0.0,
) -> None:
    # Of a family only its strongest measure counts (of equally strong ones the farthest), so that the parts
    # of the reasons sum to −ln(1 − p).
    z = np.stack([reading.z for _, reading, _, _ in readings])
    order = posterior + 1e-6 / (1 + np.exp(-np.clip(z, -30, 30)))
    of_family = np.array([m.family for m, _, _, _ in readings])
    counts = np.zeros(posterior.shape, dtype=bool)
    for family in sorted(set(of_family)):
        rows_of = np.flatnonzero(of_family == family)
        counts[rows_of[np.argmax(order[rows_of], axis=0)], np.arange(posterior.shape[1])] = True
    p = 1 - np.prod(1 - np.where(counts, posterior, 0.0), axis=0)
    excess = money[np.argmax(posterior, axis=0), np.arange(posterior.shape[1])] * (posterior.max(axis=0) > 0)
    # Below the threshold of showing, parties still have an order: that of their funnel z.
    score = peers.priority(p, excess) + 1e-3 / (1 + np.exp(-np.clip(z.max(axis=0), -30, 30)))

    def reasons(i: int) -> str:
        found = []
        for n, (m, r, o, e) in enumerate(readings):
            q = float(posterior[n, i])
            if q < SHOWN or not counts[n, i]:
                continue
            times = o[i] / e[i] if e[i] > 0 else 0.0
            have, peer = _number(o[i]), _number(e[i])
            found.append(
                {
                    "measure": m.name,
                    "fact": m.family,
                    "observed": round(float(o[i]), 2),
                    "expected": round(float(e[i]), 2),
                    "z": round(float(r.z[i]), 2),
                    "p_above": round(float(r.above[i]), 4),
                    "part": round(float(-np.log1p(-q)), 6),
                    "zh": f"{m.zh}为同类的 {times:.1f} 倍（{have}，同类水平下约 {peer}）",
                    "en": f"{m.en}: {times:.1f} times its peers ({have}; at the peers' rate {peer})",
                }
            )
        found.sort(key=lambda row: (-row["part"], row["measure"]))  # type: ignore[operator]
        return json.dumps(found, ensure_ascii=False, sort_keys=True)

    rows.add(model, score, p, reasons, excess, least)


def _anomaly_rows(
    rows: "_Rows",
    readings: list[tuple[Measure, peers.Reading, Array, Array]],
    residual: Array,
    trust: float,
    seed: int,
) -> None:
    z = anomaly.robust_z(residual)
    few = rows.party_type in FOREST
    parts = anomaly.explainable(residual) if few else np.abs(z) / z.shape[1]
    score = parts.sum(axis=1) if few else anomaly.top_mean(z)
    p = anomaly.tail_posterior(score) * trust

    def reasons(i: int) -> str:
        order = np.argsort(-parts[i], kind="stable")[: anomaly.TOP]
        return json.dumps(
            [
                {
                    "measure": readings[n][0].name,
                    "fact": readings[n][0].family,
                    "z": round(float(z[i, n]), 2),
                    "part": round(float(parts[i, n]), 6),
                    "zh": f"{readings[n][0].zh}偏离同类中位数 {z[i, n]:+.1f} 个稳健标准差{_beside(z[i, n])[0]}",
                    "en": f"{readings[n][0].en}: {z[i, n]:+.1f} robust deviations from the peers' median"
                    f"{_beside(z[i, n])[1]}",
                }
                for n in order
            ],
            ensure_ascii=False,
            sort_keys=True,
        )

    rows.add("robust_z", score, p, reasons, np.zeros(len(p)), 0.0)
    if few:
        strange = anomaly.forest(z, seed)
        rows.add(
            "isolation_forest",
            strange,
            anomaly.tail_posterior(strange) * trust,
            reasons,
            np.zeros(len(p)),
            0.0,
        )


def _beside(z: float) -> tuple[str, str]:
    """What to add where a measure by itself is ordinary: it is odd beside the party's other measures."""
    if abs(z) >= ORDINARY:
        return "", ""
    return "（单看不突出，与其余指标不相称）", ", odd beside its other measures"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 20 else f"{value:.1f}"


class _Rows:
    """Collects rows of `score`; percentiles are taken over the whole group, rows only for its own parties."""

    def __init__(
        self,
        party_type: str,
        period: str,
        name: str,
        peers_n: int,
        ids: list[str],
        own: NDArray[np.bool_],
        all_: bool,
    ) -> None:
        self.party_type, self.period, self.name, self.peers_n = party_type, period, name, peers_n
        self.ids, self.own, self.all = ids, own, all_
        self.rows: list[dict[str, object]] = []

    def add(
        self, model: str, score: Array, p: Array, reasons: Callable[[int], str], money: Array, least: float
    ) -> None:
        ranked = np.searchsorted(np.sort(score), score, side="right") / len(score) * 100
        keep = (
            self.own & (p >= least) if self.all else self.own & ((p >= SHOWN) | (ranked > 99)) & (p >= least)
        )
        for i in np.flatnonzero(keep):
            self.rows.append(
                {
                    "party_type": self.party_type,
                    "party_id": self.ids[i],
                    "model": model,
                    "model_ver": VERSION,
                    "period": self.period,
                    "score": float(score[i]),
                    "p": float(p[i]),
                    "reasons": reasons(int(i)),
                    "peer_group": self.name,
                    "peer_n": self.peers_n,
                    "percentile": float(ranked[i]),
                    "excess_amt": float(money[i]),
                }
            )

    def table(self) -> pa.Table:
        return pa.Table.from_pylist(self.rows, schema=SCHEMA)
