"""D.json: reading, checking and writing the transcript.

`{"body": {…}, "digest": "…"}` in canonical JSON: keys sort, so `digest` stands last, and it is the
SHA-256 of the canonical bytes of `{"body": {…}}`.
"""

import json
from pathlib import Path
from typing import Any

from core.errors import Refused, UsageError
from fundguard.casework.draws.canonical import canonical_bytes, fingerprint
from fundguard.casework.draws.compute import PROTOCOL, results, seed_text

IMPORTED = "非本系统抽取，不可复算 drawn elsewhere, cannot be re-computed"


def dumps(body: dict[str, Any]) -> bytes:
    """Bytes of the transcript of a body."""
    return canonical_bytes({"body": body, "digest": fingerprint({"body": body})})


def save(body: dict[str, Any], path: Path) -> str:
    """Write the transcript beside itself and rename (never half a file); returns its digest."""
    data = dumps(body)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except FileNotFoundError:
        raise UsageError(f"--out: 没有这个文件夹 no such folder [{path.parent}]；先建好 make it") from None
    return fingerprint({"body": body})


def load(path: Path) -> dict[str, Any]:
    """Body of a transcript; Refused when a byte of it is not what was written."""
    if not path.is_file():
        raise UsageError(f"没有这个文件 no such file [{path}]；检查路径 check the path")
    data = path.read_bytes()
    way_out = "用公布的原件 use the published original"
    try:
        document = json.loads(data)
        body, digest = document["body"], document["digest"]
        same = canonical_bytes(document) == data and set(document) == {"body", "digest"}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(f"{path.name}: 不是抽查记录 not a transcript of a draw；{way_out}") from None
    if not same:
        raise Refused(f"{path.name}: 字节不合规范 bytes are not canonical；{way_out}")
    if fingerprint({"body": body}) != digest:
        raise Refused(f"{path.name}: 摘要不符，内容被改动 digest does not hold [{digest}]；{way_out}")
    if body.get("protocol") != PROTOCOL and body.get("origin") != IMPORTED:
        raise Refused(f"{path.name}: 未知协议 unknown protocol [{body.get('protocol')}]；{way_out}")
    return dict(body)


def frame_fingerprint(frame: dict[str, Any]) -> str:
    """SHA-256 of the frame's canonical bytes."""
    return fingerprint(frame)


def state(body: dict[str, Any]) -> str:
    """imported, planned, committed, sealed (public form of an unannounced draw) or revealed."""
    if body.get("origin") == IMPORTED:
        return "imported"
    if "opened" in body:
        return "sealed"
    return "revealed" if "reveal" in body else "committed" if "commit" in body else "planned"


def need(body: dict[str, Any], *states: str, what: str, way_out: str) -> None:
    """Refused unless the transcript has come to one of these states."""
    now = state(body)
    if now not in states:
        raise Refused(f"{what}: 记录处于 transcript is [{now}]；{way_out}")


def check_commit(body: dict[str, Any]) -> None:
    """Refused when frame or commitment record is not the one that was published."""
    found = frame_fingerprint(body["frame"])
    if found != body["frame_sha256"] or ("commit" in body and body["commit"]["frame_sha256"] != found):
        raise Refused(
            f"frame: 名录在承诺之后被改动 frame changed after commit [{found}]；"
            "用公布的原件，或作为新一轮重抽 use the published original, or plan a new round"
        )
    if "commit" in body and fingerprint(body["commit"]) != body["commit_sha256"]:
        raise Refused(
            "commit: 承诺记录被改动 commitment record changed [" + body["commit_sha256"] + "]；"
            "用公布的原件 use the published original"
        )


def check_results(body: dict[str, Any]) -> None:
    """Refused when the stored results are not those of frame, nonces and public value."""
    check_commit(body)
    reveal = body["reveal"]
    text = seed_text(body["commit_sha256"], reveal["nonces"], body["commit"]["beacon"], reveal["value"])
    again = results(body["seed"]["sha256"], body["frame"], body["log"], reveal["nonces"][0]["nonce"])
    if text != body["seed"]["text"] or any(again[key] != body[key] for key in again):
        raise Refused("transcript: 复算不符 does not re-compute；运行 run scripts/verify_draw.py")
