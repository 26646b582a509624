"""What every `draw` command shares: options, clock, output, the local notes beside a transcript."""

import datetime as dt
import functools
import inspect
import json
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import FundguardError, Refused, UsageError
from fundguard.casework.draws.beacon import CHINA
from fundguard.casework.draws.canonical import sha256_hex

Transcript = Annotated[Path, typer.Argument(metavar="D.json", help="抽查记录 transcript of the draw")]
Day = Annotated[str, typer.Option("--date", help="日期，缺省为今天 YYYY-MM-DD or date-time; default today")]
Out = Annotated[Path, typer.Option("--out", help="写到哪里 where to write")]

_COMMON = {
    "as_json": ("--json", bool, False, "机器可读输出 machine-readable output"),
    "home": ("--home", str, "", "数据目录（抽查只用文件） home of the warehouse; draws use files only"),
    "region": ("--region", str, "demo", "统筹区 region (unused by draws)"),
    "engine": ("--engine", str, "", "引擎 engine (unused by draws)"),
}


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function that returns (data, text): text is printed, or data with --json."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(**options: Any) -> None:
            as_json = options.pop("as_json")
            for unused in ("home", "region", "engine"):
                options.pop(unused)
            data, text = function(**options)
            print(json.dumps(data, ensure_ascii=False) if as_json else text)

        signature = inspect.signature(function, eval_str=True)
        common = [
            inspect.Parameter(
                key,
                inspect.Parameter.KEYWORD_ONLY,
                default=default,
                annotation=Annotated[kind, typer.Option(flag, help=words)],
            )
            for key, (flag, kind, default, words) in _COMMON.items()
        ]
        own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in signature.parameters.values()]
        run.__signature__ = signature.replace(parameters=[*own, *common], return_annotation=None)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in [*own, *common]}
        app.command(name)(run)
        return function

    return register


def notice(text: str) -> None:
    """One line on stderr."""
    print(text, file=sys.stderr)


def moment(text: str) -> dt.datetime:
    """Aware moment of --date: now when empty, the first second of a day when no hour is given."""
    if not text:
        return dt.datetime.now(CHINA)
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date: 日期写错 malformed date [{text}]；写成 2026-07-01") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=CHINA)


def salt() -> str:
    """Fresh secret text (128 bits) from the system's source."""
    return secrets.token_hex(16)


def local_notes(path: Path) -> dict[str, Any]:
    """Where nonces and registers lie on this machine; never part of the transcript."""
    notes = path.with_name(path.name + ".local")
    return dict(json.loads(notes.read_text("utf-8"))) if notes.is_file() else {}


def keep_notes(path: Path, notes: dict[str, Any]) -> None:
    """Write the local notes, readable by their owner only."""
    target = path.with_name(path.name + ".local")
    target.touch(mode=0o600)
    target.write_text(json.dumps(notes, ensure_ascii=False), encoding="utf-8")


def read_nonce(path: Path) -> str:
    """Text of a nonce file without the blanks around it; UsageError when there is none."""
    if not path.is_file():
        raise UsageError(f"--nonce: 没有这个文件 no such file [{path}]；给出封存的文件 --nonce FILE")
    try:
        text = path.read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise Refused(f"--nonce: 不是文本 not a text [{path.name}]；重新生成 draw nonce") from None
    if not text:
        raise Refused(f"--nonce: 文件是空的 empty file [{path.name}]；重新生成 draw nonce")
    return text


def write_nonce(path: Path) -> str:
    """Make a nonce file (256 bits, owner only), never over an old one; returns its SHA-256."""
    if path.exists():
        raise Refused(f"--out: 文件已存在 exists already [{path}]；换一个名字 choose another name")
    nonce = secrets.token_hex(32)
    path.touch(mode=0o600)
    path.write_text(nonce + "\n", encoding="utf-8")
    return sha256_hex(nonce)


def call(app: typer.Typer) -> None:
    """Run an app by itself: one line on stderr and the exit code of the error."""
    try:
        app()
    except FundguardError as error:
        notice(str(error))
        sys.exit(error.exit_code)
