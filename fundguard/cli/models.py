"""``fundguard train`` and ``fundguard models list | promote``: champion and challenger."""

from typing import Annotated

import typer

from core.errors import Refused
from fundguard.cli.common import Context, command

train_app = typer.Typer(add_completion=False)
models_app = typer.Typer(add_completion=False, no_args_is_help=True, help="模型 list or promote")
APPS = {"train": train_app, "models": models_app}


@command(train_app, "train")
def train(context: Context) -> None:
    """训练 fit a challenger from the outcomes of reviewed leads, and try it at the gate."""
    from models.train import train as fit

    found = fit(context.home, context.settings.seed)
    verdict = found.verdict
    context.show(
        {
            "reviewed": found.reviewed,
            "confirmed": found.confirmed,
            "version": found.version,
            "gate": {
                "passed": verdict.passed,
                "why": verdict.why,
                "gain": verdict.gain,
                "low": verdict.low,
                "high": verdict.high,
                "checks": [{"name": c.name, "state": c.state, "says": c.says} for c in verdict.checks],
            },
        },
        f"{found.reviewed} reviewed leads, {found.confirmed} confirmed; gate: {verdict.why}\n"
        + "".join(f"  {c.name}: {c.state} ({c.says})\n" for c in verdict.checks)
        + (
            f"challenger lead_ranker {found.version} is registered" if found.version else "the champion stays"
        ),
    )


@command(models_app, "list")
def list_(context: Context) -> None:
    """列出 every registered model version with its aliases."""
    from models import registry

    registry.take_in_nights(context.home)
    rows = registry.listed(context.home)
    text = "\n".join(f"{r['name']} {r['version']} {r['aliases']} gate {r['gate'] or '–'}" for r in rows)
    context.show(
        rows,
        text or "no model is registered: the built-in trust ranks; fundguard train learns from outcomes",
    )


@command(models_app, "promote")
def promote(
    context: Context,
    name: Annotated[str, typer.Argument(help="模型 model, for example lead_ranker")],
    version: Annotated[str, typer.Argument(help="版本 version")],
    by: Annotated[str, typer.Option(help="谁 who promotes")],
    second: Annotated[str, typer.Option(help="复核人 who checked; another person")],
    reason: Annotated[str, typer.Option(help="理由 why")],
    despite_gate: Annotated[
        bool, typer.Option("--despite-gate", help="未过闸门仍设 although the gate was not passed")
    ] = False,
) -> None:
    """设为冠军 make a version the champion from the next night on; two people, with a reason."""
    from models import registry

    if by == second:
        raise Refused(f"models promote: --second [{second}] is the same person: name another one")
    registry.promote(context.home, name, version, by=f"{by}, {second}", reason=reason, waive=despite_gate)
    context.show({"name": name, "version": version}, f"{name} {version} is the champion")
