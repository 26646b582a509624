"""`fundguard quarantine`: what was refused, and again after mending."""

from typing import Annotated

import typer

from fundguard.cli.common import Context, command
from pipelines.ingest.replay import listed, replay

app = typer.Typer(
    help="隔离区：查看、重放 What was refused, and again", no_args_is_help=True, add_completion=False
)

Table = Annotated[str | None, typer.Option("--table", help="只看一张表 only this table")]


@app.callback()
def _group() -> None:
    """隔离区 Rows that could not be read, with reason and original text."""


def list_(context: Context, table: Table = None) -> None:
    """按表、原因、字段计数 Refused rows by table, reason, column, file; no values are shown."""
    rows = listed(context.home, table)
    lines = [
        f"{row['table']} · {row['reason']} · {row['column'] or '-'} · {row['source_file']}: {row['rows']:,}"
        for row in rows
    ] or ["nothing was refused"]
    context.show(rows, "\n".join(lines))


def replay_(
    context: Context,
    table: Table = None,
    reason: Annotated[
        str, typer.Option("--reason", help="原因 missing cast duplicate superseded orphan")
    ] = "orphan",
) -> None:
    """重放：下次入库再判 Let the next night judge these rows again (their files must lie in the landing folder)."""
    count = replay(context.home, table=table, reason=reason)
    context.show(
        {"rows": count},
        f"{count:,} rows wait: run `fundguard nightly` (or `ingest`) on the folder that holds their files"
        if count
        else "no such rows: nothing waits",
    )


command(app, "list")(list_)
command(app, "replay")(replay_)
