"""`fundguard draw`: a public random draw, from empty workbooks to a published page."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import Refused, UsageError
from fundguard.casework.draws import protocol
from fundguard.casework.draws.beacon import KINDS
from fundguard.casework.draws.canonical import fingerprint, sha256_hex
from fundguard.casework.draws.columns import ITEMS, YEAR_PLAN
from fundguard.casework.draws.frame import CLASSES, TYPES, Plan, Stratum, build_frame
from fundguard.casework.draws.public import names_of, public_body
from fundguard.casework.draws.sampling import parse_ratio
from fundguard.casework.draws.transcript import dumps, load, save, state
from fundguard.casework.draws.workbooks import has_sheet, read_table, split_list, write_templates
from fundguard.cli import draw_after, draw_review
from fundguard.cli.draw_common import (
    Day,
    Out,
    Transcript,
    call,
    command,
    keep_notes,
    local_notes,
    moment,
    notice,
    read_nonce,
    salt,
    write_nonce,
)

app = typer.Typer(
    help="双随机抽查：谁都能复算 Draws anybody can check",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@command(app, "templates")
def templates(out: Out) -> tuple[Any, str]:
    """写出空白工作簿：一单两库、专家库、年度计划 Write the empty workbooks."""
    made = [str(path) for path in write_templates(out)]
    return {"files": made}, "\n".join(made)


@command(app, "plan")
def plan(
    out: Out,
    item: Annotated[str, typer.Option(help="抽查事项 what is inspected")] = "",
    basis: Annotated[str, typer.Option(help="检查依据 legal basis")] = "",
    objects: Annotated[Path | None, typer.Option(help="检查对象名录 csv/xlsx")] = None,
    inspectors: Annotated[Path | None, typer.Option(help="检查人员名录 csv/xlsx")] = None,
    experts: Annotated[Path | None, typer.Option(help="专家库 csv/xlsx")] = None,
    workbook: Annotated[
        Path | None, typer.Option("--in", help="含全部工作表的工作簿 one workbook with all sheets")
    ] = None,
    ratio: Annotated[list[str] | None, typer.Option(help="层=比例 STRATUM=R, 0.1 or 10%; repeat")] = None,
    minimum: Annotated[list[str] | None, typer.Option(help="层=最少数 STRATUM=N; repeat")] = None,
    kind: Annotated[str, typer.Option("--type", help="日常 专项 重点 专家 daily special key expert")] = "",
    item_class: Annotated[str, typer.Option("--class", help="一般 重点 general key")] = "",
    limit: Annotated[str, typer.Option(help="一般事项比例上限 upper limit of a general item")] = "",
    content: Annotated[list[str] | None, typer.Option(help="检查内容 what is looked at; repeat")] = None,
    period_from: Annotated[str, typer.Option(help="检查开始 first day")] = "",
    period_to: Annotated[str, typer.Option(help="检查结束 last day")] = "",
    size: Annotated[int, typer.Option(min=2, help="每组人数 people per team")] = 2,
    certified: Annotated[int, typer.Option(min=1, help="至少几人持证 certified at least")] = 1,
    expert_count: Annotated[int, typer.Option(min=0, help="每组专家数 experts per team")] = 0,
    max_load: Annotated[int, typer.Option(min=0, help="每人最多几家，0 不限 objects per person")] = 0,
    cross_county: Annotated[bool, typer.Option(help="交叉检查：不派本县人员 nobody in own county")] = False,
    rotate: Annotated[bool, typer.Option(help="轮换：上一周期去过的不派 no return visits")] = False,
    batches: Annotated[int, typer.Option(min=1, help="分几批检查 batches, by ticket order")] = 1,
    unannounced: Annotated[bool, typer.Option(help="飞行检查：先只公布封签 publish seals only")] = False,
    stratify: Annotated[str, typer.Option(help="按列分层，如 credit,risk strata from columns")] = "",
    seal_strata: Annotated[bool, typer.Option(help="层名封存（信用、风险不公开）hide the labels")] = False,
    previous: Annotated[Path | None, typer.Option(help="新一轮：上一轮记录 earlier round")] = None,
    round_reason: Annotated[str, typer.Option(help="为何重抽 why another round")] = "",
    sm3: Annotated[bool, typer.Option(help="名录另附 SM3 add SM3 of the frame")] = False,
    date: Day = "",
) -> tuple[Any, str]:
    """编制方案、冻结名录 Read the registers and freeze the frame."""
    now = moment(date)
    strata = _strata(ratio or [], minimum or [])
    details: dict[str, Any] = {}
    if workbook:
        details = _from_workbook(workbook, item, bool(strata))
        strata = strata or details.pop("strata")
        details.pop("strata", None)
        objects, inspectors = objects or workbook, inspectors or workbook
        experts = experts or (workbook if has_sheet(workbook, "专家库") else None)
    for given, flag in ((item or details.get("item"), "--item"), (basis or details.get("basis"), "--basis"),
                        (objects, "--objects"), (inspectors, "--inspectors"), (strata, "--ratio")
                        ):  # fmt: skip
        if not given:
            raise UsageError(f"{flag}: 缺少 missing []；给出 {flag}，或用 --in 工作簿 give it, or --in")
    own = {
        "item": item, "basis": basis, "limit": limit, "content": content or [],
        "type": _choice(kind, TYPES, "--type"), "item_class": _choice(item_class, CLASSES, "--class"),
    }  # fmt: skip
    details.update({key: value for key, value in own.items() if value})
    period = details.pop("period", ("", ""))
    asked = Plan(
        **details,
        planned_on=now.date().isoformat(),
        strata=strata,
        period=(_day(period_from) or period[0], _day(period_to) or period[1]),
        size=size,
        certified=min(certified, size),
        experts=expert_count or int(details.get("type") == "expert"),
        max_load=max_load,
        cross_county=cross_county,
        rotate=rotate,
        batches=batches,
        unannounced=unannounced,
        stratify=tuple(split_list(stratify.replace(",", ";"))),
        seal_strata=seal_strata,
        **_round(previous, round_reason),
    )
    assert objects is not None
    assert inspectors is not None
    return freeze(asked, objects, inspectors, experts, out, sm3)


def freeze(
    asked: Plan, objects: Path, inspectors: Path, experts: Path | None, out: Path, sm3: bool
) -> tuple[Any, str]:
    """Build the frame and write a planned transcript; shared with `review plan`."""
    if out.is_file() and state(load(out)) != "planned":
        raise Refused(
            f"--out: 已承诺或已抽取，不可覆盖 committed already [{out}]；"
            "新一轮另存，并用 --previous 指明 write elsewhere with --previous"
        )
    experts = experts if asked.experts else None
    frame, private, notices = build_frame(asked, objects, inspectors, experts, salt)
    for text in notices:
        notice(text)
    body = protocol.planned(frame, private, sm3)
    digest = save(body, out)
    keep_notes(out, {"sources": [[str(p.resolve()), sha256_hex(p.read_bytes())]
                                 for p in (objects, inspectors, experts) if p]})  # fmt: skip
    units = sum(not row["excluded"] for row in frame["objects"])
    data = {"digest": digest, "frame_sha256": body["frame_sha256"], "objects": units,
            "inspectors": len(frame["inspectors"]), "out": str(out)}  # fmt: skip
    return data, (
        f"名录已冻结 frozen: {units} 个对象 objects, {len(frame['inspectors'])} 人 people\n"
        f"名录摘要 frame SHA-256: {body['frame_sha256']}\n"
        + (f"名录摘要 frame SM3: {body['frame_sm3']}\n" if sm3 else "")
        + f"下一步 next: draw commit {out} --beacon KIND:ID"
    )


def _strata(ratio: list[str], minimum: list[str]) -> list[Stratum]:
    """Ratios of the command line."""
    least: dict[str, int] = {}
    for text in minimum:
        name, _, number = text.rpartition("=")
        if not name or not number.isdigit():
            raise UsageError(f"--minimum: 写成 层=数 write STRATUM=N [{text}]；如 高风险=5")
        least[name.strip()] = int(number)
    rows = []
    for text in ratio:
        name, mark, number = text.rpartition("=")
        if not mark or not name:
            raise UsageError(f"--ratio: 写成 层=比例 write STRATUM=R [{text}]；如 高风险=0.2")
        rows.append(Stratum(name.strip(), number, least.pop(name.strip(), 0), f"--ratio {text}"))
    if least:
        name = next(iter(least))
        raise UsageError(f"--minimum: 这一层没有 --ratio no ratio for it [{name}]；加 --ratio {name}=…")
    return rows


def _from_workbook(path: Path, item: str, has_ratio: bool) -> dict[str, Any]:
    """Item, basis, class, period and ratios of a workbook that holds every sheet."""
    table = read_table(path, "抽查事项清单", ITEMS) if has_sheet(path, "抽查事项清单") else None
    if table is None:
        raise Refused(f"{path.name}: 缺少工作表 sheet missing [抽查事项清单]；用 draw templates 的工作簿")
    rows = [row for row in table.rows if not item or row.get("item") == item]
    if len(rows) != 1:
        names = "、".join(row.get("item") for row in table.rows)
        raise UsageError(f"--item: 须指明一个事项 name one of [{names}]；--item TEXT")
    chosen = rows[0]
    details: dict[str, Any] = {
        "basis": chosen.get("basis"), "content": split_list(chosen.get("content")),
        "item": chosen.get("item"), "limit": chosen.get("limit"), "strata": [],
    }  # fmt: skip
    if chosen.get("item_class"):
        details["item_class"] = _choice(chosen.get("item_class"), CLASSES, chosen.at("item_class"))
    if chosen.get("type"):
        details["type"] = _choice(chosen.get("type"), TYPES, chosen.at("type"))
    if has_ratio:
        return details
    if not has_sheet(path, "年度计划"):
        raise Refused(f"{path.name}: 缺少工作表 sheet missing [年度计划]；补上，或用 --ratio 层=比例")
    year = read_table(path, "年度计划", YEAR_PLAN)
    for row in year.rows:
        if row.get("item") != details["item"]:
            continue
        least = row.get("minimum") or "0"
        if not least.isdigit():
            raise Refused(f"{row.at('minimum')}: 最少数量须为整数 whole number [{least}]；更正")
        parse_ratio(row.get("ratio"), row.at("ratio"))
        details["strata"].append(Stratum(row.get("stratum"), row.get("ratio"), int(least), row.at("stratum")))
        period = (_day(row.get("period_from")), _day(row.get("period_to")))
        details["period"] = period if any(period) else details.get("period", ("", ""))
    if not details["strata"]:
        raise Refused(f"{year.place}: 没有此事项的计划 no plan for it [{details['item']}]；补一行")
    return details


def _choice(text: str, table: dict[str, str], where: str) -> str:
    """Code of a choice written in Chinese or English; empty stays empty."""
    if not text or text in table.values():
        return text
    if text not in table:
        raise UsageError(f"{where}: 未知选项 unknown [{text}]；取 {'、'.join(table)}")
    return table[text]


def _day(text: str) -> str:
    """Checked ISO date or empty."""
    return moment(text).date().isoformat() if text else ""


def _round(previous: Path | None, reason: str) -> dict[str, Any]:
    """Round number of a further draw, chained to the digest of the one before."""
    if previous is None:
        return {}
    if not reason:
        raise UsageError("--round-reason: 重抽须写原因 another round needs a reason []；--round-reason TEXT")
    body = load(previous)
    if state(body) not in ("committed", "revealed"):
        raise Refused(f"--previous: 上一轮尚未承诺 never committed [{previous}]；直接改方案 change the plan")
    return {
        "previous": fingerprint({"body": body}),
        "round": body["frame"]["round"] + 1,
        "round_reason": reason,
    }


@command(app, "nonce")
def nonce(out: Out) -> tuple[Any, str]:
    """生成一个封存的随机数（监督方在自己的电脑上做） Make a nonce on one's own machine."""
    digest = write_nonce(out)
    return {"file": str(out), "sha256": digest}, (
        f"封存文件 keep secret: {out}\n交给抽查机关的只有这一串 hand over only this: {digest}"
    )


