"""From a random sample to the whole: stratified difference estimator with a one-sided lower bound.

T = Σ N_h · mean_h; Var = Σ N_h² (1 − n_h/N_h) s_h²/n_h; lower = T − t(confidence, df) · √Var with
Welch–Satterthwaite df, floored at what was verified on rows. Good for sizing a lead and for the
decision to read on; refunds and penalties rest on verified rows alone.
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from scipy.stats import t as student

from core.errors import Refused
from fundguard.casework.draws.transcript import IMPORTED, check_results, need

CENT = Decimal("0.01")
PURPOSIVE = (
    "样本是点名选取的，不是随机的：每个单位被抽中的概率不知道，误差无从计算 "
    "the sample was chosen, not drawn: nobody knows each unit's chance, so no error can be stated"
)


@dataclass(frozen=True)
class Stratum:
    """One stratum: units in the frame, and the amount found on each sampled unit (yuan)."""

    name: str
    units: int
    amounts: list[Decimal]


@dataclass(frozen=True)
class Estimate:
    """Point, lower bound and what was verified (yuan), with degrees of freedom and confidence."""

    point: Decimal
    lower: Decimal
    verified: Decimal
    standard_error: Decimal
    degrees: float
    confidence: Decimal


def estimate(strata: list[Stratum], confidence: Decimal) -> Estimate:
    """Stratified difference estimate; Refused when some stratum shows no spread to estimate from."""
    if not Decimal("0.5") <= confidence < 1:
        raise Refused(f"--confidence: 置信水平须在 [0.5, 1) [{confidence}]；通常 usually 0.90")
    point, variance, below = Decimal(0), Decimal(0), Decimal(0)
    verified = sum((sum(stratum.amounts, Decimal(0)) for stratum in strata), Decimal(0))
    for stratum in strata:
        count = len(stratum.amounts)
        if count < min(2, stratum.units):
            raise Refused(
                f"层 stratum [{stratum.name}]: 样本 {count} 个，无法算误差 too few to state an error；"
                "用 draw extend 加抽至 2 个以上 extend it to at least 2"
            )
        if not count:
            continue
        mean = sum(stratum.amounts, Decimal(0)) / count
        point += stratum.units * mean
        if count == stratum.units:
            continue
        spread = sum(((a - mean) ** 2 for a in stratum.amounts), Decimal(0)) / (count - 1)
        part = stratum.units * Decimal(stratum.units - count) * spread / count
        variance += part
        below += part**2 / (count - 1)
    degrees = float(variance**2 / below) if below else 0.0
    error = variance.sqrt()
    quantile = Decimal(repr(float(student.ppf(float(confidence), degrees)))) if below else Decimal(0)
    lower = max(point - quantile * error, verified)
    return Estimate(
        point.quantize(CENT),
        lower.quantize(CENT, ROUND_DOWN),
        verified.quantize(CENT),
        error.quantize(CENT),
        round(degrees, 2),
        confidence,
    )


def strata_of(body: dict[str, Any], amounts: dict[str, Decimal]) -> list[Stratum]:
    """Sample of a draw with the amount found on each unit; Refused when it is not a random sample.

    The sample is every unit up to the last ticket used. A unit that was replaced stays in it with
    nothing found (it is never silently exchanged): that can only lower the bound.
    """
    if body.get("origin") == IMPORTED:
        raise Refused(f"estimate: {PURPOSIVE} [{IMPORTED}]；只报核实金额 report verified amounts only")
    need(body, "revealed", what="estimate", way_out="先 draw reveal reveal it first")
    check_results(body)
    weighted = [row["id"] for row in body["frame"]["objects"] if row["weight"] != 1]
    if weighted:
        raise Refused(
            f"estimate: 加权抽取，各单位概率不等 weights differ, first [{weighted[0]}]；"
            "推算须等权抽取 extrapolation needs a draw with equal weights"
        )
    replaced = {entry["object"] for entry in body["log"] if entry["kind"] == "replace"}
    missing = [
        row["id"] for row in body["selection"] if row["id"] not in amounts and row["id"] not in replaced
    ]
    if missing:
        raise Refused(
            f"--results: 抽中对象缺结果 {len(missing)} 个 results missing, first [{missing[0]}]；"
            "查完再推算，未查的不可略去 inspect them first; none may be left out"
        )
    return [
        Stratum(
            row["stratum"],
            row["units"],
            [
                amounts.get(drawn["id"], Decimal(0))
                for drawn in body["selection"]
                if drawn["stratum"] == row["stratum"]
            ],
        )
        for row in body["tickets"]
    ]
