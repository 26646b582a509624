"""`fundguard gate`: a stop, and the documented way past it."""

from datetime import datetime
from typing import Annotated

import typer

from fundguard.cli.common import Context, command
from pipelines.gate import all_waivers, stored_gate, waive

app = typer.Typer(
    help="质量闸门：查看、放行 Show the gate, or let a stop pass with two names",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """质量闸门 The gate between landing and warehouse."""


def show(
    context: Context,
    run: Annotated[str, typer.Option("--run", help="批次 run id")],
    failed: Annotated[bool, typer.Option("--failed", help="只看不符 only what failed")] = False,
) -> None:
    """查看一次闸口结果 Results of one run, failed checks first."""
    gate = stored_gate(context.home, run)
    results = [one for one in gate["results"] if not failed or not one["success"]]
    results.sort(key=lambda one: (one["success"], one["severity"] != "stop", one["check"]))
    waivers = [one for one in all_waivers(context.home) if one["run"] == run]
    lines = [
        f"{'ok  ' if one['success'] else 'STOP' if one['severity'] == 'stop' else 'warn'} {one['check']}: "
        f"{one['unexpected']:,} of {one['total']:,} [{one['share']:.2%}], at most {one['max_share']:.0%}"
        + (" · waived" if one["waived"] else "")
        for one in results
    ]
    lines += [f"waived {one['check']}: {one['reason']} ({one['by']}, {one['second']})" for one in waivers]
    lines.append(f"page: {context.home / 'docs' / f'gate-{run}.html'}")
    context.show({"run": run, "results": results, "waivers": waivers}, "\n".join(lines))


def waive_(
    context: Context,
    run: Annotated[str, typer.Option("--run", help="批次 run id")],
    check: Annotated[str, typer.Option("--check", help="检查名 check, for example setl_d.refused_rows")],
    reason: Annotated[str, typer.Option("--reason", help="理由 why these rows may pass")],
    by: Annotated[str, typer.Option("--by", help="经办人 who decides")],
    second: Annotated[str, typer.Option("--second", help="复核人 who agrees; another person")],
) -> None:
    """放行：两人、有理由、只对这些文件 Let a stop pass for exactly these files; run the night again after."""
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    waiver = waive(context.home, run_id=run, check=check, reason=reason, by=by, second=second, at=at)
    context.show(
        waiver, f"waived {check} for {len(waiver['files'])} files by {by} and {second}: run the night again"
    )


command(app, "show")(show)
command(app, "waive")(waive_)