@command(app, "commit")
def commit(
    transcript: Transcript,
    beacon: Annotated[str, typer.Option(help="KIND:ID — " + "；".join(KINDS.values()))],
    nonce: Annotated[
        list[Path] | None, typer.Option(help="随机数文件，先机关后监督方 nonce files, agency first")
    ] = None,
    commitment: Annotated[
        list[str] | None, typer.Option(help="监督方随机数的 SHA-256 of an observer's nonce; repeat")
    ] = None,
    beacon_at: Annotated[str | None, typer.Option(help="公布时间 when the value becomes public")] = None,
    date: Day = "",
) -> tuple[Any, str]:
    """公布承诺：名录、随机数、将来的公共数值 Commit before the public value exists."""
    body = load(transcript)
    notes = local_notes(transcript)
    files = list(nonce or [])
    nonces = [read_nonce(path) for path in files]
    hashes = [sha256_hex(text) for text in nonces]
    for text in commitment or []:
        if len(text) != 64 or set(text.lower()) - set("0123456789abcdef"):
            raise UsageError(f"--commitment: 须 64 位十六进制 64 hexadecimal digits [{text}]；见 draw nonce")
        hashes.append(text.lower())
    if nonces and body["frame"]["unannounced"] and len(nonces[0]) < 32:
        raise Refused(
            f"--nonce: 飞行检查的随机数须 32 字以上 at least 32 characters [{len(nonces[0])}]；"
            "用 draw nonce 生成，免被猜中 it could be guessed"
        )
    own = transcript.with_name(transcript.name + ".nonce")
    if not nonces:
        hashes.insert(0, "0" * 64)  # replaced below, once everything else has been accepted
    rows = [
        {"role": "agency" if n == 0 else "observer" if n == 1 else f"observer-{n}", "sha256": digest}
        for n, digest in enumerate(hashes)
    ]
    done = protocol.commit(body, beacon, beacon_at, rows, moment(date))
    if not nonces:
        files = [own]
        rows[0]["sha256"] = sha256_hex(read_nonce(own)) if own.exists() else write_nonce(own)
        done = protocol.commit(body, beacon, beacon_at, rows, moment(date))
        notice(f"机关随机数已生成，揭示前保密 the agency's nonce, secret until the reveal: {own}")
    for path, text in zip(files, nonces, strict=False):
        if len(text) < 16:
            notice(f"--nonce: 随机数过短，易被猜中 short, easily guessed [{path.name}]；draw nonce")
    digest = save(done, transcript)
    keep_notes(transcript, {**notes, "nonces": [str(path.resolve()) for path in files]})
    record = done["commit"]
    if not record["beacon"]["published_at"]:
        notice("信标未带日期，请公布开奖时间 the beacon has no date: announce it, or --beacon-at")
    data = {"commitment": done["commit_sha256"], "digest": digest, **record}
    return data, (
        f"请立即公布 announce now:\n"
        f"  承诺摘要 commitment: {done['commit_sha256']}\n"
        f"  名录摘要 frame:      {done['frame_sha256']}\n"
        f"  公共数值 beacon:     {record['beacon']['kind']}:{record['beacon']['id']} "
        f"{record['beacon']['published_at']}\n"
        f"下一步 next (开奖后 after it is public): draw reveal {transcript} --value TEXT"
    )


