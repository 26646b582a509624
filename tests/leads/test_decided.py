"""What became of leads, from a bureau's file to what is learned from."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from core.errors import Refused
from fundguard.casework.decided import take_in
from fundguard.cli.leads import app
from models.train import reviewed

DRAWN = '[{"family": "random", "fact": "draw", "part": "0.000000", "propensity": "25.00"}]'


@pytest.fixture
def home(tmp_path):
    night = tmp_path / "warehouse" / "lead" / "run_date=2026-06-29"
    night.mkdir(parents=True)
    leads = {"lead_id": ["A", "B", "C"], "reasons": ["[]", DRAWN, "[]"]}
    pd.DataFrame({**leads, "p_confirm": 0.5, "rank": 1, "status": "new"}).to_parquet(night / "p.parquet")
    return tmp_path


def file(home, text):
    path = home / "decided.csv"
    path.write_text(text, "utf-8")
    return path


def test_decisions_are_learned_from_with_the_chance_they_were_drawn_by(home):
    found = take_in(home, file(home, "lead_id,confirmed\nA,是\nB,否\nC,\n"))
    assert found == {"leads": 3, "confirmed": 1, "not_confirmed": 1, "open": 1}
    rows = reviewed(home).set_index("lead_id")
    assert rows["confirmed"].to_dict() == {"A": True, "B": False}
    assert (rows["drawn"].to_dict(), rows["propensity"]["B"]) == ({"A": False, "B": True}, 0.25)


def test_the_later_file_has_the_last_word_and_the_same_one_adds_nothing(home):
    take_in(home, file(home, "lead_id,confirmed\nA,1\n"))
    take_in(home, file(home, "lead_id,confirmed\nA,0\n"))
    take_in(home, file(home, "lead_id,confirmed\nA,0\n"))
    assert len(list((home / "warehouse" / "outcome").glob("*.parquet"))) == 2
    assert reviewed(home)["confirmed"].tolist() == [False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lead_id,confirmed\nX,1\n", r"\[X\]"),
        ("lead_id,confirmed\nA,maybe\n", r"\[maybe\]"),
        ("id\nA\n", "lead_id"),
        ("lead_id,confirmed,grade\nA,1,hard\n", r"\[hard\]"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(home, text, said):
    with pytest.raises(Refused, match=said):
        take_in(home, file(home, text))
    assert not (home / "warehouse" / "outcome").exists()


def test_a_file_as_spreadsheets_save_it_is_read(home):
    path = home / "decided.csv"
    path.write_bytes("lead_id,confirmed\nA,是\n".encode("gb18030"))
    assert take_in(home, path)["confirmed"] == 1


def test_the_command_counts(home):
    words = ["decided", "--in", str(file(home, "lead_id,confirmed\nA,yes\n")), "--home", str(home), "--json"]
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, '"confirmed": 1' in result.stdout) == (0, True)
