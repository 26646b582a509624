"""`fundguard rules`: list, show, lint, test, lock, diff, backtest, activate, catalogue, suppressions."""

import csv
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from core.engine import open_engine
from core.errors import Refused, UsageError
from core.schema import EXTENSIONS, LANDING
from core.settings import conf_folder
from fundguard.cli.common import Context, command, read_day
from rules_kb.knowledge import regional_folder
from rules_kb.library import (
    FOLDER,
    Library,
    check_lock,
    extension_needs,
    lint,
    lint_overlay,
    read_library,
    write_lock,
)
from rules_kb.rule import Rule, read_rule

app = typer.Typer(no_args_is_help=True, add_completion=False)
Rule_ = Annotated[str, typer.Argument(help="规则 id or code")]
By = Annotated[str, typer.Option("--by", help="经办人 who decides")]
Second = Annotated[str, typer.Option("--second", help="复核人 who checked")]

CLASSES = {"POL": "policy", "MGT": "management", "CLN": "medical", "EXT": "extra"}


def described(library: Library, context: Context) -> list[dict[str, Any]]:
    """One row per rule: code, official code, class, grain, stages, status, needs, where it is evaluable."""
    contract = {name: set(table.names) for name, table in LANDING.items() if name not in EXTENSIONS}
    _, missing = library.coverage(contract)
    shadow = {rule.id: hidden for rule, hidden in library.judging(context.settings.rules)}
    return [
        {
            "id": rule.id,
            "code": rule.code,
            "official": rule.official,
            "title": rule.title.model_dump(),
            "class": CLASSES[rule.code[:3]],
            "grain": rule.grain,
            "stages": list(rule.stages),
            "result": rule.result,
            "logic": rule.logic,
            "version": rule.version,
            "status": "shadow" if shadow.get(rule.id) else rule.status,
            "valid": {"from": rule.valid.from_, "to": rule.valid.to},
            "needs": list(rule.needs),
            "evaluable_on": "extension" if extension_needs(rule) else "contract",
            "extension": extension_needs(rule),
            "no_points": [lack for lack in missing.get(rule.id, []) if lack.startswith("no points")],
            "knowledge": [use.table for use in rule.knowledge.values()],
            "examples": len(rule.examples),
        }
        for rule in sorted(library.rules.values(), key=lambda rule: rule.code)
    ]


def find(library: Library, name: str) -> Rule:
    """A rule by id or catalogue number. UsageError when there is none."""
    if name in library.rules:
        return library.rules[name]
    if name in library.by_code:
        return library.by_code[name][0]
    raise UsageError(f"rules: [{name}] is no rule: see `fundguard rules list`")


@command(app, "list")
def list_(context: Context) -> None:
    """列出全部规则 All rules: code, class, grain, stages, status, what they need."""
    rows = described(read_library(), context)
    if context.as_json:
        context.show(rows)
        return
    grid = Table("code", "id", "名称", "grain", "stages", "result", "status", "evaluable")
    for row in rows:
        can = "; ".join(row["extension"] + row["no_points"]) or "yes"
        stages = " ".join(row["stages"])
        grid.add_row(
            row["code"],
            row["id"],
            row["title"]["zh"],
            row["grain"],
            stages,
            row["result"],
            row["status"],
            can,
        )
    Console().print(grid)
    print(f"{len(rows)} rules")


@command(app, "show")
def show(context: Context, rule: Rule_) -> None:
    """看一条规则 One rule: logic, thresholds, basis, pitfalls, examples."""
    library = read_library()
    found = find(library, rule)
    if context.as_json:
        context.show(found.model_dump(mode="json", by_alias=True))
        return
    (path,) = library.folder.rglob(f"{found.id}.yaml")
    print(path.read_text(encoding="utf-8"))


@command(app, "lint")
def lint_(context: Context) -> None:
    """检查内容 Words, facts, expressions, basis, lock, knowledge tables, the region's overlay."""
    library = read_library()
    lint(library)
    check_lock(library)
    lint_overlay(library, context.settings.rules, regional_folder(context.region))
    context.show({"rules": len(library.rules), "state": "clean"}, f"{len(library.rules)} rules: clean")


