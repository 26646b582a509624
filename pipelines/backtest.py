"""What a rule, a threshold or a new version would have done on the history in a warehouse."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

import features
from core.engine import Engine
from core.schema import LANDING, TABLES
from core.settings import RulesSettings
from pipelines.warehouse import Warehouse
from rules_kb.compiler import Pack, judge_candidates, register_points
from rules_kb.rule import Rule

DAY_HOURS = 8
"""Hours of one investigator-day."""


@dataclass(frozen=True)
class Trial:
    """What one setting finds, and what it adds and drops against the present one."""

    setting: str
    hits: int
    new: int
    lost: int
    persons: int
    institutions: int
    leads: int
    vola_amt: Decimal
    fund_amt: Decimal
    days: float


def register_history(engine: Engine, warehouse: Warehouse, until: date) -> list[str]:
    """Register every landing table up to a day, and all its days as judged; returns those days."""
    days: set[str] = set()
    for name in LANDING:
        table = TABLES[name]
        warehouse.register(engine, name, until=until)
        days |= {unit for unit in warehouse.partitions(table) if unit.split("=", 1)[1] <= until.isoformat()}
    engine.register("judged_day", arrow=pa.table({"judged_day": pa.array(sorted(days), pa.string())}))
    return sorted(days)


def backtest(
    engine: Engine,
    rule: Rule,
    settings: RulesSettings,
    trials: Mapping[str, Mapping[str, Any]],
    *,
    hours_per_lead: float = 4.0,
) -> list[Trial]:
    """Judge the history by one rule under each trial (label → parameters); the first row is the present."""
    judged = {"present": _judge(engine, rule, settings, {})}
    judged |= {label: _judge(engine, rule, settings, values) for label, values in trials.items()}
    return [_trial(label, rows, judged["present"], hours_per_lead) for label, rows in judged.items()]


def compare(engine: Engine, before: Rule, after: Rule, settings: RulesSettings) -> list[Trial]:
    """Replay two versions of a rule over the same days."""
    old = _judge(engine, before, settings, {})
    new = _judge(engine, after, settings, {})
    labels = (f"{before.id} v{before.version}", f"{after.id} v{after.version}")
    return [_trial(labels[0], old, old, 4.0), _trial(labels[1], new, old, 4.0)]


def fill(trials: Iterable[Trial], days: float) -> Trial | None:
    """The trial that finds most money within so many investigator-days; None when none fits."""
    fitting = [trial for trial in trials if trial.days <= days]
    return max(fitting, key=lambda trial: (trial.fund_amt, trial.vola_amt, -trial.days), default=None)


def plot(trials: list[Trial], title: str) -> str:
    """An SVG: investigator-days across, money up, one labelled point per trial."""
    width, height, edge = 640, 400, 60
    most_days = max([trial.days for trial in trials] + [1.0])
    most_money = max([float(trial.vola_amt) for trial in trials] + [1.0])
    marks = []
    for trial in trials:
        x = edge + (width - 2 * edge) * trial.days / most_days
        y = height - edge - (height - 2 * edge) * float(trial.vola_amt) / most_money
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#b3261e"/>'
            f'<text x="{x + 6:.1f}" y="{y - 6:.1f}" font-size="11">{trial.setting}</text>'
        )
    axis = (
        f'<path d="M{edge} {edge}V{height - edge}H{width - edge}" stroke="#444" fill="none"/>'
        f'<text x="{width / 2:.0f}" y="{height - 20}" font-size="12">核查人日 investigator-days '
        f"(0–{most_days:.1f})</text>"
        f'<text x="12" y="{edge - 12}" font-size="12">疑点金额 yuan (0–{most_money:,.0f})</text>'
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">'
    )
    return f'{head}<text x="{edge}" y="24" font-size="15">{title}</text>{axis}{"".join(marks)}</svg>\n'


def _judge(
    engine: Engine, rule: Rule, settings: RulesSettings, values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    parameters = {**settings.parameters, rule.id: {**settings.parameters.get(rule.id, {}), **values}}
    pack = Pack(((rule, False),), replace_parameters(settings, parameters))
    points, kinds = register_points(engine, pack, rule.grain)
    features.register(engine, rule.grain)
    judged = judge_candidates(engine, pack, rule.grain, rule.grain, points, kinds)
    rows = engine.run(
        f"SELECT candidate_key, point_id, psn_no, fixmedins_code, party_type, party_id, vola_amt, fund_amt "
        f"FROM {judged} WHERE result <> 'not_evaluable'"
    ).to_pylist()
    return {f"{row['candidate_key']}|{row['point_id']}": row for row in rows}


def replace_parameters(settings: RulesSettings, parameters: Mapping[str, Any]) -> RulesSettings:
    """The same settings with other thresholds."""
    return settings.model_copy(update={"parameters": dict(parameters)})


def _trial(
    label: str, rows: Mapping[str, dict[str, Any]], present: Mapping[str, Any], hours_per_lead: float
) -> Trial:
    leads = len({(row["party_type"], row["party_id"]) for row in rows.values()})
    zero = Decimal("0.00")
    trial = Trial(
        setting=label,
        hits=len(rows),
        new=len(set(rows) - set(present)),
        lost=len(set(present) - set(rows)),
        persons=len({row["psn_no"] for row in rows.values() if row["psn_no"]}),
        institutions=len({row["fixmedins_code"] for row in rows.values() if row["fixmedins_code"]}),
        leads=leads,
        vola_amt=sum((row["vola_amt"] or zero for row in rows.values()), zero),
        fund_amt=sum((row["fund_amt"] or zero for row in rows.values()), zero),
        days=0.0,
    )
    return replace(trial, days=round(leads * hours_per_lead / DAY_HOURS, 2))