@command(app, "reveal")
def reveal(
    transcript: Transcript,
    value: Annotated[str, typer.Option(help="公布的数值 the public value, as published")] = "",
    value_file: Annotated[
        Path | None, typer.Option(help="drand / NIST 的 JSON 或文本文件 file with the value")
    ] = None,
    nonce: Annotated[list[Path] | None, typer.Option(help="封存的随机数文件 sealed nonce files")] = None,
    frozen: Annotated[bool, typer.Option(help="名录源文件已改，仍按冻结名录 go by the frozen list")] = False,
    date: Day = "",
) -> tuple[Any, str]:
    """揭示并抽取 Reveal the nonces, take the public value, draw."""
    body = load(transcript)
    notes = local_notes(transcript)
    if state(body) == "committed" and not frozen:
        for path, digest in notes.get("sources", []):
            if Path(path).is_file() and sha256_hex(Path(path).read_bytes()) != digest:
                raise Refused(
                    f"{Path(path).name}: 名录在承诺后被改动 frame changed after commit [{path}]；恢复原件，"
                    "或 --frozen 按冻结名录抽取 restore it, or --frozen to go by the frozen list"
                )
    if not value and value_file is None:
        raise UsageError("--value: 缺少公布值 missing []；给出 --value TEXT 或 --value-file FILE")
    files = list(nonce or []) if state(body) == "committed" else []
    nonces = [read_nonce(path) for path in files]
    if state(body) == "committed" and len(nonces) < len(body["commit"]["commitments"]):
        # Those not handed over now are where they lay at the commitment.
        kept = [Path(path) for path in notes.get("nonces", [])]
        given = {sha256_hex(text) for text in nonces}
        wanted = {row["sha256"] for row in body["commit"]["commitments"]} - given
        if not files:
            nonces = [read_nonce(path) for path in kept]
        else:
            found = [read_nonce(path) for path in kept if path.is_file()]
            nonces += [text for text in found if sha256_hex(text) in wanted]
    text = value or _value_of(value_file, body)
    done = protocol.reveal(body, text, nonces, moment(date))
    digest = save(done, transcript)
    if protocol.early(done):
        notice(
            "注意：信标此时尚未公布，请到来源核对 the beacon was not due yet "
            f"[{done['commit']['beacon']['published_at']}]；核对后再公布 check before publishing"
        )
    data = {"digest": digest, "seed": done["seed"]["sha256"], "selected": len(done["selection"])}
    return data, (
        f"已抽取 drawn: {len(done['selection'])} 个对象 objects\n种子 seed: {done['seed']['sha256']}\n"
        f"记录摘要 digest: {digest}\n复算 check: python scripts/verify_draw.py {transcript}"
    )


