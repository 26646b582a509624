"""``fundguard kb`` on the command line."""

import json

from typer.testing import CliRunner

from fundguard.cli.kb import app

RUN = CliRunner()


def test_show_lists_and_prints():
    listed = json.loads(RUN.invoke(app, ["show", "--json"]).stdout)
    assert "drug_sex_limit" in {row[0] for row in listed}
    rows = json.loads(
        RUN.invoke(app, ["show", "service_day_cap", "--code", "003106030010000", "--json"]).stdout
    )
    assert [row["cap_unit"] for row in rows] == ["hour"]


def test_verify_exit_and_ledger(tmp_path):
    file = tmp_path / "service_sex_limit.csv"
    file.write_text("hilist_code,gend\n002101030290000,1\n", encoding="utf-8")
    asked = ["verify", "--official", str(file), "--by", "甲", "--second", "乙", "--home", str(tmp_path)]
    assert RUN.invoke(app, asked).exit_code == 0
    assert (tmp_path / "knowledge" / "verified.csv").is_file()
    file.write_text("hilist_code,gend\n002101030290000,2\n", encoding="utf-8")
    assert RUN.invoke(app, asked).exit_code == 1


def test_import_law(tmp_path):
    file = tmp_path / "order2.txt"
    file.write_text("第一条 甲\n第二条 乙\n", encoding="utf-8")
    asked = ["import-law", str(file), "--home", str(tmp_path)]
    assert "2 articles" in RUN.invoke(app, asked).stdout
