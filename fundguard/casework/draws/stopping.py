"""When enough records have been read: a risk-limiting rule for reading in ticket order.

Records of one stratum are read in ticket order, each right or wrong. Two test martingales for
sampling without replacement run along: one against "the error rate is at least p" (stop: low
enough), one against "the error rate is at most p" (stop: too high, read on in full or escalate).
By Ville's inequality each stop is wrong with probability at most its risk, however often one looks.
"""

from dataclasses import dataclass
from fractions import Fraction

from core.errors import UsageError


@dataclass(frozen=True)
class Verdict:
    """decision (low, high, read_on), records read, errors, records used, and the risk stated."""

    decision: str
    read: int
    errors: int
    used: int
    risk: Fraction
    statement: str


def _martingale(found: list[bool], units: int, rate: Fraction, guess: Fraction) -> list[float]:
    """Test martingale against "the share of True in the population is at most `rate`".

    Each factor is the likelihood of the record under the guess over that under the bound, both
    given what was already read; once the bound cannot hold any more it is infinite.
    """
    value, values, seen = 1.0, [], 0
    for index, true in enumerate(found):
        bound = (rate * units - seen) / (units - index)
        if bound < 0 or (true and bound == 0):
            value = float("inf")
        elif bound < 1 and value != float("inf"):
            share = max(guess, bound + (1 - bound) / 100)
            value *= float(share / bound if true else (1 - share) / (1 - bound))
        values.append(value)
        seen += true
    return values


def stop(wrong: list[bool], units: int, rate: Fraction, risk: Fraction) -> Verdict:
    """Whether reading may stop. `wrong`: one truth per record, in ticket order; `units` in all.

    `rate`: tolerated error rate; `risk`: chance of a wrong stop. The guesses behind the two tests
    (half the rate, twice the rate) change how soon it stops, never the risk.
    """
    if not (0 < rate < 1 and 0 < risk < 1 and 0 < len(wrong) <= units):
        raise UsageError(
            f"stop: 参数越界 out of range [rate {rate}, risk {risk}, read {len(wrong)}/{units}]；"
            "rate 与 risk 取 (0, 1)，已读数取 1 至总数"
        )
    high = _martingale(wrong, units, rate, min(2 * rate, (1 + rate) / 2))
    low = _martingale([not each for each in wrong], units, 1 - rate, 1 - rate / 2)
    for index in range(len(wrong)):
        decision = "low" if low[index] >= 1 / risk else "high" if high[index] >= 1 / risk else ""
        if decision:
            return _verdict(decision, wrong, index + 1, rate, risk)
    return _verdict("read_on", wrong, len(wrong), rate, risk)


def _verdict(decision: str, wrong: list[bool], used: int, rate: Fraction, risk: Fraction) -> Verdict:
    """Verdict with its error stated in words."""
    p, r = f"{float(rate):.2%}", f"{float(risk):.1%}"
    words = {
        "low": f"可停：差错率低于 {p}，误停风险不超过 {r} stop: error rate below {p}, "
        f"wrong with probability at most {r}",
        "high": f"可停：差错率高于 {p}，误判风险不超过 {r}，转全面审查 stop: error rate above {p}, "
        f"wrong with probability at most {r}; review in full",
        "read_on": f"继续按号序审读：证据不足 read on in ticket order: not enough at risk {r}",
    }
    return Verdict(decision, len(wrong), sum(wrong), used, risk, words[decision])
