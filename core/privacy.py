"""Keyed hashing of identities: equal values, equal tokens, and nobody can go back without the key.

Tokens are HMAC-SHA-256 (first 32 hex digits), computed by the engine with `keyed_hash(text, inner_pad,
outer_pad)`; the pads travel in a one-row relation, never in SQL text. The master key comes from
FUNDGUARD_VAULT_KEY or from HOME/vault/key (mode 0600, made on first use).
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from core.errors import UsageError

_BLOCK = 64


@dataclass(frozen=True)
class Keys:
    """Keys of one HOME, derived from its master key; never printed."""

    token: bytes = field(repr=False)
    vault: bytes = field(repr=False)
    fingerprint: str = ""

    def pads(self) -> pa.Table:
        """One row (inner_pad, outer_pad) for `keyed_hash`."""
        block = self.token.ljust(_BLOCK, b"\0")
        inner = bytes(byte ^ 0x36 for byte in block)
        outer = bytes(byte ^ 0x5C for byte in block)
        return pa.table(
            {"inner_pad": pa.array([inner], pa.binary()), "outer_pad": pa.array([outer], pa.binary())}
        )

    def token_of(self, plain: str) -> str:
        """The token of one value, as the engines compute it."""
        return hmac.new(self.token, plain.encode(), hashlib.sha256).hexdigest()[:32]


def load_keys(home: Path, environment: Mapping[str, str] | None = None) -> Keys:
    """The keys of a HOME, made on first use. UsageError when the key is not the one HOME began with."""
    environment = os.environ if environment is None else environment
    given = environment.get("FUNDGUARD_VAULT_KEY", "")
    file = home / "vault" / "key"
    if given:
        master = given.strip().encode()
    else:
        if not file.is_file():
            _make_key(file)
        master = file.read_bytes().strip()
    if len(master) < 16:
        raise UsageError("vault: the key is too short [FUNDGUARD_VAULT_KEY]: give at least 16 characters")
    keys = Keys(_derive(master, "token"), _derive(master, "vault"), _derive(master, "print").hex()[:16])
    mark = home / "vault" / "fingerprint"
    if not mark.is_file():
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.write_text(keys.fingerprint, encoding="utf-8")
    elif mark.read_text(encoding="utf-8").strip() != keys.fingerprint:
        raise UsageError(
            "vault: this is not the key this HOME began with [fingerprint differs]: give the same "
            "FUNDGUARD_VAULT_KEY (or HOME/vault/key) as on the first night, or begin a new HOME"
        )
    return keys


def _make_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    passing = file.with_name("key.new")
    passing.unlink(missing_ok=True)
    handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(32))
    passing.replace(file)


def _derive(master: bytes, purpose: str) -> bytes:
    return hmac.new(master, f"fundguard {purpose} 1".encode(), hashlib.sha256).digest()
