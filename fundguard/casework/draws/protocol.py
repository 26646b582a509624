"""The ceremony: plan, commit, reveal, and what may follow (replace, extend, open).

Each step takes the body of a transcript and gives a new one; files, clock and secrets belong to the
caller. `now` is an aware moment, `day` a text YYYY-MM-DD.
"""

import datetime as dt
from typing import Any

from core.errors import Refused, UsageError
from fundguard.casework.draws.beacon import parse_beacon, plain_value, stamp
from fundguard.casework.draws.canonical import canonical_bytes, fingerprint, sha256_hex, sm3_hex
from fundguard.casework.draws.compute import PROTOCOL, results, seed_text
from fundguard.casework.draws.transcript import check_commit, frame_fingerprint, need, state

REPLACEMENTS = {
    "closed": "停业、注销、迁出 closed or gone",
    "refused": "拒绝、阻碍检查 refused the inspection",
    "unreachable": "登记住所无法联系 not found at its address",
    "merged": "已并入其他对象 merged into another",
}


def planned(frame: dict[str, Any], private: dict[str, Any], sm3: bool = False) -> dict[str, Any]:
    """Body of a planned draw. `sm3` puts a second fingerprint of the frame beside SHA-256."""
    body = {
        "frame": frame,
        "frame_sha256": frame_fingerprint(frame),
        "private": private,
        "protocol": PROTOCOL,
    }
    if sm3:
        body["frame_sm3"] = sm3_hex(canonical_bytes(frame))
    return body


def commit(
    body: dict[str, Any],
    beacon: str,
    published_at: str | None,
    commitments: list[dict[str, str]],
    now: dt.datetime,
) -> dict[str, Any]:
    """Body with the commitment record. `commitments`: role and SHA-256 of each nonce, agency first."""
    need(body, "planned", what="commit", way_out="已承诺的不能重来；新一轮用 draw plan --previous")
    check_commit(body)
    if stamp(now)[:10] < body["frame"]["planned_on"]:
        raise UsageError(f"--date: 早于编制日期 before the day of the plan [{stamp(now)[:10]}]；更正日期")
    if not commitments:
        raise UsageError("--nonce: 至少一个随机数承诺 at least one nonce []；给出 --nonce FILE")
    hashes = [row["sha256"] for row in commitments]
    if len(set(hashes)) != len(hashes):
        raise Refused(
            f"--nonce: 两方随机数相同 two nonces are the same [{hashes[-1]}]；各自另取 take new ones"
        )
    record = {
        "beacon": parse_beacon(beacon, published_at, now),
        "commitments": commitments,
        "committed_at": stamp(now),
        "frame_sha256": body["frame_sha256"],
    }
    return {**body, "commit": record, "commit_sha256": fingerprint(record)}


def reveal(body: dict[str, Any], value: str, nonces: list[str], now: dt.datetime) -> dict[str, Any]:
    """Body with public value, nonces, seed, tickets, selection and teams."""
    need(
        body,
        "committed",
        what="reveal",
        way_out="先 draw commit" if state(body) == "planned" else "已揭示；新一轮用 draw plan --previous",
    )
    check_commit(body)
    record = body["commit"]
    if stamp(now) < record["committed_at"]:
        raise UsageError(f"--date: 早于承诺时间 before the commitment [{stamp(now)}]；更正日期")
    opened = []
    left = {sha256_hex(nonce): nonce for nonce in nonces}
    for row in record["commitments"]:
        if row["sha256"] not in left:
            given = ", ".join(sorted(key[:12] + "…" for key in left)) or "无 none"
            raise Refused(
                f"--nonce: {row['role']} 的随机数与承诺 {row['sha256'][:12]}… 不符 wrong nonce "
                f"[{given}]；取回封存的原件 bring the sealed original"
            )
        opened.append({"nonce": left.pop(row["sha256"]), "role": row["role"]})
    if left:
        extra = ", ".join(key[:12] + "…" for key in left)
        raise Refused(f"--nonce: 未曾承诺的随机数 nonce never committed [{extra}]；只给承诺过的")
    plain = plain_value(record["beacon"]["kind"], value)
    text = seed_text(body["commit_sha256"], opened, record["beacon"], plain)
    seed = sha256_hex(text)
    return {
        **body,
        **results(seed, body["frame"], [], opened[0]["nonce"]),
        "log": [],
        "reveal": {"nonces": opened, "revealed_at": stamp(now), "value": plain},
        "seed": {"sha256": seed, "text": text},
    }