@command(app, "test")
def prove(context: Context, rule: Annotated[str, typer.Argument(help="规则 id; none: all")] = "") -> None:
    """跑全部示例 Run every example of every rule (or of one) on the chosen engine."""
    from core.settings import RulesSettings
    from rules_kb.compiler import Pack
    from rules_kb.examples import run_examples

    library = read_library()
    settings = RulesSettings(active="all")
    rules = [pair for pair in library.judging(settings) if not rule or pair[0].id == find(library, rule).id]
    pack = Pack(tuple(rules), settings)
    context.note(f"engine {context.settings.engine}")
    engine = open_engine(context.settings)
    try:
        outcomes = [outcome for grain in pack.grains for outcome in run_examples(engine, pack, grain)]
    finally:
        engine.close()
    failed = [asdict(outcome) for outcome in outcomes if not outcome.holds]
    context.show(
        {"rules": len(rules), "examples": len(outcomes), "failed": failed},
        f"{len(rules)} rules, {len(outcomes)} examples, {len(failed)} failed",
    )
    if failed:
        first = failed[0]
        raise Refused(
            f"{first['rule_id']}.yaml: example [{first['example']}] gave [{first['got']}], wants {first['want']}"
        )


@command(app, "lock")
def lock(context: Context, by: By, second: Second) -> None:
    """锁定版本 Pin version and hash of every rule under two names."""
    library = read_library()
    lint(library)
    changed = write_lock(library, by=by, second=second)
    context.show({"changed": changed}, f"rules.lock: {changed} entries changed")


@command(app, "backtest")
def backtest_(
    context: Context,
    rule: Rule_,
    parameter: Annotated[str, typer.Option("--parameter", help="阈值名 threshold to vary")] = "",
    values: Annotated[str, typer.Option("--values", help="候选值 candidates, comma between")] = "",
    until: Annotated[str, typer.Option("--until", help="截止日 last day of history")] = "2999-12-31",
    days: Annotated[float, typer.Option("--days", help="可用人日 investigator-days to fill")] = 220,
    out: Annotated[Path | None, typer.Option("--out", help="SVG 图 file for the plot")] = None,
) -> None:
    """回测 What the rule finds on HOME's history, per candidate threshold."""
    from pipelines.backtest import backtest, fill, plot, register_history
    from pipelines.warehouse import Warehouse

    found = find(read_library(), rule)
    if values and parameter not in found.parameters:
        raise UsageError(
            f"rules backtest: [{parameter}] is no threshold of {found.id}: {sorted(found.parameters)}"
        )
    trials = {
        f"{parameter}={value}": {parameter: yaml.safe_load(value)} for value in values.split(",") if value
    }
    context.note(f"engine {context.settings.engine}")
    engine = open_engine(context.settings)
    try:
        register_history(engine, Warehouse(context.home), read_day(until, "--until"))
        rows = backtest(engine, found, _pack(context), trials)
    finally:
        engine.close()
    best = fill(rows, days)
    target = out or context.home / "backtest" / f"{found.id}.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(plot(rows, f"{found.code} {found.title.zh}"), encoding="utf-8")
    _trials(context, rows, {"fills": best.setting if best else None, "days": days, "plot": str(target)})


@command(app, "diff")
def diff(
    context: Context,
    before: Annotated[Path, typer.Argument(help="旧版规则文件 rule file before")],
    after: Annotated[Path, typer.Argument(help="新版规则文件 rule file after")],
    until: Annotated[str, typer.Option("--until", help="截止日 last day of history")] = "2999-12-31",
) -> None:
    """两版对照 Replay two versions of a rule over the same days of HOME."""
    from pipelines.backtest import compare, register_history
    from pipelines.warehouse import Warehouse

    old, new = (read_rule(_file(path)) for path in (before, after))
    if old.grain != new.grain:
        context.note(f"grain changes from {old.grain} to {new.grain}: candidates cannot be matched by key")
    engine = open_engine(context.settings)
    try:
        register_history(engine, Warehouse(context.home), read_day(until, "--until"))
        rows = compare(engine, old, new, _pack(context))
    finally:
        engine.close()
    _trials(context, rows, {})