def _value_of(path: Path | None, body: dict[str, Any]) -> str:
    """Value in a file: plain text, or the JSON of drand or NIST (its round must be the one named)."""
    if path is None or not path.is_file():
        raise UsageError(f"--value-file: 没有这个文件 no such file [{path}]；检查路径 check the path")
    text = path.read_text("utf-8-sig").strip()
    if not text.startswith("{"):
        return text
    try:
        document = json.loads(text)
        document = document.get("pulse", document)
        found = document.get("randomness") or document["outputValue"]
    except (ValueError, KeyError, AttributeError):
        raise Refused(
            f"--value-file: 无 randomness 或 outputValue not found [{path.name}]；改用 --value"
        ) from None
    named = body.get("commit", {}).get("beacon", {}).get("id", "").rpartition("/")[2]
    if "round" in document and str(document["round"]) != named:
        raise Refused(f"--value-file: 轮次不符 another round [{document['round']}]；应为 {named}")
    return str(found)


@command(app, "show")
def show(
    transcript: Transcript,
    public: Annotated[bool, typer.Option("--public", help="不含人员姓名的公开版 without names")] = False,
    out: Annotated[Path | None, typer.Option(help="把公开版写成文件 write the public form")] = None,
) -> tuple[Any, str]:
    """显示记录；--public 为公开版 Show a transcript; --json gives it whole."""
    body = load(transcript)
    shown = public_body(body) if public or out else body
    if out:
        out.write_bytes(dumps(shown))
    return json.loads(dumps(shown)), _text(shown, names_of(shown))


