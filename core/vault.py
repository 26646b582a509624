"""The vault: plain identities behind their tokens, encrypted, opened by role with a purpose, each look logged.

HOME/vault/bucket/<xx>/<n>.bin    AES-256-GCM over Arrow rows (kind, token, plain); xx = first two hex
                                  digits of the token, so that a look opens one small bucket
HOME/vault/access.jsonl           who looked, as what, why, for how many tokens; never what was seen
"""

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Fault, UsageError
from core.privacy import Keys

ROLES = ("investigator", "supervisor")
"""Roles that may see a plain identity."""

_SCHEMA = pa.schema([("kind", pa.string()), ("token", pa.string()), ("plain", pa.string())])
_NONCE = 12


class Vault:
    """The vault of one HOME."""

    def __init__(self, home: Path, keys: Keys) -> None:
        self._root = home / "vault"
        self._cipher = AESGCM(keys.vault)

    def add(self, rows: pa.Table) -> int:
        """Put in (kind, token, plain) rows that are not there yet; how many were new."""
        rows = rows.select(_SCHEMA.names).cast(_SCHEMA)
        prefixes = pc.utf8_slice_codeunits(rows["token"], 0, 2)
        added = 0
        for prefix in pc.unique(prefixes).to_pylist():
            part = rows.filter(pc.equal(prefixes, prefix))
            known = self._bucket(prefix)
            marks = pc.binary_join_element_wise(part["kind"], part["token"], "|")
            there = pc.binary_join_element_wise(known["kind"], known["token"], "|")
            fresh = part.filter(pc.invert(pc.is_in(marks, value_set=there.combine_chunks())))
            if fresh.num_rows:
                self._write(prefix, fresh)
                added += fresh.num_rows
        return added

    def open(
        self, tokens: Iterable[str], *, by: str, role: str, purpose: str, at: str
    ) -> dict[str, dict[str, str]]:
        """Token → kind → plain value, for a role that may see it. `at` is the time of the look.

        UsageError: the role may not, or no purpose is given. The look is logged before anything is shown.
        """
        wanted = sorted(set(tokens))
        if role not in ROLES:
            raise UsageError(f"vault: role [{role}] may not see identities: ask one of {list(ROLES)}")
        if not by.strip() or not purpose.strip():
            raise UsageError("vault: a name and a purpose are needed []: say who looks, and why")
        self._log({"at": at, "by": by, "role": role, "purpose": purpose, "tokens": len(wanted)})
        found: dict[str, dict[str, str]] = {}
        for prefix in sorted({token[:2] for token in wanted}):
            bucket = self._bucket(prefix)
            mine = bucket.filter(pc.is_in(bucket["token"], value_set=pa.array(wanted, pa.string())))
            for row in mine.to_pylist():
                found.setdefault(row["token"], {})[row["kind"]] = row["plain"]
        return found

    def _bucket(self, prefix: str) -> pa.Table:
        parts = [self._read(path) for path in sorted((self._root / "bucket" / prefix).glob("*.bin"))]
        return pa.concat_tables(parts) if parts else _SCHEMA.empty_table()

    def _read(self, path: Path) -> pa.Table:
        sealed = path.read_bytes()
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], path.parent.name.encode())
        except InvalidTag:
            raise Fault(
                f"vault: {path.parent.name}/{path.name} cannot be opened [key or file differs]: give the key "
                "this HOME began with, or restore the file"
            ) from None
        with pa.ipc.open_stream(plain) as reader:
            return reader.read_all()

    def _write(self, prefix: str, rows: pa.Table) -> None:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, _SCHEMA) as writer:
            writer.write_table(rows)
        nonce = secrets.token_bytes(_NONCE)
        folder = self._root / "bucket" / prefix
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{len(list(folder.glob('*.bin'))):05d}.bin"
        passing = path.with_suffix(".new")
        passing.write_bytes(
            nonce + self._cipher.encrypt(nonce, sink.getvalue().to_pybytes(), prefix.encode())
        )
        passing.chmod(0o600)
        passing.replace(path)

    def _log(self, entry: dict[str, object]) -> None:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._root / "access.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
