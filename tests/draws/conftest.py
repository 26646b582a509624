"""A small ceremony by command line, and the verifier as a module."""

import csv
import importlib.util
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.errors import FundguardError
from fundguard.cli.draw import app

HERE = Path(__file__).parent
VERIFIER = HERE.parents[1] / "scripts" / "verify_draw.py"
EXAMPLE = HERE / "example" / "D.json"


def run(*arguments):
    """(exit code, stdout, stderr or the error's line) of one `draw` command."""
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if isinstance(result.exception, FundguardError):
        line = str(result.exception)
        assert "\n" not in line
        return result.exception.exit_code, result.stdout, line
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def ok(*arguments):
    code, out, error = run(*arguments)
    assert code == 0, error
    return out


def table(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def verifier():
    spec = importlib.util.spec_from_file_location("verify_draw", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Ceremony:
    """Registers and commands of one draw in a folder of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.transcript = folder / "D.json"
        self.objects = [
            [f"H{n:03d}", f"第{n}医院", "甲" if n % 2 else "乙", "停业" if n == 5 else ""]
            for n in range(1, 25)
        ]
        self.inspectors = [
            [f"P{n}", f"人员{n}", "医保局", f"ZF{n}" if n % 3 else "无", f"H{n:03d};H{n + 1:03d}"]
            for n in range(1, 9)
        ]
        (folder / "agency.txt").write_text("agency-nonce-0123456789abcdef0123456789abcdef\n")
        (folder / "observer.txt").write_text("observer-nonce-0123456789abcdef0123456789abcde\n")

    def plan(self, *more, ratios=("甲=0.2", "乙=25%")):
        table(self.folder / "objects.csv", ["id", "name", "stratum", "excluded"], self.objects)
        table(self.folder / "inspectors.csv", ["id", "name", "org", "cert", "conflicts"], self.inspectors)
        options = [part for ratio in ratios for part in ("--ratio", ratio)]
        return run(
            "plan", "--item", "事项", "--basis", "条例", "--objects", self.folder / "objects.csv",
            "--inspectors", self.folder / "inspectors.csv", *options, "--out", self.transcript,
            "--date", "2026-07-01", *more,
        )  # fmt: skip

    def commit(self, *more, beacon="lottery:双色球2026088"):
        return run(
            "commit", self.transcript, "--beacon", beacon, "--nonce", self.folder / "agency.txt",
            "--nonce", self.folder / "observer.txt", "--date", "2026-07-01T09:00", *more,
        )  # fmt: skip

    def reveal(self, *more, value="03 07 12 19 25 31 + 09"):
        return run("reveal", self.transcript, "--value", value, "--date", "2026-07-30", *more)

    def all(self, *more):
        for step in (self.plan(*more), self.commit(), self.reveal()):
            assert step[0] == 0, step[2]
        return self


@pytest.fixture
def ceremony(tmp_path):
    return Ceremony(tmp_path)
