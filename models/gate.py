"""The gate between champion and challenger, on outcomes that the challenger has not seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ranker import Array, calibration_error, fit_trust

LEAST_REVIEWED = 300
LEAST_CONFIRMED = 50
FOLDS = 5
REPLICAS = 400
WORSE_CALIBRATION = 0.01
MOST_RATIO = 1.25


@dataclass(frozen=True)
class Check:
    """One condition of the gate: pass, fail, or not measured, with the figures in words."""

    name: str
    state: str
    says: str


@dataclass(frozen=True)
class Verdict:
    """What the gate found: may the challenger replace the champion, and why (not)."""

    passed: bool
    gain: float
    low: float
    high: float
    why: str
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Reviewed:
    """What the gate knows of each reviewed lead besides its features; NaN and "" where nobody said.

    `grade` marks leads of planted schemes (1 easy … 5 hard); `subgroup` what kind of place it is (rural,
    small, private …).
    """

    confirmed: Array
    weight: Array
    grade: Array
    subgroup: NDArray[np.str_]

    def __getitem__(self, rows: NDArray[Any]) -> "Reviewed":
        return Reviewed(
            self.confirmed[rows], self.weight[rows], self.grade[rows], np.asarray(self.subgroup[rows])
        )

    @classmethod
    def plain(cls, confirmed: Array, weight: Array) -> "Reviewed":
        """Outcomes of which neither grade nor kind of place is known."""
        n = len(confirmed)
        return cls(confirmed, weight, np.full(n, np.nan), np.full(n, ""))


Fitted = Callable[[Array], Array]
Fitter = Callable[[NDArray[np.bool_]], Fitted]


def gate_trust(score: Array, ratios: Array, reviewed: Reviewed, seed: int) -> Verdict:
    """The gate for multipliers of the families' `ratios`; `score` is the champion's; see `judge`."""

    def fitter(train: NDArray[np.bool_]) -> Fitted:
        model = fit_trust(ratios[train], reviewed.confirmed[train], reviewed.weight[train])
        return lambda rows: model.apply(ratios[rows])

    return judge(score, fitter, reviewed, seed)


def judge(score: Array, fitter: Fitter, reviewed: Reviewed, seed: int) -> Verdict:
    """Challenger against champion on outcomes not seen in fitting (five folds).

    k is a fifth of the reviewed leads. Conditions: at least 300 reviewed and 50 confirmed; the lower end of
    the 95 % interval of the gain in precision at k (paired bootstrap, weighted) above 0; of planted leads no
    grade found less often in the first k; calibration error at most .01 above the champion's; and among false
    leads no subgroup in the first k more than 1.25 times as often as all. What nobody said is not measured.
    """
    n, confirmed = len(score), reviewed.confirmed
    if n < LEAST_REVIEWED or confirmed.sum() < LEAST_CONFIRMED:
        why = f"not enough decided: {n} reviewed, {int(confirmed.sum())} confirmed"
        return Verdict(False, 0.0, 0.0, 0.0, why)
    rng = np.random.default_rng(seed)
    fold = rng.permutation(n) % FOLDS
    corrected = np.empty(n)
    for part in range(FOLDS):
        test = fold == part
        corrected[test] = fitter(~test)(test)
    k = max(1, n // 5)
    gains = []
    for _ in range(REPLICAS):
        rows = rng.integers(0, n, n)
        gains.append(
            _precision(corrected[rows], reviewed[rows], k) - _precision(score[rows], reviewed[rows], k)
        )
    low, high = (float(q) for q in np.quantile(gains, [0.025, 0.975]))
    gain = float(np.mean(gains))
    checks = (
        Check("precision", _state(low > 0), f"{gain:+.3f} at k = {k}, 95 % {low:+.3f} to {high:+.3f}"),
        _planted_check(score, corrected, reviewed, k),
        _calibration_check(score, corrected, reviewed),
        _subgroup_check(corrected, reviewed, k),
    )
    failed = [check.name for check in checks if check.state == "fail"]
    unknown = [check.name for check in checks if check.state == "not measured"]
    why = "not passed: " + ", ".join(failed) if failed else "gain is certain"
    if unknown:
        why += "; not measured: " + ", ".join(unknown)
    return Verdict(not failed, gain, low, high, why, checks)


def _state(passed: bool) -> str:
    return "pass" if passed else "fail"


def _planted_check(score: Array, corrected: Array, reviewed: Reviewed, k: int) -> Check:
    grades = sorted(set(reviewed.grade[~np.isnan(reviewed.grade)]))
    if not grades:
        return Check("planted schemes", "not measured", "no outcome names a grade")
    before, after = (np.argsort(-s, kind="stable")[:k] for s in (score, corrected))
    found = {int(g): tuple(int((reviewed.grade[top] == g).sum()) for top in (before, after)) for g in grades}
    worse = any(now < then for then, now in found.values())
    says = ", ".join(f"grade {g}: {then} to {now}" for g, (then, now) in found.items())
    return Check("planted schemes", _state(not worse), says)


def _calibration_check(score: Array, corrected: Array, reviewed: Reviewed) -> Check:
    before, after = (calibration_error(s, reviewed.confirmed) for s in (score, corrected))
    return Check("calibration", _state(after <= before + WORSE_CALIBRATION), f"{before:.3f} to {after:.3f}")


def _subgroup_check(corrected: Array, reviewed: Reviewed, k: int) -> Check:
    top = np.zeros(len(corrected), dtype=bool)
    top[np.argsort(-corrected, kind="stable")[:k]] = True
    false = reviewed.confirmed == 0
    names = [
        g for g in sorted(set(reviewed.subgroup)) if g and (false & (reviewed.subgroup == g)).sum() >= 20
    ]
    if len(names) < 2:
        return Check("subgroups", "not measured", "fewer than two subgroups with 20 false leads")
    whole = top[false].mean()
    ratios = {g: float(top[false & (reviewed.subgroup == g)].mean() / max(whole, 1e-9)) for g in names}
    says = ", ".join(f"{g} {ratio:.2f}" for g, ratio in ratios.items())
    return Check("subgroups", _state(max(ratios.values()) <= MOST_RATIO), says)


def _precision(score: Array, reviewed: Reviewed, k: int) -> float:
    top = np.argsort(-score, kind="stable")[:k]
    return float(np.average(reviewed.confirmed[top], weights=reviewed.weight[top]))
