"""`ingest`, `nightly`, `check`, `network`, `score`: the night, whole or one stage of it."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fundguard.cli.common import Context, Day, command, read_day
from pipelines.night import Night, run_night

Landing = Annotated[
    Path, typer.Option("--landing", help="落地目录 folder that holds the tables, or its parent")
]
Source = Annotated[str | None, typer.Option("--source", help="来源映射 a mapping in conf/sources")]

nightly_app = typer.Typer(add_completion=False)
ingest_app = typer.Typer(add_completion=False)
check_app = typer.Typer(add_completion=False)
network_app = typer.Typer(add_completion=False)
score_app = typer.Typer(add_completion=False)

APPS = {
    "nightly": nightly_app,
    "ingest": ingest_app,
    "check": check_app,
    "network": network_app,
    "score": score_app,
}


@command(nightly_app, "nightly")
def nightly(
    context: Context,
    landing: Landing,
    day: Day,
    source: Source = None,
    from_job: Annotated[
        str | None, typer.Option("--from", help="从某步重跑 run again from this job on")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="只建历史 facts, peers and hits, no leads")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="全部重跑 run every job again")] = False,
) -> None:
    """整夜：入库、判定、团伙、评分、线索、日报 The whole night, to the ranked list and the report."""
    night = Night(
        home=context.home,
        settings=context.settings,
        as_of=read_day(day),
        landing=landing,
        source=source,
        baseline=baseline,
        from_job=from_job,
        force=force,
    )
    manifest = _run(context, night)
    finish(context, night, manifest)


@command(ingest_app, "ingest")
def ingest(context: Context, landing: Landing, day: Day = "", source: Source = None) -> None:
    """入库：落地目录到数据仓 Landing to warehouse, gate included; no judging."""
    # The clock is read here and nowhere below: without --date all days up to today are taken in.
    as_of = read_day(day) if day else date.today()  # noqa: DTZ011
    night = Night(
        home=context.home, settings=context.settings, as_of=as_of, landing=landing, source=source, only=()
    )
    manifest = _run(context, night)
    context.show(manifest["jobs"]["ingest"], _ingest_text(manifest))


@command(check_app, "check")
def check(context: Context, day: Day) -> None:
    """规则判定 Judge the days of one night by every rule that is awake."""
    _stage(context, day, "check")


@command(network_app, "network")
def network(context: Context, day: Day) -> None:
    """团伙网络 Find rings as of a day."""
    _stage(context, day, "network")


@command(score_app, "score")
def score(context: Context, day: Day) -> None:
    """评分 Score parties as of a day."""
    _stage(context, day, "score")


def _stage(context: Context, day: str, job: str) -> None:
    night = Night(home=context.home, settings=context.settings, as_of=read_day(day), only=(job,), force=True)
    manifest = _run(context, night)
    writes = manifest["jobs"][job]["writes"]
    lines = [f"{table}: {facts['rows']} rows" for table, facts in writes.items()]
    context.show(manifest["jobs"][job], "\n".join(lines))


def _run(context: Context, night: Night) -> dict[str, Any]:
    context.note(f"引擎 engine: {night.settings.engine}")
    if not sys.stderr.isatty():
        return run_night(night)
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<10}"),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with progress:
        tasks: dict[str, Any] = {}

        def watch(job: str, state: str) -> None:
            if job not in tasks:
                tasks[job] = progress.add_task(job, total=1, state=state)
            progress.update(tasks[job], state=state, completed=0 if state == "running" else 1)

        return run_night(night, watch)


def finish(context: Context, night: Night, manifest: dict[str, Any]) -> None:
    """After the night: what ran goes to the model store, the report is written, the daily is printed."""
    from core.engine import open_engine
    from fundguard.report import add_drift, daily_text, write_report
    from models.registry import log_night

    report = None
    engine = open_engine(night.settings)
    try:
        manifest = manifest | add_drift(night.home, manifest["run_id"], engine)
        report = write_report(night.home, manifest["run_id"], engine)
        text = daily_text(night.home, manifest["run_id"], engine)
    finally:
        engine.close()
    log_night(night.home, manifest)
    context.show(manifest | {"report": str(report)}, text)


def _ingest_text(manifest: dict[str, Any]) -> str:
    tables = manifest["jobs"]["ingest"].get("tables", {})
    return "\n".join(
        f"{name}: {t.get('rows_in', 0)} in, {t.get('accepted', 0)} accepted" for name, t in tables.items()
    )
