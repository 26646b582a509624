"""`fundguard rules activate | retire | history`: who moved a rule, and what it found at that moment."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from core.errors import Refused, UsageError
from core.settings import conf_folder
from core.yaml_text import read_yaml
from fundguard.cli.common import Context, command, read_day
from fundguard.cli.rules_common import By, Rule_, Second, Until, app, find, library_of, pack_of
from rules_kb.history import versions
from rules_kb.library import is_drug_payment_limit
from rules_kb.names import two_names
from rules_kb.rule import Rule

FIGURES = ("hits", "persons", "institutions", "leads", "vola_amt", "fund_amt", "days")
COLUMNS = ("on", "region", "rule_id", "version", "from", "to", "by", "second", "reason", "until", *FIGURES)
On = Annotated[str, typer.Option("--on", help="日期 day of the decision; default: today")]


@dataclass(frozen=True)
class Move:
    """One decision about a rule in a region."""

    rule: Rule
    before: str
    after: str
    by: str
    second: str
    reason: str = ""


@command(app, "activate")
def activate(
    context: Context, rule: Rule_, by: By = "", second: Second = "", until: Until = "2999-12-31", on: On = ""
) -> None:
    """启用 Let a rule speak in the region, under two names; records what it finds on HOME's history."""
    library = library_of(context)
    found = find(library, rule)
    names = _names(context, by, second, "rules activate")
    if found.status in ("draft", "retired"):
        raise Refused(
            f"rules activate: {found.id} is [{found.status}]: set its status to shadow in the file, "
            "prove and lock it first"
        )
    if not found.examples:
        raise Refused(
            f"rules activate: {found.id} has [0] examples: write them first, see docs/add-a-rule.md"
        )
    if found.id in context.settings.rules.retired:
        raise Refused(
            f"rules activate: [{found.id}] is retired in {context.region}: take it out of rules.retired first"
        )
    before = "shadow" if {r.id: s for r, s in library.judging(context.settings.rules)}[found.id] else "active"
    active = _write(context.region, "activated", found.id)
    row = _record(context, Move(found, before, "active", *names), until, on)
    context.show(
        {"activated": active, "move": row},
        f"{found.id} v{found.version}: {before} → active in {context.region}; {len(active)} rules listed; "
        + _figures(row),
    )


@command(app, "retire")
def retire(
    context: Context,
    rule: Rule_,
    reason: Annotated[str, typer.Option("--reason", help="原因 why")],
    by: By = "",
    second: Second = "",
    until: Until = "2999-12-31",
    on: On = "",
) -> None:
    """停用 Stop a rule in the region, with a reason, under two names."""
    library = library_of(context)
    found = find(library, rule)
    names = _names(context, by, second, "rules retire")
    if not reason.strip():
        raise UsageError("rules retire: --reason [] is empty: say why")
    if is_drug_payment_limit(found):
        raise Refused(
            f"rules retire: [{found.id}] is a payment limit of the national drug list: a region may not change it"
        )
    if found.id in context.settings.rules.retired:
        raise Refused(f"rules retire: [{found.id}] is retired in {context.region} already: see rules history")
    shadow = {r.id: s for r, s in library.judging(context.settings.rules)}
    before = {True: "shadow", False: "active", None: found.status}[shadow.get(found.id)]
    retired = _write(context.region, "retired", found.id, remove_from="activated")
    row = _record(context, Move(found, before, "retired", *names, reason.strip()), until, on)
    context.show(
        {"retired": retired, "move": row},
        f"{found.id} v{found.version}: {before} → retired in {context.region}; " + _figures(row),
    )


@command(app, "history")
def history(
    context: Context, rule: Annotated[str, typer.Argument(help="规则 id or code; none: all moves")] = ""
) -> None:
    """沿革 The versions kept of a rule, and every move with the figures of its day."""
    wanted = find(library_of(context), rule) if rule else None
    rows = [row for row in read_moves(context.home) if wanted is None or row["rule_id"] == wanted.id]
    kept = versions(wanted.id) if wanted else []
    if context.as_json:
        context.show({"versions": kept, "moves": rows})
        return
    if wanted:
        print(
            f"{wanted.id}: present version {wanted.version}; kept {kept or 'none'} (rules diff {wanted.id}@N …)"
        )
    for row in rows:
        print(
            f"{row['on']} {row['region']} {row['rule_id']} v{row['version']}: {row['from']} → {row['to']}, "
            f"{row['by']} / {row['second']}{' (' + row['reason'] + ')' if row['reason'] else ''}; {_figures(row)}"
        )
    if not rows:
        print(f"no move in {moves_file(context.home)}")


def moves_file(home: Path) -> Path:
    """Where a home keeps its moves."""
    return home / "rules" / "moves.csv"


def read_moves(home: Path) -> list[dict[str, str]]:
    """Every move recorded in a home, oldest first."""
    file = moves_file(home)
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _names(context: Context, by: str, second: str, what: str) -> tuple[str, str]:
    rules = context.settings.rules
    return two_names(by or rules.editor, second or rules.reviewer, what)


def _write(region: str, key: str, rule_id: str, remove_from: str = "") -> list[str]:
    """Add a rule to a list of the region's own file of moves; returns that list."""
    target = conf_folder() / "regions" / region / "activated.yaml"
    content: dict[str, Any] = read_yaml(target.read_text(encoding="utf-8")) if target.is_file() else {}
    lists = (content or {}).get("rules") or {}
    lists[key] = sorted({*lists.get(key, []), rule_id})
    if remove_from:
        lists[remove_from] = [name for name in lists.get(remove_from, []) if name != rule_id]
    target.write_text(yaml.safe_dump({"rules": lists}, sort_keys=True), encoding="utf-8")
    return list(lists[key])


def _record(context: Context, move: Move, until: str, on: str) -> dict[str, Any]:
    """Append the move, with what the rule finds on the history there is."""
    day = read_day(on, "--on") if on else date.today()  # noqa: DTZ011 (a calendar day, as a person signs it)
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    row |= {
        "on": day.isoformat(),
        "region": context.region,
        "rule_id": move.rule.id,
        "version": move.rule.version,
        "from": move.before,
        "to": move.after,
        "by": move.by,
        "second": move.second,
        "reason": move.reason,
    }
    row |= _backtested(context, move.rule, until)
    file = moves_file(context.home)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = not file.is_file()
    with file.open("a", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        if fresh:
            writer.writeheader()
        writer.writerow(row)
    return row


def _backtested(context: Context, rule: Rule, until: str) -> dict[str, Any]:
    """The rule's figures on HOME's history; nothing where there is no history."""
    from fundguard.cli.rules_replay import history as replay
    from pipelines.backtest import backtest

    try:
        with replay(context, until) as engine:
            (trial,) = backtest(engine, rule, pack_of(context), {})
            judged = engine.run("SELECT MAX(judged_day) AS last FROM judged_day").to_pylist()[0]["last"]
    except UsageError as error:
        if "no history" not in str(error):
            raise
        return {}
    return {"until": judged.split("=", 1)[1], **{name: getattr(trial, name) for name in FIGURES}}


def _figures(row: dict[str, Any]) -> str:
    if row["hits"] == "":
        return "no history in HOME: no figures recorded"
    return f"on history until {row['until']}: " + ", ".join(f"{name} {row[name]}" for name in FIGURES)
