"""Canonical bytes: one text for one transcript, in Python, in the verifier and in the browser.

RFC 8785, restricted to text, whole numbers, true/false, lists and objects with ASCII keys. Numbers
with a fraction are refused: a ratio is a decimal text ("0.1"), money a decimal text ("12.50"), so
no program needs another's rule for printing floats.
"""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes

from core.errors import Refused

LARGEST = 2**53 - 1  # beyond it JavaScript no longer counts exactly


def canonical_text(value: Any) -> str:
    """RFC 8785 text of a value; Refused when it holds what has no single text."""
    check(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_bytes(value: Any) -> bytes:
    """UTF-8 bytes of `canonical_text`."""
    return canonical_text(value).encode()


def check(value: Any, where: str = "$") -> None:
    """Refuse, by place, anything outside the restricted form."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Refused(f"{where}: 文字无法编码 half a character [{value!a}]；重新录入") from None
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int):
        if abs(value) > LARGEST:
            raise Refused(f"{where}: 数字过大 number too large [{value}]；改写为文字 write it as text")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check(item, f"{where}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise Refused(f"{where}: 键须为 ASCII key must be ASCII [{key}]；改名 rename it")
            check(item, f"{where}.{key}")
    else:
        raise Refused(
            f"{where}: 不允许的值 value of a kind not allowed [{value!r}]；用文字或整数 use text or int"
        )


def sha256_hex(data: bytes | str) -> str:
    """SHA-256 as 64 hexadecimal digits; text is taken as UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def sm3_hex(data: bytes) -> str:
    """SM3 (GB/T 32905-2016) as 64 hexadecimal digits: stands beside SHA-256, never decides a draw."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def fingerprint(value: Any) -> str:
    """SHA-256 of the canonical bytes of a value."""
    return sha256_hex(canonical_bytes(value))
