"""What a user's mistake costs at the command line: one line, the exit code, and nothing half-written."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fundguard.cli import main
from pipelines.ledger import home_lock


def _drop(file, column):
    rows = pq.read_table(file)
    pq.write_table(rows.drop_columns([column]), file)


def _tear(file):
    file.write_bytes(file.read_bytes()[:-200])


def _empty(file):
    pq.write_table(pq.read_table(file).slice(0, 0), file)


def _spoil(file, share):
    rows = pq.read_table(file)
    amounts = [str(value) for value in rows["medfee_sumamt"].to_pylist()]
    for n in range(int(len(amounts) * share)):
        amounts[n * int(1 / share)] = "12,x"
    at = rows.schema.get_field_index("medfee_sumamt")
    pq.write_table(rows.set_column(at, "medfee_sumamt", pa.array(amounts)), file)


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda landing: (landing / "setl_d.parquet").unlink(), "setl_d"),
        (lambda landing: _drop(landing / "setl_d.parquet", "psn_no"), "psn_no"),
        (lambda landing: _tear(landing / "fee_list_d.parquet"), "fee_list_d"),
        (lambda landing: _empty(landing / "setl_d.parquet"), "setl_d"),
        (lambda landing: _spoil(landing / "setl_d.parquet", 0.10), "setl_d"),
    ],
    ids=["no table", "no column", "truncated", "no rows", "a tenth of the amounts"],
)
def test_bad_landing_is_refused_and_nothing_is_promoted(city, tmp_path, capsys, spoil, words):
    landing = tmp_path / "landing"
    shutil.copytree(city / "landing", landing)
    spoil(landing)
    home = tmp_path / "home"
    code = main(["nightly", "--landing", str(landing), "--date", "2026-06-30", "--home", str(home)])
    error = [line for line in capsys.readouterr().err.splitlines() if line.startswith("fundguard")]
    assert code == 1
    (line,) = error
    assert words in line
    assert not [*(home / "warehouse").glob("**/*.parquet")]


@pytest.mark.parametrize(
    "change, bad",
    [
        (["--landing", "no/such/folder"], "no/such/folder"),
        (["--date", "30.06.2026"], "30.06.2026"),
        (["--source", "nowhere"], "nowhere"),
        (["--engine", "abacus"], "abacus"),
    ],
    ids=["folder", "date", "source", "engine"],
)
def test_wrong_usage_names_the_value(city, tmp_path, capsys, change, bad):
    arguments = {"--landing": str(city), "--date": "2026-06-30", "--home": str(tmp_path / "home")}
    arguments |= dict([change])
    code = main(["nightly", *[word for pair in arguments.items() for word in pair]])
    assert code == 2
    assert f"[{bad}]" in capsys.readouterr().err


def test_a_second_night_at_once_is_told_to_come_again(city, tmp_path, capsys):
    with home_lock(tmp_path):
        code = main(["nightly", "--landing", str(city), "--date", "2026-06-30", "--home", str(tmp_path)])
    assert code == 3
    assert "lock" in capsys.readouterr().err
