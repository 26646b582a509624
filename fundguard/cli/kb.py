"""``fundguard kb``: import, verify and show the knowledge library, load official law texts."""

import json
import os
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from core.errors import FundguardError
from rules_kb.importer import import_published, verify
from rules_kb.knowledge import FOLDER, load, tables
from rules_kb.law import import_law

app = typer.Typer(no_args_is_help=True, help="Knowledge library: tables, provenance, law texts.")
HOME = Path(os.environ.get("FUNDGUARD_HOME", "var"))


@app.command("import")
def import_(
    points: Path = typer.Option(..., help="Published points, JSON or JSON.gz"),
    updates: Path = typer.Option(..., help="Points of the revision, JSON or JSON.gz"),
    sheets: Path = typer.Option(..., help="Folder of the batch 1–8 workbooks"),
    out: Path = typer.Option(FOLDER, help="Folder of the tables"),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable"),
) -> None:
    """Turn the published batches and their revision into our tables; list every unread text."""
    report = import_published(points, updates, sheets, out)
    if as_json:
        print(json.dumps({"rows": report.rows, "codes": report.codes, "unread": len(report.unread)}))
        return
    for table, rows in report.rows.items():
        print(f"{table}: {rows} rows")
    print(
        f"codes per batch: {dict(report.codes)}; texts with words left unread: "
        f"{len(report.unread)}, listed in {out / 'reports' / 'unread_texts.csv'}"
    )


@app.command("verify")
def verify_(
    official: Path = typer.Option(..., help="The bureau's official list, CSV or xlsx"),
    by: str = typer.Option(..., help="Who compared"),
    second: str = typer.Option(..., help="Who checked"),
    table: str = typer.Option("", help="Table; default: the file's name"),
    home: Path = typer.Option(HOME, help="Home; the ledger is HOME/knowledge/verified.csv"),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable"),
) -> None:
    """Compare points with an official file; those that agree become verified, under two names."""
    ledger = home / "knowledge" / "verified.csv"
    report = verify(official, by, second, ledger, table or None)
    if as_json:
        counts = {"agreed": len(report.agreed), "missing": report.missing, "differ": report.differ}
        print(json.dumps({"table": report.table, **counts}, ensure_ascii=False))
    else:
        print(f"{report.table}: {len(report.agreed)} points agree and are verified in {ledger}")
        for key, column, ours, theirs in report.differ:
            print(f"differs: {key} {column} ours [{ours}] official [{theirs}]")
        for key in report.missing:
            print(f"not ours: {key}")
    if report.differ or report.missing:
        raise typer.Exit(1)


@app.command("import-law")
def import_law_(
    file: Path = typer.Argument(..., help="Official full text, UTF-8"),
    law: str = typer.Option("", help="Instrument id; default: the file's name"),
    home: Path = typer.Option(HOME, help="Home; texts go to HOME/law"),
) -> None:
    """Load a bureau's own official full text of an instrument beside our references."""
    name = law or file.name.split(".")[0]
    count = import_law(file, name, home / "law")
    print(f"{name}: {count} articles in {home / 'law' / name}.yaml")


@app.command()
def show(
    table: str = typer.Argument("", help="Table; none: list all"),
    code: str = typer.Option("", help="Only rows whose key holds this code"),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable"),
) -> None:
    """List the tables, or one table's header and rows."""
    if not table:
        listed = [(n, k.header.kind, len(k), k.header.zh, k.header.en) for n in tables() for k in [load(n)]]
        if as_json:
            print(json.dumps(listed, ensure_ascii=False))
            return
        grid = Table("table", "kind", "rows", "zh", "en")
        for name, kind, count, zh, en in listed:
            grid.add_row(name, kind, f"{count:,}", zh, en)
        Console().print(grid)
        return
    known = load(table)
    keys = known.header.key
    rows = [r for r in known.arrow.to_pylist() if not code or code in (str(r[k]) for k in keys)]
    if as_json:
        print(json.dumps(rows[: None if code else 50], ensure_ascii=False, default=str))
        return
    print(f"{known.header.zh} · {known.header.en} · {len(known)} rows · key {', '.join(keys)}")
    print(f"source: {known.header.source}")
    for column in known.header.columns:
        print(f"  {column.name} ({column.type}) {column.zh}: {column.en}")
    for row in rows[:20]:
        print(json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False, default=str))


if __name__ == "__main__":
    try:
        app(standalone_mode=False)
    except FundguardError as error:
        raise SystemExit(f"{error}") from None