@command(app, "activate")
def activate(context: Context, rule: Rule_, by: By, second: Second) -> None:
    """启用 Let a rule speak in the region, under two names."""
    if not by or not second or by == second:
        raise UsageError(f"rules activate: two different names are needed, got [{by}] and [{second}]")
    found = find(read_library(), rule)
    active = sorted({*context.settings.rules.activated, found.id})
    target = conf_folder() / "regions" / context.region / "activated.yaml"
    target.write_text(yaml.safe_dump({"rules": {"activated": active}}, sort_keys=False), encoding="utf-8")
    ledger = context.home / "rules" / "activations.csv"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    fresh = not ledger.is_file()
    with ledger.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(["rule_id", "version", "region", "by", "second"])
        writer.writerow([found.id, found.version, context.region, by, second])
    context.show(
        {"activated": active}, f"{found.id} is active in {context.region}; {len(active)} rules listed"
    )


@command(app, "overlap")
def overlap(
    context: Context,
    until: Annotated[str, typer.Option("--until", help="截止日 last day of history")] = "2999-12-31",
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
    _print(rows)


@command(app, "suppressed")
def suppressed(
    context: Context,
    until: Annotated[str, typer.Option("--until", help="截止日 last day of history")] = "2999-12-31",
) -> None:
    """压制清单 What HOME/rules/suppressions.csv and policy windows hid, per document and week."""
    from pipelines.backtest import register_history
    from pipelines.warehouse import Warehouse
    from rules_kb.compiler import judge

    pack = _pack(context)
    engine = open_engine(context.settings)
    rows: list[dict[str, Any]] = []
    try:
        register_history(engine, Warehouse(context.home), read_day(until, "--until"))
        judge(engine, pack, pack.grains)
        for grain in pack.grains:
            rows += engine.run(
                "SELECT silenced_by, rule_code, monday_of(service_date) AS week, COUNT(*) AS candidates, "
                f"SUM(vola_amt) AS vola_amt FROM silenced_{grain} GROUP BY silenced_by, rule_code, "
                "monday_of(service_date)"
            ).to_pylist()
    finally:
        engine.close()
    rows.sort(key=lambda row: (row["silenced_by"], row["rule_code"], str(row["week"])))
    text = "\n".join(f"{r['week']} {r['rule_code']} {r['silenced_by']}: {r['candidates']}" for r in rows)
    context.show(rows, text or "nothing was silenced")


@command(app, "catalogue")
def catalogue(
    context: Context,
    out: Annotated[Path, typer.Option("--out", help="HTML 文件 one offline page")] = Path(
        "docs/catalogue.html"
    ),
) -> None:
    """规则目录 Write the searchable offline catalogue of rules, knowledge, basis and coverage."""
    from fundguard.cli.rules_page import page

    library = read_library()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(library, described(library, context)), encoding="utf-8")
    context.show({"page": str(out), "rules": len(library.rules)}, f"{out}: {len(library.rules)} rules")


def _pack(context: Context) -> Any:
    """What the region's nights judge with: its rules, thresholds, knowledge, windows and suppressions."""
    from core.run import Run
    from pipelines.jobs import check

    return check.pack(Run(run_id="", as_of=date.max, settings=context.settings, home=context.home))


def _file(path: Path) -> Path:
    if path.is_file():
        return path
    found = sorted(FOLDER.rglob(f"{path}.yaml"))
    if not found:
        raise UsageError(f"rules diff: no rule file [{path}]: give a path or an id")
    return found[0]


def _trials(context: Context, rows: list[Any], more: dict[str, Any]) -> None:
    if context.as_json:
        context.show({"trials": [asdict(row) for row in rows], **more})
        return
    _print([asdict(row) for row in rows])
    if more:
        print(json.dumps(more, ensure_ascii=False, default=str))


def _print(rows: list[dict[str, Any]]) -> None:
    grid = Table(*rows[0])
    for row in rows:
        grid.add_row(*(str(value) for value in row.values()))
    Console().print(grid)
