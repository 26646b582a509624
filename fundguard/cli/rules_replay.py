"""`fundguard rules backtest | diff | solve | overlap`: what rules find on the history in HOME."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from core.engine import Engine, open_engine
from core.errors import UsageError
from fundguard.cli.common import Context, command, read_day
from fundguard.cli.rules_common import Rule_, Until, app, find, library_of, pack_of, print_rows
from rules_kb.history import rule_at
from rules_kb.rule import Rule

Days = Annotated[float, typer.Option("--days", help="可用人日 investigator-days to fill")]


@contextmanager
def history(context: Context, until: str) -> Iterator[Engine]:
    """An engine with every landing table of HOME up to a day. UsageError where HOME has no history."""
    from pipelines.backtest import register_history
    from pipelines.warehouse import Warehouse

    context.note(f"engine {context.settings.engine}")
    engine = open_engine(context.settings)
    try:
        if not register_history(engine, Warehouse(context.home), read_day(until, "--until")):
            raise UsageError(
                f"no history in [{context.home}] up to [{until}]: run `fundguard nightly` first, or give --home"
            )
        yield engine
    finally:
        engine.close()


@command(app, "backtest")
def backtest_(
    context: Context,
    rule: Rule_,
    parameter: Annotated[str, typer.Option("--parameter", help="阈值名 threshold to vary")] = "",
    values: Annotated[str, typer.Option("--values", help="候选值 candidates, comma between")] = "",
    until: Until = "2999-12-31",
    days: Days = 220,
    out: Annotated[Path | None, typer.Option("--out", help="SVG 图 file for the plot")] = None,
) -> None:
    """回测 What the rule finds on HOME's history, per candidate threshold."""
    from pipelines.backtest import backtest, fill, plot

    found = find(library_of(context), rule)
    trials = _candidates(found, parameter, values)
    with history(context, until) as engine:
        rows = backtest(engine, found, pack_of(context), trials)
    best = fill(rows, days)
    target = out or context.home / "backtest" / f"{found.id}.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(plot(rows, f"{found.code} {found.title.zh}"), encoding="utf-8")
    _trials(context, rows, {"fills": best.setting if best else None, "days": days, "plot": str(target)})


@command(app, "diff")
def diff(
    context: Context,
    before: Annotated[str, typer.Argument(help="旧版 before: id@version, id, or a rule file")],
    after: Annotated[str, typer.Argument(help="新版 after: id@version, id, or a rule file")],
    until: Until = "2999-12-31",
) -> None:
    """两版对照 Replay two versions of a rule over the same days of HOME: what the later adds and drops."""
    from pipelines.backtest import compare

    library = library_of(context)
    old, new = (rule_at(name, library) for name in (before, after))
    if old.grain != new.grain:
        context.note(f"grain changes from {old.grain} to {new.grain}: candidates cannot be matched by key")
    with history(context, until) as engine:
        found = compare(engine, old, new, pack_of(context))
    if context.as_json:
        context.show(asdict(found))
        return
    shown = ("hits", "persons", "institutions", "vola_amt", "fund_amt")
    parts = {
        f"前 {old.id}@{old.version}": found.before,
        f"后 {new.id}@{new.version}": found.after,
        "只见于后 new": found.new,
        "只见于前 lost": found.lost,
    }
    print_rows([{"": name} | {key: getattr(part, key) for key in shown} for name, part in parts.items()])


@command(app, "solve")
def solve(
    context: Context,
    tries: Annotated[
        list[str], typer.Option("--try", help="候选 rule:threshold=v,v,… ; rule alone: half to twice")
    ],
    days: Days = 220,
    until: Until = "2999-12-31",
    out: Annotated[Path | None, typer.Option("--out", help="SVG 图 file for the plot")] = None,
) -> None:
    """阈值求解 Which thresholds, over several rules, fill the investigator-days best on HOME's history."""
    from pipelines import thresholds
    from pipelines.backtest import backtest

    library = library_of(context)
    chosen: dict[str, tuple[Rule, dict[str, Any]]] = {}
    for text in tries:
        name, _, setting = text.partition(":")
        rule = find(library, name)
        parameter, _, values = setting.partition("=")
        own = _candidates(rule, parameter, values) if setting else thresholds.candidates(rule)
        chosen[rule.id] = (rule, chosen.get(rule.id, (rule, {}))[1] | own)
    pack = pack_of(context)
    with history(context, until) as engine:
        choices = {
            rule_id: thresholds.options(rule, backtest(engine, rule, pack, trials))
            for rule_id, (rule, trials) in sorted(chosen.items())
        }
    plan = thresholds.fill_best(choices, days)
    target = out or context.home / "backtest" / "solve.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(thresholds.plot_options(choices, plan, days), encoding="utf-8")
    rows = [
        asdict(option) | {"yuan_per_hour": option.yuan_per_hour, "taken": option in plan.options}
        for group in choices.values()
        for option in sorted(group, key=lambda option: -option.yuan_per_hour)
    ]
    total = {"days": plan.days, "of_days": days, "expected": plan.expected, "plot": str(target)}
    if context.as_json:
        context.show({"options": rows, "taken": [asdict(option) for option in plan.options], **total})
        return
    print_rows([row | {"taken": "●" if row["taken"] else ""} for row in rows])
    print(
        f"{days:g} 人日内取 {plan.days:g} 人日，{len(plan.options)} 条规则，预期可追回 {plan.expected:,.2f} 元 "
        f"(fund × confirmed share, models/schemes.yaml); 图 plot: {target}"
    )


@command(app, "overlap")
def overlap(
    context: Context,
    until: Until = "2999-12-31",
) -> None:
    """重叠报告 Pairs of rules that hit the same lines of HOME, and the yuan both would claim."""
    from pipelines.backtest import overlaps
    from pipelines.warehouse import Warehouse

    engine = open_engine(context.settings)
    try:
        rows = overlaps(engine, Warehouse(context.home), read_day(until, "--until"))
    finally:
        engine.close()
    if context.as_json or not rows:
        context.show(rows, "no two rules hit the same line")
        return
    print_rows(rows)


def _candidates(rule: Rule, parameter: str, values: str) -> dict[str, dict[str, Any]]:
    if values and parameter not in rule.parameters:
        raise UsageError(
            f"rules: [{parameter}] is no threshold of {rule.id}: it has {sorted(rule.parameters)}"
        )
    return {
        f"{parameter}={value}": {parameter: yaml.safe_load(value)} for value in values.split(",") if value
    }


def _trials(context: Context, rows: list[Any], more: dict[str, Any]) -> None:
    if context.as_json:
        context.show({"trials": [asdict(row) for row in rows], **more})
        return
    print_rows([asdict(row) for row in rows])
    if more:
        print(json.dumps(more, ensure_ascii=False, default=str))
