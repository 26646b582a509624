"""Which thresholds, over several rules at once, fill the investigator-days there are best.

Each candidate threshold of a rule is an option: what it costs (leads × hours of such a lead) and what it is
expected to bring (the fund's yuan × how often hits of that rule are confirmed). At most one option a rule is
taken; the choice is exact to a quarter of a day (multiple-choice knapsack), not greedy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from math import ceil

from models.schemes import schemes
from pipelines.backtest import DAY_HOURS, Trial
from rules_kb.rule import Rule

STEPS_A_DAY = 4
"""The choice is made in quarters of a day; costs are rounded up."""


@dataclass(frozen=True)
class Option:
    """One candidate threshold of one rule: its cost in days, and the yuan it may bring back."""

    rule_id: str
    setting: str
    hits: int
    leads: int
    days: float
    fund_amt: Decimal
    expected: Decimal

    @property
    def yuan_per_hour(self) -> float:
        """Expected yuan of an hour's work; 0 where there is no work."""
        return round(float(self.expected) / (self.days * DAY_HOURS), 2) if self.days else 0.0


@dataclass(frozen=True)
class Plan:
    """The options taken, what they cost together and what they are expected to bring."""

    options: tuple[Option, ...]
    days: float
    expected: Decimal


def lead_cost(rule: Rule) -> tuple[float, float]:
    """Hours of a lead of the rule's scheme, and how often its hits are confirmed (a prior: `models/schemes.yaml`)."""
    known = schemes()
    own = known["rules"].get(rule.code) or known["rules"].get("*") or {}
    scheme = known["schemes"].get(own.get("scheme"), known["schemes"]["*"])
    return float(scheme["hours"]), float(own.get("precision", 0.3))


def candidates(rule: Rule) -> dict[str, dict[str, int | float]]:
    """Half, present, one and a half and twice each numeric threshold, where nobody names candidates."""
    found: dict[str, dict[str, int | float]] = {}
    for name, parameter in rule.parameters.items():
        if isinstance(parameter.default, bool | str):
            continue
        for factor in (0.5, 0.75, 1.5, 2):
            value = parameter.default * factor
            value = round(value) if isinstance(parameter.default, int) else round(value, 4)
            if value and value != parameter.default:
                found[f"{name}={value}"] = {name: value}
    return found


def options(rule: Rule, trials: Iterable[Trial]) -> list[Option]:
    """The rule's options from its back-test, each threshold once."""
    hours, confirmed = lead_cost(rule)
    return [
        Option(
            rule_id=rule.id,
            setting=trial.setting,
            hits=trial.hits,
            leads=trial.leads,
            days=round(trial.leads * hours / DAY_HOURS, 2),
            fund_amt=trial.fund_amt,
            expected=(trial.fund_amt * Decimal(str(confirmed))).quantize(Decimal("0.01")),
        )
        for trial in trials
    ]


def fill_best(choices: Mapping[str, Sequence[Option]], days: float) -> Plan:
    """At most one option of each rule, within so many days, that brings most; ties take fewer days."""
    room = int(days * STEPS_A_DAY)
    best: list[tuple[Decimal, int, tuple[Option, ...]]] = [(Decimal(0), 0, ())] * (room + 1)
    for rule_id in sorted(choices):
        after = list(best)
        for option in choices[rule_id]:
            cost = ceil(option.days * STEPS_A_DAY)
            if option.expected <= 0 or cost > room:
                continue
            for at in range(cost, room + 1):
                value, used, taken = best[at - cost]
                tried = (value + option.expected, used - cost, (*taken, option))
                if tried[:2] > after[at][:2]:
                    after[at] = tried
        best = after
    expected, _, taken = max(best, key=lambda entry: entry[:2])
    return Plan(taken, round(sum(option.days for option in taken), 2), expected)


def plot_options(choices: Mapping[str, Sequence[Option]], plan: Plan, days: float) -> str:
    """An SVG: days across, expected yuan up; a line a rule, what the plan takes filled."""
    width, height, edge = 760, 460, 70
    every = [option for group in choices.values() for option in group]
    most_days = max([option.days for option in every] + [1.0])
    most_money = max([float(option.expected) for option in every] + [1.0])

    def place(option: Option) -> tuple[float, float]:
        return (
            edge + (width - 2 * edge) * option.days / most_days,
            height - edge - (height - 2 * edge) * float(option.expected) / most_money,
        )

    marks = []
    for rule_id, group in sorted(choices.items()):
        points = sorted(place(option) for option in group)
        marks.append(
            f'<polyline fill="none" stroke="#9aa4b2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
        )
        for option in group:
            x, y = place(option)
            taken = option in plan.options
            marks.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if taken else 4}" fill="{"#b3261e" if taken else "#fff"}" '
                f'stroke="#b3261e"><title>{escape(f"{rule_id} {option.setting}: {option.leads} leads")}</title></circle>'
            )
            if taken:
                marks.append(
                    f'<text x="{x + 9:.1f}" y="{y + 4:.1f}" font-size="11">{escape(f"{rule_id} {option.setting}")}</text>'
                )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">'
        f'<text x="{edge}" y="28" font-size="15">阈值选择：{days:g} 人日内取 {plan.days:g} 人日，预期可追回 '
        f"{plan.expected:,.2f} 元</text>"
        f'<text x="{edge}" y="46" font-size="11" fill="#555">实心为选中 filled: taken · 每条线一条规则 one line a rule</text>'
        f'<path d="M{edge} {edge}V{height - edge}H{width - edge}" stroke="#444" fill="none"/>'
        f'<text x="{edge}" y="{height - 28}" font-size="12">核查人日 investigator-days (0–{most_days:.1f})</text>'
        f'<text x="8" y="{edge - 8}" font-size="12">预期可追回元 expected yuan (0–{most_money:,.0f})</text>'
        f"{''.join(marks)}</svg>\n"
    )
