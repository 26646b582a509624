"""The rules of the house, as far as a machine can see them."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from pipelines.night import JOBS, check_order

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "features", "rules_kb", "models", "pipelines", "fundguard")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def test_jobs_read_only_what_was_written_before():
    check_order()


def test_a_job_out_of_order_is_seen():
    with pytest.raises(ValueError, match=r"\[hit\]"):
        check_order({"leads": JOBS["leads"]})


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_clock_and_no_global_random_below_the_command_line(path):
    if "cli" in path.parts:
        return
    names = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    banned = {
        "date.today",
        "datetime.now",
        "datetime.today",
        "random.random",
        "random.choice",
        "random.shuffle",
    }
    assert names & banned == set()


def test_every_package_and_module_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_machine_and_no_host_in_what_is_committed():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pattern = re.compile(r"(/root/|/home/[a-z]+/|/work/|(?<!emit-)index-url|pypi\.org/simple)")
    found = []
    for name in files.splitlines():
        path = ROOT / name
        if not path.is_file() or path.suffix in (".gz", ".png", ".parquet", ".xlsx", ".docx"):
            continue
        if name == "tests/architecture/test_house.py":
            continue
        if pattern.search(path.read_text(encoding="utf-8", errors="ignore")):
            found.append(name)
    assert found == []
