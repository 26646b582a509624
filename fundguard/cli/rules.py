"""`fundguard rules`: list, show, lint, test, lock, catalogue; the replays and moves stand in their own files."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from core.engine import open_engine
from core.errors import Refused
from fundguard.casework.discretion import CAUTION, HEADING, discretion
from fundguard.cli import rules_moves, rules_replay, rules_suppress
from fundguard.cli.common import Context, command
from fundguard.cli.rules_common import (
    By,
    Rule_,
    Rules,
    Second,
    app,
    described,
    find,
    library_of,
    lock_of,
    print_rows,
)
from rules_kb.history import keep, rule_at
from rules_kb.knowledge import regional_folder
from rules_kb.library import check_lock, lint, lint_overlay, write_lock
from rules_kb.silence import read_suppressions

__all__ = ["app", "rules_moves", "rules_replay", "rules_suppress"]


@command(app, "list")
def list_(context: Context) -> None:
    """列出全部规则 All rules: code, class, grain, stages, status, what they need."""
    rows = described(library_of(context), context)
    if context.as_json:
        context.show(rows)
        return
    print_rows(
        [
            {
                "code": row["code"],
                "id": row["id"],
                "名称": row["title"]["zh"],
                "grain": row["grain"],
                "stages": " ".join(row["stages"]),
                "result": row["result"],
                "status": row["status"],
                "evaluable": "; ".join(row["extension"] + row["no_points"] + row["in_part"]) or "yes",
            }
            for row in rows
        ]
    )
    print(f"{len(rows)} rules")


@command(app, "show")
def show(context: Context, rule: Rule_) -> None:
    """看一条规则 One rule: logic, thresholds, basis, pitfalls, examples."""
    library = library_of(context)
    found = rule_at(rule, library)
    basis = json.dumps([clause.model_dump(exclude_none=True) for clause in found.basis])
    hints = discretion(basis, context.region, date.today())  # noqa: DTZ011 (a calendar day)
    if context.as_json or found is not library.rules.get(found.id):
        shown = found.model_dump(mode="json", by_alias=True)
        context.show(shown | {"discretion": [asdict(hint) for hint in hints]})
        return
    print(library.path_of(found.id).read_text(encoding="utf-8"))
    if hints:
        print("\n".join(f"# {said.zh}" for said in (HEADING, *hints, CAUTION)))


@command(app, "lint")
def lint_(context: Context, rules: Rules = None) -> None:
    """检查内容 Words, facts, expressions, basis, lock, knowledge tables, the region's overlay."""
    library = library_of(context, rules)
    lint(library)
    check_lock(library, lock_of(rules))
    if rules is not None:
        context.show({"rules": len(library.rules), "state": "clean"}, f"{len(library.rules)} rules: clean")
        return
    lint_overlay(library, context.settings.rules, regional_folder(context.region))
    for hidden in read_suppressions(context.home / "rules" / "suppressions.csv"):
        if hidden.rule_code not in library.by_code:
            raise Refused(
                f"suppressions.csv: {hidden.id}: rule_code [{hidden.rule_code}] is no rule: mend it"
            )
    context.show({"rules": len(library.rules), "state": "clean"}, f"{len(library.rules)} rules: clean")


@command(app, "test")
def prove(
    context: Context,
    rule: Annotated[str, typer.Argument(help="规则 id; none: all")] = "",
    rules: Rules = None,
) -> None:
    """跑全部示例 Run every example of every rule (or of one) on the chosen engine."""
    from core.settings import RulesSettings
    from rules_kb.compiler import Pack
    from rules_kb.examples import run_examples

    library = library_of(context, rules)
    settings = RulesSettings(active="all")
    chosen = [pair for pair in library.judging(settings) if not rule or pair[0].id == find(library, rule).id]
    pack = Pack(tuple(chosen), settings)
    context.note(f"engine {context.settings.engine}")
    engine = open_engine(context.settings)
    try:
        outcomes = [outcome for grain in pack.grains for outcome in run_examples(engine, pack, grain)]
    finally:
        engine.close()
    failed = [asdict(outcome) for outcome in outcomes if not outcome.holds]
    context.show(
        {"rules": len(chosen), "examples": len(outcomes), "failed": failed},
        f"{len(chosen)} rules, {len(outcomes)} examples, {len(failed)} failed",
    )
    if failed:
        first = failed[0]
        raise Refused(
            f"{first['rule_id']}.yaml: example [{first['example']}] gave [{first['got']}], wants {first['want']}"
        )


@command(app, "lock")
def lock(context: Context, by: By = "", second: Second = "", rules: Rules = None) -> None:
    """锁定版本 Pin version and hash of every rule under two names, and keep its text beside them."""
    library = library_of(context, rules)
    lint(library)
    names = context.settings.rules
    target = lock_of(rules)
    changed = write_lock(library, by=by or names.editor, second=second or names.reviewer, lock=target)
    kept = keep(library, target.parent / "history")
    context.show(
        {"changed": changed, "kept": kept}, f"rules.lock: {changed} entries changed, {kept} texts kept"
    )


@command(app, "catalogue")
def catalogue(
    context: Context,
    out: Annotated[Path, typer.Option("--out", help="HTML 文件 one offline page")] = Path(
        "docs/catalogue.html"
    ),
) -> None:
    """规则目录 Write the searchable offline catalogue of rules, knowledge, basis and coverage."""
    from fundguard.cli.rules_page import page

    library = library_of(context)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(library, described(library, context)), encoding="utf-8")
    context.show({"page": str(out), "rules": len(library.rules)}, f"{out}: {len(library.rules)} rules")