def early(body: dict[str, Any]) -> bool:
    """Whether the value was typed in before the beacon could have shown it: check it at its source."""
    due = body["commit"]["beacon"]["published_at"]
    return bool(due) and body["reveal"]["revealed_at"][: len(due)] < due


def _append(body: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Body with one more log entry, chained to the one before, and results re-computed."""
    last = body["log"][-1] if body["log"] else body["reveal"]
    log = [*body["log"], {**entry, "previous": fingerprint(last)}]
    nonce = body["reveal"]["nonces"][0]["nonce"]
    return {**body, **results(body["seed"]["sha256"], body["frame"], log, nonce), "log": log}


def _next(body: dict[str, Any], stratum: str, count: int) -> list[str]:
    """The next `count` units of a stratum's order; Refused when there are not so many."""
    tickets = next(row for row in body["tickets"] if row["stratum"] == stratum)
    taken = sum(row["stratum"] == stratum for row in body["selection"])
    following = [pair[0] for pair in tickets["order"][taken : taken + count]]
    if len(following) < count:
        raise Refused(
            f"层 stratum [{stratum}]: 只剩 {len(following)} 个未抽到 only so many are left；"
            "减少数量，或照记录为缺样 ask for fewer, or record it as missing"
        )
    return following


def replace(body: dict[str, Any], object_id: str, reason: str, note: str, day: str) -> dict[str, Any]:
    """The next ticket of the stratum stands in for an object that cannot be inspected."""
    need(body, "revealed", what="replace", way_out="先 draw reveal reveal it first")
    if reason not in REPLACEMENTS:
        raise UsageError(f"--reason: 未知原因 unknown [{reason}]；取 {', '.join(REPLACEMENTS)}")
    drawn = next((row for row in body["selection"] if row["id"] == object_id), None)
    if drawn is None:
        raise Refused(f"--object: 不在抽中名单 not among the drawn [{object_id}]；见 draw show")
    if any(entry.get("object") == object_id and entry["kind"] == "replace" for entry in body["log"]):
        raise Refused(f"--object: 已被替换 replaced already [{object_id}]；见 draw show")
    return _append(
        body,
        {
            "added": _next(body, drawn["stratum"], 1),
            "kind": "replace",
            "note": note,
            "object": object_id,
            "on": day,
            "reason": reason,
            "stratum": drawn["stratum"],
        },
    )


def extend(body: dict[str, Any], stratum: str, count: int, reason: str, day: str) -> dict[str, Any]:
    """`count` more units of a stratum, the next in ticket order; nothing is drawn again."""
    need(body, "revealed", what="extend", way_out="先 draw reveal reveal it first")
    if stratum not in {row["stratum"] for row in body["tickets"]}:
        raise Refused(f"--stratum: 没有这一层 stratum unknown [{stratum}]；见 draw show")
    if count < 1 or not reason:
        raise UsageError(f"--by: 至少 1，且须写原因 at least 1, with a reason [{count}]；加 --reason")
    return _append(
        body,
        {
            "added": _next(body, stratum, count),
            "kind": "extend",
            "note": reason,
            "on": day,
            "stratum": stratum,
        },
    )


def open_row(body: dict[str, Any], object_id: str, day: str) -> dict[str, Any]:
    """Mark the row of an unannounced draw as visited: its salt and content become public."""
    need(body, "revealed", what="open", way_out="先 draw reveal reveal it first")
    if not body["frame"]["unannounced"]:
        raise Refused(f"open: 非飞行检查，名单已公开 not unannounced [{object_id}]；无须开封 nothing sealed")
    drawn = next((row for row in body["selection"] if row["id"] == object_id), None)
    if drawn is None:
        raise Refused(f"--object: 不在抽中名单 not among the drawn [{object_id}]；见 draw show")
    if object_id in visited(body):
        raise Refused(f"--object: 已开封 opened already [{object_id}]；见 draw show")
    entry = {
        "added": [], "kind": "open", "note": "", "object": object_id, "on": day,
        "stratum": drawn["stratum"],
    }  # fmt: skip
    return _append(body, entry)


def visited(body: dict[str, Any]) -> set[str]:
    """Objects whose visit is over, or that were replaced."""
    return {e["object"] for e in body.get("log", []) if e["kind"] in ("open", "replace")}