def _text(body: dict[str, Any], names: dict[str, str]) -> str:
    """The transcript for reading."""
    lines = [f"状态 state: {state(body)}"]
    if state(body) == "imported":
        lines += [f"来源 origin: {body['origin']}", f"事项 item: {body['item']}"]
        return "\n".join([*lines, *(f"  {row['id']}  {row['name']}" for row in body["rows"])])
    frame = body["frame"]
    lines += [
        f"事项 item: {frame['item']}（{frame['item_class']}, {frame['type']}）",
        f"依据 basis: {frame['basis']}",
        f"轮次 round: {frame['round']} {frame['round_reason']}".rstrip(),
        f"名录 frame: {body['frame_sha256']}",
    ]
    if "commit" in body:
        beacon = body["commit"]["beacon"]
        lines += [f"承诺 commitment: {body['commit_sha256']}（{body['commit']['committed_at']}）",
                  f"信标 beacon: {beacon['kind']}:{beacon['id']} {beacon['published_at']}".rstrip()
                  ]  # fmt: skip
    if "opened" in body:
        lines.append(f"封存 sealed: {len(body['seals'])}，已开封 opened: {len(body['opened'])}")
        lines += [f"  {row['row']['object']}" for row in body["opened"]]
    if "reveal" in body:
        lines += [f"公布值 value: {body['reveal']['value']}", f"种子 seed: {body['seed']['sha256']}"]
        items = {row["id"]: row for row in frame["objects"]}
        rows = zip(body["selection"], body["assignment"], strict=True)
        for number, (drawn, team) in enumerate(rows, start=1):
            people = "、".join(f"{key} {names[key]}" if key in names else key
                              for key in [*team["team"], *team["experts"]])  # fmt: skip
            skipped = "；".join(f"{key} {why}" for key, why in team["skipped"])
            lines.append(
                f"{number:4d}. [{drawn['stratum']}] {drawn['id']} {items[drawn['id']]['name']} ← {people}"
                + (f"（跳过 skipped: {skipped}）" if skipped else "")
            )
        for entry in body["log"]:
            lines.append(f"{entry['on']} {entry['kind']} {entry.get('object', entry['stratum'])} "
                         f"{entry.get('reason', '')} {entry['note']} → {'、'.join(entry['added'])}"
                         )  # fmt: skip
    return "\n".join(lines)


