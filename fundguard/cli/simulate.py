"""``fundguard simulate``: a synthetic city's landing tables, and the truth of what was planted in it."""

import json
from datetime import date
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress

from core.errors import UsageError
from fundguard.synthetic.simulate import simulate


def run(
    out: Path = typer.Option(..., help="Folder that gets landing/ and truth/"),
    insured: int = typer.Option(..., help="Insured people"),
    days: int = typer.Option(..., help="Days up to --end"),
    seed: int = typer.Option(..., help="Same seed, same rows"),
    end: str = typer.Option("2026-06-30", help="Last day, YYYY-MM-DD"),
    schemes: str = typer.Option("", help="T03,T06,rule:POL-SVC-014,rules,all,none; default: the usual mix"),
    grade: int = typer.Option(0, help="1 easy … 5 hard; default: all of them"),
    form: str = typer.Option("parquet", "--format", help="parquet or csv"),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable"),
) -> None:
    """Writes a synthetic city: landing tables and the truth of what was planted."""
    try:
        last = date.fromisoformat(end)
    except ValueError:
        raise UsageError(f"--end [{end}] is not a date; write YYYY-MM-DD") from None
    wanted = [word.strip() for word in schemes.split(",") if word.strip()] or None
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("simulate", total=None)
        done = simulate(
            out,
            insured,
            days,
            seed,
            last,
            wanted,
            grade or None,
            form,
            lambda now, total: bar.update(task, completed=now, total=total),
        )
    if as_json:
        print(
            json.dumps(
                {
                    "out": str(out),
                    "rows": done.rows,
                    "settlements": done.settlements,
                    "schemes": done.schemes,
                    "seconds": round(done.seconds, 1),
                }
            )
        )
        return
    total = sum(done.rows.values())
    print(
        f"synthetic city of {insured:,} insured, {days} days up to {last}: {done.settlements:,} settlements"
    )
    print(
        f"{total:,} rows in {done.seconds:.0f} s ({total / done.seconds:,.0f} rows/s), {done.schemes} schemes"
    )
    print(f"landing: {out / 'landing'}")
    print(f"truth:   {out / 'truth'} (only `fundguard evaluate` reads it)")
