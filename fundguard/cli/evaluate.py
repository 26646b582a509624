"""``fundguard evaluate``: how good the list is, against the truth of a simulation or known labels."""

import json
import os
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from core.errors import UsageError
from fundguard.evaluate import evaluate
from fundguard.evaluate_labels import evaluate_labels

HOME = Path(os.environ.get("FUNDGUARD_HOME", "var"))


def run(
    truth: Path = typer.Option(None, help="Folder that `fundguard simulate` wrote"),
    labels: Path = typer.Option(None, help="Instead: CSV of provider and label (Yes/No)"),
    home: Path = typer.Option(HOME, help="Home"),
    date: str = typer.Option("", help="Run date; default: the newest"),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable"),
) -> None:
    """Precision, lift, recall and money of the list against the truth, beside three naive orders."""
    if (truth is None) == (labels is None):
        raise UsageError("give one of --truth [DIR] and --labels [FILE]")
    if labels is not None:
        result = evaluate_labels(labels, home, date or None)
        print(json.dumps(result)) if as_json else _show_labels(result)
        return
    result = evaluate(truth, home, date or None)
    print(json.dumps(result)) if as_json else _show(result)


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _table(console: Console, title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in rows[0]:
        table.add_column(
            name.replace("_", " "), justify="left" if isinstance(rows[0][name], str) else "right"
        )
    for row in rows:
        table.add_row(*(_text(value) for value in row.values()))
    console.print(table)


def _show(result: dict[str, Any]) -> None:
    console = Console()
    orders = [{"order": "the list", **result["list"]}]
    orders += [{"order": name.replace("_", " "), **row} for name, row in result["naive"].items()]
    base = result["base_rate"]
    _table(
        console, f"run {result['run_date']} · {result['parties']:,} parties · base rate {_text(base)}", orders
    )
    rings = result["rings"]
    console.print(f"rings: P@20 {_text(rings['p_at_20'])}, recall {_text(rings['recall'])}")
    _table(console, "schemes (in the first 100)", result["schemes"])
    _table(console, "rules", result["rules"])


def _show_labels(result: dict[str, Any]) -> None:
    console = Console()
    rows = [{"order": f"score {name}", **row} for name, row in result["models"].items()]
    rows.append({"order": "by amount", **result["by_amount"]})
    _table(console, f"{result['providers']:,} providers, {result['positives']:,} found out", rows)