@command(app, "replace")
def replace(
    transcript: Transcript,
    object_id: Annotated[str, typer.Option("--object", help="抽中但无法检查的对象 drawn object")],
    reason: Annotated[str, typer.Option(help="、".join(protocol.REPLACEMENTS))],
    note: Annotated[str, typer.Option(help="说明 remark")] = "",
    date: Day = "",
) -> tuple[Any, str]:
    """以下一号替换 The next ticket stands in, on record."""
    day = moment(date).date().isoformat()
    done = protocol.replace(load(transcript), object_id, reason, note, day)
    return _logged(done, transcript)


@command(app, "extend")
def extend(
    transcript: Transcript,
    stratum: Annotated[str, typer.Option(help="层 stratum")],
    by: Annotated[int, typer.Option(help="加抽几个 how many more")],
    reason: Annotated[str, typer.Option(help="原因 why")],
    date: Day = "",
) -> tuple[Any, str]:
    """按号序加抽，不重抽 More units by ticket order; nothing is drawn again."""
    day = moment(date).date().isoformat()
    body = load(transcript)
    sealed = {row["label"]: row["stratum"] for row in body.get("private", {}).get("strata", [])}
    done = protocol.extend(body, sealed.get(stratum, stratum), by, reason, day)
    return _logged(done, transcript)


@command(app, "open")
def open_row(
    transcript: Transcript,
    object_id: Annotated[str, typer.Option("--object", help="已检查的对象 visited object")],
    date: Day = "",
) -> tuple[Any, str]:
    """飞行检查：检查后开封一行 Open one sealed row after its visit."""
    day = moment(date).date().isoformat()
    return _logged(protocol.open_row(load(transcript), object_id, day), transcript)


def _logged(body: dict[str, Any], path: Path) -> tuple[Any, str]:
    """Save a transcript with a new log entry and tell of it."""
    digest = save(body, path)
    entry = body["log"][-1]
    added = "、".join(entry["added"])
    return {"digest": digest, "entry": entry}, (
        f"{entry['kind']}: {entry.get('object', entry['stratum'])}" + (f" → {added}" if added else "")
        + f"\n记录摘要 digest: {digest}"
    )  # fmt: skip


draw_after.register(app)
draw_review.bind(freeze, _strata, _round)
app.add_typer(draw_review.app, name="review")

if __name__ == "__main__":
    call(app)
