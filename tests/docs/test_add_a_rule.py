"""The page "add a rule" is followed to the letter: its whole file locks, lints and proves its examples."""

import re
from pathlib import Path

import pytest

from fundguard.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_file_on_the_page_is_a_rule(tmp_path, capsys):
    (text,) = re.findall(r"```yaml\n(id: .*?)```", (DOCS / "add-a-rule.md").read_text(encoding="utf-8"), re.S)
    folder = tmp_path / "rules" / "extra"
    folder.mkdir(parents=True)
    (folder / "service_before_birth.yaml").write_text(text, encoding="utf-8")
    options = ["--rules", str(tmp_path / "rules"), "--home", str(tmp_path)]
    assert main(["rules", "lint", *options]) == 1
    assert "rules lock" in capsys.readouterr().err
    assert main(["rules", "lock", *options]) == 0
    assert main(["rules", "lint", *options]) == 0
    assert main(["rules", "test", "service_before_birth", *options]) == 0
    assert "6 examples, 0 failed" in capsys.readouterr().out


@pytest.mark.parametrize("page", sorted((DOCS / "zh").glob("*.md")), ids=lambda page: page.name)
def test_a_chinese_page_stands_beside_an_english_one_and_links_lead_somewhere(page):
    assert (DOCS / page.name).is_file()
    for beside in (page, DOCS / page.name):
        for link in re.findall(r"\]\(([^)#]+)", beside.read_text(encoding="utf-8")):
            assert (beside.parent / link).exists(), link


@pytest.mark.parametrize("page", ["rules.md", "zh/rules.md", "add-a-rule.md", "zh/add-a-rule.md"])
def test_every_command_named_exists(page, capsys):
    text = (DOCS / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:fundguard )?rules ([a-z]+)[ `]", text))
    assert named
    for command in sorted(named):
        assert main(["rules", command, "--help"]) == 0, command
