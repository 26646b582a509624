"""The vault opens by role, with purpose, and logs each look without what was seen."""

import json

import pytest

from core.errors import Fault, UsageError
from core.privacy import load_keys
from core.vault import Vault
from tests.factories import city, land
from tests.ingest.night import Night


@pytest.fixture
def filled(tmp_path, duckdb_engine):
    night = Night(tmp_path, duckdb_engine, privacy="hashed")
    night.take_in(land(tmp_path / "in", city()))
    return night


def test_it_opens_and_logs(filled):
    keys = load_keys(filled.home, {})
    token = keys.token_of("P1")
    found = Vault(filled.home, keys).open([token], by="王", role="investigator", purpose="核查", at="t")
    assert found == {token: {"psn_no": "P1"}}
    log = (filled.home / "vault" / "access.jsonl").read_text()
    assert json.loads(log) == {"at": "t", "by": "王", "purpose": "核查", "role": "investigator", "tokens": 1}
    everything = b"".join(path.read_bytes() for path in (filled.home / "vault").rglob("*.bin"))
    assert "人1".encode() not in everything


def test_it_refuses_role_and_purpose(filled):
    vault = Vault(filled.home, load_keys(filled.home, {}))
    for role, purpose in (("operator", "x"), ("investigator", " ")):
        with pytest.raises(UsageError):
            vault.open(["a"], by="王", role=role, purpose=purpose, at="t")


def test_another_key_is_refused(filled):
    with pytest.raises(UsageError, match="not the key this HOME began with"):
        load_keys(filled.home, {"FUNDGUARD_VAULT_KEY": "0123456789abcdef0123"})
    other = load_keys(filled.home / "elsewhere", {"FUNDGUARD_VAULT_KEY": "0123456789abcdef0123"})
    with pytest.raises(Fault, match="cannot be opened"):
        Vault(filled.home, other).open(
            [load_keys(filled.home, {}).token_of("P1")], by="王", role="investigator", purpose="核查", at="t"
        )


def test_plain_fills_no_vault(tmp_path, duckdb_engine):
    night = Night(tmp_path, duckdb_engine)
    night.take_in(land(tmp_path / "in", city()))
    assert not (night.home / "vault").exists()
    assert {row["psn_name"] for row in night.rows("psn_info_b")} == {f"人{n}" for n in range(5)}
