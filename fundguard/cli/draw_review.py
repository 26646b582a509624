"""`draw review`: prescriptions, medical records, closed leads read again, with the same sampler."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import UsageError
from fundguard.casework.draws.columns import OBJECTS
from fundguard.casework.draws.frame import Plan
from fundguard.casework.draws.review import (
    KINDS,
    read_readings,
    readings_in_order,
    review_strata,
    write_sheets,
    yield_of,
)
from fundguard.casework.draws.sampling import parse_ratio
from fundguard.casework.draws.stopping import stop
from fundguard.casework.draws.transcript import load
from fundguard.casework.draws.workbooks import read_table
from fundguard.cli.draw_common import Day, Out, Transcript, command, moment

app = typer.Typer(
    help="点评与复核：处方、病历、已结线索 Reviews with the same sampler",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Readings = Annotated[list[Path], typer.Option("--readings", help="填好的审读表，可多份 reading lists")]
_ceremony: dict[str, Callable[..., Any]] = {}


def bind(freeze: Callable[..., Any], strata: Callable[..., Any], rounds: Callable[..., Any]) -> None:
    """Take the shared parts of `draw plan` (that module imports this one)."""
    _ceremony.update(freeze=freeze, strata=strata, rounds=rounds)


@command(app, "plan")
def plan(
    out: Out,
    kind: Annotated[str, typer.Option(help="；".join(f"{k} {v}" for k, v in KINDS.items()))],
    records: Annotated[Path, typer.Option(help="记录名录 csv/xlsx: id, name=机构, stratum, handled_by")],
    reviewers: Annotated[Path, typer.Option(help="审读人名录，列同检查人员 register of reviewers")],
    item: Annotated[str, typer.Option(help="事项 what is reviewed")] = "",
    basis: Annotated[str, typer.Option(help="依据 basis")] = "医院处方点评管理规范",
    ratio: Annotated[list[str] | None, typer.Option(help="层=比例 STRATUM=R")] = None,
    minimum: Annotated[list[str] | None, typer.Option(help="层=最少数 STRATUM=N")] = None,
    double: Annotated[str, typer.Option(help="双读比例 share read twice, 0.1 or 10%")] = "0",
    max_load: Annotated[int, typer.Option(min=0, help="每人最多几份 records per reader")] = 0,
    previous: Annotated[Path | None, typer.Option(help="新一轮：上一轮记录 earlier round")] = None,
    round_reason: Annotated[str, typer.Option(help="为何重抽 why another round")] = "",
    date: Day = "",
) -> tuple[Any, str]:
    """编制点评方案；之后同样 draw commit、draw reveal Plan a review; then commit and reveal."""
    names = list(
        dict.fromkeys(row.get("stratum") for row in read_table(records, "检查对象名录库", OBJECTS).rows)
    )
    strata = review_strata(kind, _ceremony["strata"](ratio or [], minimum or []), names)
    asked = Plan(
        item=item or KINDS[kind].split(" ")[0],
        basis=basis,
        planned_on=moment(date).date().isoformat(),
        strata=strata,
        type="special",
        size=1,
        certified=0,
        max_load=max_load,
        double_ratio=parse_ratio(double, "--double") if double.strip("0.%") else "0",
        object_kind="record",
        **_ceremony["rounds"](previous, round_reason),
    )
    frozen: tuple[Any, str] = _ceremony["freeze"](asked, records, reviewers, None, out, False)
    return frozen


@command(app, "sheets")
def sheets(transcript: Transcript, out: Out) -> tuple[Any, str]:
    """每位审读人一份审读表 One reading list per reviewer."""
    made = [str(path) for path in write_sheets(load(transcript), out)]
    return {"files": made}, "\n".join(made)


@command(app, "yield")
def found(transcript: Transcript, readings: Readings) -> tuple[Any, str]:
    """检出率、双读一致性、各人进度 Yield, agreement and progress."""
    body = load(transcript)
    data = yield_of(body, read_readings(body, readings))
    lines = [
        f"[{row['stratum']}] 已读 read {row['read']}/{row['assigned']}，检出 found {row['found']}"
        + (f"（{row['share']:.1%}，95% 区间 {row['low']:.1%}–{row['high']:.1%}）" if row["read"] else "")
        for row in data["strata"]
    ]
    twice = data["agreement"]
    if twice["read_twice"]:
        kappa = "不可算 undefined" if twice["kappa"] is None else f"{twice['kappa']:.2f}"
        lines.append(
            f"双读 read twice {twice['read_twice']}，一致 agreed {twice['share']:.1%}，kappa {kappa}"
        )
    if data["disputed"]:
        lines.append(f"意见不一，须合议 to be settled: {'、'.join(data['disputed'])}")
    if data["prescribers_over_limit"]:
        lines.append(f"不合理 ≥ 10 张的处方医师 over the limit: {'、'.join(data['prescribers_over_limit'])}")
    return data, "\n".join(lines)


@command(app, "stop")
def stop_command(
    transcript: Transcript,
    readings: Readings,
    rate: Annotated[str, typer.Option(help="容许差错率 tolerated error rate, 5%")] = "5%",
    risk: Annotated[str, typer.Option(help="误停风险 risk of a wrong stop, 10%")] = "10%",
    stratum: Annotated[str, typer.Option(help="层；只有一层时可省 stratum")] = "",
) -> tuple[Any, str]:
    """是否已读够 Whether enough records have been read, with the error stated."""
    body = load(transcript)
    names = [row["stratum"] for row in body.get("tickets", [])]
    name = stratum or (names[0] if len(names) == 1 else "")
    rows = read_readings(body, readings)
    if name not in names:
        raise UsageError(f"--stratum: 须指明一层 name one [{name}]；取 {'、'.join(names)}")
    wrong = readings_in_order(body, rows, name)
    units = next(row["units"] for row in body["tickets"] if row["stratum"] == name)
    verdict = stop(wrong, units, Fraction(parse_ratio(rate, "--rate")), Fraction(parse_ratio(risk, "--risk")))
    data = {"decision": verdict.decision, "errors": verdict.errors, "read": verdict.read,
            "risk": str(float(verdict.risk)), "statement": verdict.statement, "units": units}  # fmt: skip
    return data, f"{verdict.statement}\n已读 read {verdict.read}/{units}，差错 errors {verdict.errors}"
