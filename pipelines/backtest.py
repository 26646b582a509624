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
    pack: Pack,
    trials: Mapping[str, Mapping[str, Any]],
    *,
    hours_per_lead: float = 4.0,
) -> list[Trial]:
    """Judge the history by one rule under each trial (label → parameters); the first row is the present.

    `pack` gives everything else the rule is judged with: the region's knowledge, windows, other thresholds.
    """
    settings: Mapping[str, Mapping[str, Any]] = {"present": {}, **trials}
    for number, values in enumerate(settings.values()):
        _judge(engine, rule, pack, values, f"trial_{number}")
    return [_trial(engine, label, number, hours_per_lead) for number, label in enumerate(settings)]


@dataclass(frozen=True)
class Change:
    """What only one of two versions finds."""

    hits: int
    persons: int
    institutions: int
    vola_amt: Decimal
    fund_amt: Decimal


@dataclass(frozen=True)
class Comparison:
    """Two versions over the same days: each as it is, and what the later one adds and drops."""

    before: Trial
    after: Trial
    new: Change
    lost: Change


def compare(engine: Engine, before: Rule, after: Rule, pack: Pack) -> Comparison:
    """Replay two versions of a rule over the same days.

    Hits are matched by candidate and knowledge point; by candidate alone where the versions join
    different tables, for a point has then another name.
    """
    same = [use.table for use in before.knowledge.values()] == [use.table for use in after.knowledge.values()]
    for number, rule in enumerate((before, after)):
        _judge(engine, rule, pack, {}, f"trial_{number}", by_point=same)
    first, second = (_trial(engine, f"{r.id} v{r.version}", n, 4.0) for n, r in enumerate((before, after)))
    return Comparison(first, second, new=_only(engine, 1, 0), lost=_only(engine, 0, 1))


def _only(engine: Engine, one: int, other: int) -> Change:
    """What trial `one` finds and trial `other` does not."""
    (found,) = engine.run(
        "SELECT COUNT(*) AS hits, COUNT(DISTINCT psn_no) AS persons, "
        "COUNT(DISTINCT fixmedins_code) AS institutions, COALESCE(SUM(vola_amt), 0) AS vola_amt, "
        f"COALESCE(SUM(fund_amt), 0) AS fund_amt FROM trial_{one} AS a "
        f"LEFT ANTI JOIN trial_{other} AS b ON b.hit_key = a.hit_key"
    ).to_pylist()
    return Change(**found)


def overlaps(engine: Engine, warehouse: Warehouse, until: date) -> list[dict[str, Any]]:
    """Pairs of rules that speak up on the same lines: how many, and the yuan that both would claim.

    Over all hits written up to a day; a pair that nearly always agrees is one finding told twice.
    """
    files = warehouse.files(TABLES["hit"], until=until)
    if not files:
        return []
    engine.register("hit_written", parquet=files)
    engine.register(
        "hit_line",
        sql="SELECT rule_code, setl_id, COALESCE(bkkp_sn, '') AS bkkp_sn, MAX(vola_amt) AS vola_amt "
        "FROM hit_written WHERE setl_id IS NOT NULL AND shadow = FALSE "
        "GROUP BY rule_code, setl_id, COALESCE(bkkp_sn, '')",
        keep=True,
    )
    rows: list[dict[str, Any]] = engine.run(
        "WITH total AS (SELECT rule_code, COUNT(*) AS hits FROM hit_line GROUP BY rule_code), "
        "shared AS (SELECT a.rule_code, b.rule_code AS other_code, COUNT(*) AS shared, "
        "SUM(smaller_of(a.vola_amt, b.vola_amt)) AS shared_amt FROM hit_line AS a JOIN hit_line AS b "
        "ON b.setl_id = a.setl_id AND b.bkkp_sn = a.bkkp_sn AND b.rule_code > a.rule_code "
        "GROUP BY a.rule_code, b.rule_code) "
        "SELECT s.rule_code, s.other_code, t.hits, o.hits AS other_hits, s.shared, "
        "round_to(safe_ratio(s.shared, t.hits + o.hits - s.shared), 3) AS jaccard, s.shared_amt "
        "FROM shared AS s JOIN total AS t ON t.rule_code = s.rule_code "
        "JOIN total AS o ON o.rule_code = s.other_code ORDER BY jaccard DESC, s.rule_code, s.other_code"
    ).to_pylist()
    return rows


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
    engine: Engine, rule: Rule, pack: Pack, values: Mapping[str, Any], name: str, *, by_point: bool = True
) -> None:
    """Register the hits of one rule under other thresholds as `name`."""
    key = "concat_text(candidate_key, '|', point_id)" if by_point else "candidate_key"
    own = {**pack.settings.parameters.get(rule.id, {}), **values}
    settings = pack.settings.model_copy(update={"parameters": {**pack.settings.parameters, rule.id: own}})
    alone = replace(pack, rules=((rule, False),), settings=settings)
    points, kinds = register_points(engine, alone, rule.grain)
    features.register(engine, rule.grain)
    judged = judge_candidates(engine, alone, rule.grain, rule.grain, points, kinds)
    engine.register(
        name,
        sql=f"SELECT {key} AS hit_key, psn_no, fixmedins_code, "
        f"concat_text(party_type, '|', party_id) AS party, vola_amt, fund_amt "
        f"FROM {judged} WHERE result <> 'not_evaluable'",
        keep=True,
    )


def _trial(engine: Engine, label: str, number: int, hours_per_lead: float) -> Trial:
    """What trial `number` finds, against trial 0."""
    (found,) = engine.run(
        "SELECT COUNT(*) AS hits, COUNT(DISTINCT psn_no) AS persons, COUNT(DISTINCT party) AS leads, "
        "COUNT(DISTINCT fixmedins_code) AS institutions, COALESCE(SUM(vola_amt), 0) AS vola_amt, "
        f"COALESCE(SUM(fund_amt), 0) AS fund_amt FROM trial_{number}"
    ).to_pylist()
    new, lost = (
        engine.run(
            f"SELECT COUNT(*) AS n FROM trial_{one} AS a LEFT ANTI JOIN trial_{other} AS b "
            "ON b.hit_key = a.hit_key"
        ).to_pylist()[0]["n"]
        for one, other in ((number, 0), (0, number))
    )
    days = round(found["leads"] * hours_per_lead / DAY_HOURS, 2)
    return Trial(setting=label, new=new, lost=lost, days=days, **found)
