"""`fundguard leads export` and `annex` from the command line: exit codes, one line, the vault."""

import json

import pyarrow as pa
import pytest

from core.privacy import load_keys
from core.vault import Vault
from fundguard.cli import main
from tests.report.test_export import LEAD, _column, _originals
from tests.report.world import write_rows


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    for name in ("FUNDGUARD_HOME", "FUNDGUARD_PRIVACY", "FUNDGUARD_VAULT_KEY", "FUNDGUARD_ENGINE"):
        monkeypatch.delenv(name, raising=False)


def test_export_writes_and_says_so(world, tmp_path, capsys):
    out = tmp_path / "leads.csv"
    assert main(["leads", "export", "--out", str(out), "--home", str(world.home), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"file": str(out), "leads": 36}


@pytest.mark.parametrize(
    "arguments, bad",
    [
        (["export", "--out", "leads.pdf"], "[.pdf]"),
        (["export", "--out", "leads.csv", "--date", "30.6.2026"], "[30.6.2026]"),
        (["annex", "nobody", "--out", "a.xlsx", "--role", "auditor", "--purpose", "x"], "[nobody]"),
        (["annex", LEAD, "--out", "a.xlsx", "--role", "boss", "--purpose", "x"], "[boss]"),
        ([], "--date []"),
    ],
)
def test_errors_are_one_line_and_two(world, tmp_path, monkeypatch, capsys, arguments, bad):
    monkeypatch.chdir(tmp_path)
    assert main(["leads", *arguments, "--home", str(world.home)]) == 2
    error = capsys.readouterr().err.strip()
    assert "\n" not in error
    assert bad in error
    assert list(tmp_path.iterdir()) == []


def test_annex_through_the_vault(built, tmp_path, monkeypatch, capsys):
    """A hashed HOME: tokens in the warehouse, originals in the vault, opened by role and logged."""
    keys = load_keys(built.home)
    plain = {}
    for (table, part), rows in built.rows.items():
        if table == "mdtrt_d":
            kinds = ("medrcdno", "ipt_otp_no")
            plain |= {(kind, keys.token_of(row[kind])): row[kind] for row in rows for kind in kinds}
            write_rows(
                built.home, table, part, [row | {k: keys.token_of(row[k]) for k in kinds} for row in rows]
            )
    rows = [{"kind": kind, "token": token, "plain": value} for (kind, token), value in plain.items()]
    Vault(built.home, keys).add(pa.Table.from_pylist(rows))
    out = tmp_path / "annex.xlsx"
    command = ["leads", "annex", LEAD, "--out", str(out), "--home", str(built.home), "--purpose", "核对病历"]
    assert main([*command, "--role", "investigator"]) == 0
    charts, items = _originals(built)
    assert set(_column(out, "病历号")) == charts
    assert set(_column(out, "医院项目编码")) - {None} == items
    assert main([*command, "--role", "operator"]) == 0
    assert set(_column(out, "病历号")) == {f"#{keys.token_of(chart)[:16]}" for chart in charts}
    assert not set(_column(out, "医院项目编码")) & items
    looks = (built.home / "vault" / "access.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(look)["role"] for look in looks] == ["investigator"] * 2
    openings = (built.home / "casework" / "openings.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["shown"] for line in openings] == [True, False]
    logged = "".join([*looks, *openings])
    assert not any(chart in logged for chart in charts)
