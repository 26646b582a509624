"""`leads`: rank anew; `leads export`: the list as a file; `leads decided`: what became of leads; `leads annex`: a lead's rows with chart numbers."""

import getpass
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from core.engine import open_engine
from core.errors import UsageError
from core.privacy import load_keys
from core.vault import Vault
from fundguard.casework import annex as annexes
from fundguard.casework.decided import take_in
from fundguard.casework.export import export_leads
from fundguard.casework.opening import Opening, Reveal
from fundguard.cli.common import Context, command, read_day
from pipelines.ingest.ledger import Ledger
from pipelines.warehouse import Warehouse

app = typer.Typer(add_completion=False)

Out = Annotated[Path, typer.Option("--out", help="写到哪里 where to write")]
LastDay = Annotated[
    str, typer.Option("--date", help="日期，缺省最近一夜 the day, YYYY-MM-DD; default the last night")
]


@command(app, "leads", callback=True)
def leads(context: Context, called: typer.Context, day: LastDay = "") -> None:
    """线索：重新排序；导出；核查结果；附表 Rank the leads of a day anew; or export, decided, annex."""
    if called.invoked_subcommand:
        return
    if not day:
        raise UsageError(
            "--date [] is missing: write fundguard leads --date YYYY-MM-DD, or leads export|decided|annex"
        )
    from fundguard.cli.nightly import _stage

    _stage(context, day, "leads")


@command(app, "export")
def export(context: Context, out: Out, day: LastDay = "") -> None:
    """导出排好序的线索名单 Write the ranked list to FILE.csv, .xlsx or .json."""
    context.note(f"引擎 engine: {context.settings.engine}")
    engine = open_engine(context.settings)
    try:
        rows = export_leads(engine, Warehouse(context.home), read_day(day) if day else None, out)
    finally:
        engine.close()
    context.show({"file": str(out), "leads": rows}, f"{out}: {rows} 条线索 leads")


@command(app, "decided")
def decided(
    context: Context,
    file: Annotated[Path, typer.Option("--in", help="核查结果 CSV: lead_id, confirmed 是/否/空, subgroup")],
) -> None:
    """读入线索核查结果 Take in what became of leads; the next night and `fundguard train` use it."""
    found = take_in(context.home, file)
    context.show(
        found,
        f"{found['leads']} 条线索 leads: 查实 confirmed {found['confirmed']}, "
        f"未查实 not confirmed {found['not_confirmed']}, 未结 open {found['open']}",
    )


@command(app, "annex")
def annex(
    context: Context,
    lead_id: Annotated[str, typer.Argument(metavar="LEAD_ID", help="线索ID the lead")],
    out: Out,
    role: Annotated[
        str, typer.Option("--role", help="角色 investigator | supervisor | auditor | rule_editor | operator")
    ],
    purpose: Annotated[str, typer.Option("--purpose", help="用途 what the numbers are needed for")],
    day: LastDay = "",
) -> None:
    """线索附表：病历号与医院项目编码，按角色，逐次留痕 A lead's rows with chart numbers, by role, logged."""
    privacy = Ledger.load(context.home).privacy or context.settings.privacy
    # The clock is read here and nowhere below.
    look = {"by": _user(), "role": role, "purpose": purpose, "at": _now()}
    reveal = _reveal(context.home, look) if privacy != "plain" else None
    opening = Opening(home=context.home, lead_id=lead_id, privacy=privacy, reveal=reveal, **look)
    context.note(f"引擎 engine: {context.settings.engine}")
    engine = open_engine(context.settings)
    try:
        made = annexes.annex(
            engine,
            Warehouse(context.home),
            lead_id,
            read_day(day) if day else None,
            out,
            opening,
            context.region,
        )
    finally:
        engine.close()
    shown = "原始号 originals" if opening.may_see else "哈希 hashes"
    context.show(
        {"file": str(out), "rows": len(made.rows), "originals": opening.may_see, "opened": opening.counts},
        f"{out}: {len(made.rows)} 行 rows, {shown}；已留痕 logged",
    )


def _reveal(home: Path, look: dict[str, str]) -> Reveal:
    """Open the vault of a HOME kind by kind; the vault logs each look itself."""

    def reveal(kind: str, tokens: Iterable[str]) -> dict[str, str]:
        found = Vault(home, load_keys(home)).open(tokens, **look)
        return {token: kinds[kind] for token, kinds in found.items() if kind in kinds}

    return reveal


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
