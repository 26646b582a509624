"""What the `fundguard rules` commands share: the program, a rule by its name, the region's pack, grids."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from core.errors import UsageError
from core.schema import EXTENSIONS, LANDING
from fundguard.cli.common import Context
from rules_kb import knowledge
from rules_kb.library import LOCK, Library, extension_needs, read_library, regional_rules
from rules_kb.rule import Rule

app = typer.Typer(no_args_is_help=True, add_completion=False)
Rule_ = Annotated[str, typer.Argument(help="规则 id or code")]
By = Annotated[str, typer.Option("--by", help="经办人（角色）who decides; default: conf rules.editor")]
Second = Annotated[
    str, typer.Option("--second", help="复核人（角色）who checked; default: conf rules.reviewer")
]
Rules = Annotated[
    Path | None,
    typer.Option("--rules", help="另一规则目录 another folder of rule files, rules.lock beside it"),
]
Until = Annotated[str, typer.Option("--until", help="截止日 last day of history")]

CLASSES = {"POL": "policy", "MGT": "management", "CLN": "medical", "EXT": "extra", "REG": "regional"}


def library_of(context: Context, rules: Path | None = None) -> Library:
    """The national rules and the region's own; or those of another folder, as somebody writes them."""
    if rules is None:
        return read_library(regional=regional_rules(context.region))
    if not rules.is_dir():
        raise UsageError(f"--rules [{rules}] is no folder: give a folder of rule files")
    return read_library(rules)


def lock_of(rules: Path | None) -> Path:
    """The lock beside a folder of rules."""
    return LOCK if rules is None else rules.resolve().parent / "rules.lock"


def described(library: Library, context: Context) -> list[dict[str, Any]]:
    """One row per rule: code, official code, class, grain, stages, status, needs, where it is evaluable."""
    contract = {name: set(table.names) for name, table in LANDING.items() if name not in EXTENSIONS}
    regional = knowledge.regional_folder(context.region)

    def table(name: str) -> knowledge.KnowledgeTable:
        return knowledge.load(name, regional=regional)

    _, missing = library.coverage(contract, table)
    in_part = library.in_part(table)
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
            "in_part": in_part.get(rule.id, []),
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


def pack_of(context: Context) -> Any:
    """What the region's nights judge with: its rules, thresholds, knowledge, windows and suppressions."""
    from core.run import Run
    from pipelines.jobs import check

    return check.pack(Run(run_id="", as_of=date.max, settings=context.settings, home=context.home))


def print_rows(rows: list[dict[str, Any]]) -> None:
    """Rows as a grid, the keys of the first as heads."""
    grid = Table(*(str(head) for head in rows[0]))
    for row in rows:
        grid.add_row(*(str(value) for value in row.values()))
    console = Console()
    # A pipe has no width of its own: nothing is cut there.
    Console(width=None if console.is_terminal else 200).print(grid)
