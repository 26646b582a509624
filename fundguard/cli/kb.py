"""``fundguard kb``: import, verify and show the knowledge library, load official law texts."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from fundguard.cli.common import Context, command
from rules_kb.importer import import_published, verify
from rules_kb.knowledge import FOLDER, load, regional_folder, tables
from rules_kb.law import import_law

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Knowledge library: tables, provenance, law texts."
)


@command(app, "import")
def import_(
    context: Context,
    points: Annotated[Path, typer.Option("--points", help="Published points, JSON or JSON.gz")],
    updates: Annotated[Path, typer.Option("--updates", help="Points of the revision, JSON or JSON.gz")],
    sheets: Annotated[Path, typer.Option("--sheets", help="Folder of the batch 1–8 workbooks")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the tables")] = FOLDER,
) -> None:
    """导入 Turn the published batches and their revision into our own tables; list every unread text."""
    report = import_published(points, updates, sheets, out)
    rows = "\n".join(f"{table}: {count} rows" for table, count in report.rows.items())
    context.show(
        {"rows": report.rows, "codes": report.codes, "unread": len(report.unread)},
        f"{rows}\ncodes per batch: {dict(report.codes)}; texts with words left unread: "
        f"{len(report.unread)}, listed in {out / 'reports' / 'unread_texts.csv'}",
    )


@command(app, "verify")
def verify_(
    context: Context,
    official: Annotated[Path, typer.Option("--official", help="The bureau's official list, CSV or xlsx")],
    by: Annotated[
        str, typer.Option("--by", help="经办人（角色）who compared; default: conf rules.editor")
    ] = "",
    second: Annotated[
        str, typer.Option("--second", help="复核人（角色）who checked; default: conf rules.reviewer")
    ] = "",
    table: Annotated[str, typer.Option("--table", help="Table; default: the file's name")] = "",
) -> None:
    """核实 Compare points with an official file; those that agree become verified, under two names."""
    names = context.settings.rules
    ledger = context.home / "knowledge" / "verified.csv"
    report = verify(official, by or names.editor, second or names.reviewer, ledger, table or None)
    lines = [f"{report.table}: {len(report.agreed)} points agree and are verified in {ledger}"]
    lines += [f"differs: {k} {column} ours [{o}] official [{t}]" for k, column, o, t in report.differ]
    lines += [f"not ours: {key}" for key in report.missing]
    counts = {"agreed": len(report.agreed), "missing": report.missing, "differ": report.differ}
    context.show({"table": report.table, **counts}, "\n".join(lines))
    if report.differ or report.missing:
        raise typer.Exit(1)


@command(app, "import-law")
def import_law_(
    context: Context,
    file: Annotated[Path, typer.Argument(help="Official full text, UTF-8")],
    law: Annotated[str, typer.Option("--law", help="Instrument id; default: the file's name")] = "",
) -> None:
    """法律全文 Load a bureau's own official full text of an instrument beside our references."""
    name = law or file.name.split(".")[0]
    count = import_law(file, name, context.home / "law")
    target = context.home / "law" / f"{name}.yaml"
    context.show(
        {"law": name, "articles": count, "file": str(target)}, f"{name}: {count} articles in {target}"
    )


@command(app, "show")
def show(
    context: Context,
    table: Annotated[str, typer.Argument(help="Table; none: list all")] = "",
    code: Annotated[str, typer.Option("--code", help="Only rows whose key holds this code")] = "",
) -> None:
    """看表 List the tables, or one table's header and rows, with the region's own."""
    regional = regional_folder(context.region)
    if not table:
        listed = [
            (n, k.header.kind, len(k), k.header.zh, k.header.en)
            for n in tables()
            for k in [load(n, regional=regional)]
        ]
        if context.as_json:
            context.show(listed)
            return
        grid = Table("table", "kind", "rows", "zh", "en")
        for name, kind, count, zh, en in listed:
            grid.add_row(name, kind, f"{count:,}", zh, en)
        Console().print(grid)
        return
    known = load(table, regional=regional)
    keys = known.header.key
    rows = [r for r in known.arrow.to_pylist() if not code or code in (str(r[k]) for k in keys)]
    if context.as_json:
        context.show(rows[: None if code else 50])
        return
    print(f"{known.header.zh} · {known.header.en} · {len(known)} rows · key {', '.join(keys)}")
    print(f"source: {known.header.source}")
    for column in known.header.columns:
        print(f"  {column.name} ({column.type}) {column.zh}: {column.en}")
    for row in rows[:20]:
        print(json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False, default=str))
