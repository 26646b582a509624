"""The gate of one intake: measure, judge, write the page, stop or let pass."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.engine import Engine
from core.errors import Refused
from core.schema import LANDING
from core.settings import GateSettings
from pipelines.gate.expectations import judge_profile, judge_rows
from pipelines.gate.page import write_page
from pipelines.gate.suites import Result, suite
from pipelines.gate.waivers import applicable
from pipelines.saving import write_json

if TYPE_CHECKING:
    from pipelines.ingest.report import TableReport


def judge(
    *,
    engine: Engine,
    home: Path,
    folder: Path,
    run_id: str,
    as_of: str,
    settings: GateSettings,
    tables: dict[str, "TableReport"],
    batches: dict[str, str],
    files: dict[str, list[str]],
    waivers: dict[str, Any],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Results and the waivers used. `batches`: table → relation of its rows with `refused_reason`.

    Writes gate.json and HOME/docs/gate-<run>.html before it stops. Refused: a stop nobody waived.
    """
    results: list[Result] = []
    used: list[dict[str, Any]] = []
    suites = {name: suite(LANDING[name], one.delivered_columns, settings) for name, one in tables.items()}
    money = {name: one.refused_money_share for name, one in tables.items()}
    if settings.mode == "rows" and engine.name == "spark":
        found = {
            name: judge_rows(engine.frame(batches[name]), checks, money[name])  # type: ignore[attr-defined]
            for name, checks in suites.items()
        }
    else:
        found = judge_profile(engine, batches, suites, money)
    for name, report in tables.items():
        for check, outcome in zip(suites[name], found[name], strict=True):
            if check.kind == "refused_rows":
                # Lines that nobody could read never became rows of the batch; they count all the same.
                share = report.refused_share
                success = share <= check.max_share
                unreadable = report.refused.get("unreadable", 0)
                outcome = {
                    "success": success,
                    "unexpected": outcome["unexpected"] + unreadable,
                    "total": outcome["total"] + unreadable,
                    "share": share,
                }
            waiver = None
            if not outcome["success"] and check.severity == "stop":
                waiver = waivers.get(check.name) or applicable(home, check.name, files[name])
                if waiver:
                    used.append(waiver if isinstance(waiver, dict) else vars(waiver))
            results.append(
                Result(
                    check.name, name, check.severity, check.max_share, waived=waiver is not None, **outcome
                )
            )
    plain = [result.to_json() for result in results]
    write_json(folder / "gate.json", {"results": plain, "files": files, "waivers": used})
    shown = {name: vars(report) for name, report in tables.items()}
    write_page(home / "docs" / f"gate-{run_id}.html", run_id, as_of, shown, plain, used)
    for result in results:
        if result.stops:
            raise Refused(_line(result, run_id, tables[result.table], files))
    return plain, used


def _line(result: Result, run_id: str, report: "TableReport", files: dict[str, list[str]]) -> str:
    what = result.check.split(".", 1)[1].replace("_", " ")
    reasons = ", ".join(
        f"{reason} {rows:,}" for reason, rows in report.refused.items() if reason != "superseded"
    )
    return (
        f"{result.table}: gate stops the night: {what} [{result.share:.1%}] above {result.max_share:.0%} "
        f"({reasons or 'no refused rows'}): look into HOME/quarantine/{result.table}/ and "
        f"HOME/docs/gate-{run_id}.html, mend and deliver again, or "
        f"`fundguard gate waive --run {run_id} --check {result.check} …`"
    )
