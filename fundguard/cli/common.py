"""What every command shares: --home, --region, --engine, --json; errors in one line, with their exit code."""

import functools
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import FundguardError, UsageError
from core.settings import Settings, load_settings

_HELP = {
    "home": "数据目录 where runs and warehouse live (default $FUNDGUARD_HOME, else ./var)",
    "region": "统筹区 region: a folder of conf/regions",
    "engine": "引擎 duckdb | spark (default from conf)",
    "as_json": "机器可读输出 machine-readable output on stdout",
}

Day = Annotated[str, typer.Option("--date", help="日期 the day, YYYY-MM-DD")]


@dataclass(frozen=True)
class Context:
    """What the shared options said."""

    home: Path
    region: str
    engine: str | None
    as_json: bool

    @functools.cached_property
    def settings(self) -> Settings:
        """Settings of the region, with --engine on top."""
        return load_settings(region=self.region, overrides={"engine": self.engine})

    def show(self, data: Any, text: str | None = None) -> None:
        """Print `data` as JSON with --json, else `text`."""
        if self.as_json or text is None:
            print(json.dumps(data, ensure_ascii=False, default=str))
        else:
            print(text)

    def note(self, text: str) -> None:
        """A line for people: stdout, or stderr where stdout is for machines."""
        print(text, file=sys.stderr if self.as_json else sys.stdout)


def command(
    app: typer.Typer, name: str, *, callback: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register `function(context, …own options)` as a command that also takes the shared options."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]

        @functools.wraps(function)
        def run(**options: Any) -> None:
            home = options.pop("home") or os.environ.get("FUNDGUARD_HOME") or "var"
            shared = {key: options.pop(key) for key in ("region", "engine", "as_json")}
            function(Context(home=Path(home), **shared), **options)

        shared = [
            _shared("home", str, ""),
            _shared("region", str, os.environ.get("FUNDGUARD_REGION", "demo")),
            _shared("engine", str | None, None),
            _shared("as_json", bool, False, "--json"),
        ]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        (app.callback(invoke_without_command=True) if callback else app.command(name))(run)
        return function

    return register


def mount(function: Callable[..., Any], name: str) -> typer.Typer:
    """A program of one plain function: it gets the shared options too, and sees those it asks for."""
    app = typer.Typer(add_completion=False)
    own = inspect.signature(function, eval_str=True).parameters
    taken = {"home", "region", "engine", "as_json"}

    def run(context: Context, **options: Any) -> None:
        function(**options, **{key: getattr(context, key) for key in taken & set(own)})

    first = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Context)
    rest = [parameter for key, parameter in own.items() if key not in taken]
    run.__signature__ = inspect.Signature([first, *rest])  # type: ignore[attr-defined]
    run.__doc__ = function.__doc__
    command(app, name)(run)
    return app


def _shared(name: str, kind: Any, default: Any, flag: str | None = None) -> inspect.Parameter:
    option = typer.Option(flag or f"--{name}", help=_HELP[name])
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


def read_day(text: str, option: str = "--date") -> date:
    """A day written YYYY-MM-DD. UsageError (exit 2) when it is none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a calendar day has no zone)
    except ValueError:
        raise UsageError(f"{option} [{text}] is no day: write YYYY-MM-DD, for example 2026-06-30") from None


def run_app(app: typer.Typer, program: str, arguments: list[str]) -> int:
    """Run the program; every failure is one line on stderr and the exit code of its kind."""
    try:
        result = app(args=arguments, prog_name=program, standalone_mode=False)
    except FundguardError as error:
        print(f"fundguard: {error}", file=sys.stderr)
        return error.exit_code
    except typer.Exit as leaving:
        return leaving.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("fundguard: stopped [interrupt]: run the same command again to resume", file=sys.stderr)
        return 3
    except Exception as error:
        if _is_usage(error):
            print(f"fundguard: {_usage_line(error)}", file=sys.stderr)
            return 2
        return _fault(error)
    return result if isinstance(result, int) else 0


def _is_usage(error: Exception) -> bool:
    # Typer carries its own copy of click in some versions: go by the class names, not by identity.
    names = {cls.__name__ for cls in type(error).__mro__}
    return bool(names & {"UsageError", "ClickException"})


def _usage_line(error: Exception) -> str:
    format_message = getattr(error, "format_message", None)
    text = format_message() if format_message else str(error)
    return " ".join(text.split()) + " (see --help)"


def _fault(error: Exception) -> int:
    """A fault of the machine, or a defect of ours: one line, and the trace in a file for us."""
    home = Path(os.environ.get("FUNDGUARD_HOME") or "var")
    kind = "out of memory" if "OutOfMemory" in type(error).__name__ else type(error).__name__
    if isinstance(error, OSError) and error.errno == 28:
        kind = "disk full"
    place = "FUNDGUARD_TRACE=1 shows the trace"
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / "fault.log").write_text(traceback.format_exc(), encoding="utf-8")
        place = f"trace in {home / 'fault.log'}"
    except OSError:
        traceback.print_exc() if os.environ.get("FUNDGUARD_TRACE") else None
    first = str(error).splitlines()[0][:160] if str(error) else ""
    print(f"fundguard: fault [{kind}] {first}: mend it and run again to resume; {place}", file=sys.stderr)
    return 3
