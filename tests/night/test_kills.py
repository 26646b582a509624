"""Kill the night in each of its jobs; run it again; the rows are the same (`make faults`)."""

import signal
import subprocess
import sys

import pytest

from tests.night.conftest import night, results

CHILD = """
import os, signal, sys
from datetime import date
from pathlib import Path
from core.settings import load_settings
import pipelines.night as n

job, home, landing = sys.argv[1:4]

def die(*a, **k):
    os.kill(os.getpid(), signal.SIGKILL)

if job == "ingest":
    n.ingest = die
elif job == "write":
    n.Warehouse.replace = die
else:
    real = n.JOBS[job].transform
    def transform(*a, **k):
        real(*a, **k)
        die()
    n.JOBS[job].transform = transform
settings = load_settings(overrides={"privacy": "plain", "engine": "duckdb"}, environment={})
n.run_night(n.Night(home=Path(home), settings=settings, as_of=date(2026, 6, 30), landing=Path(landing)))
"""


def killed_then_resumed(city, home, job):
    child = subprocess.run([sys.executable, "-c", CHILD, job, home, city], check=False, capture_output=True)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()[-400:]
    return night(city, home)


@pytest.mark.faults
@pytest.mark.parametrize("job", ["ingest", "check", "network", "score", "leads", "write"])
def test_killed_in_each_job_and_resumed(city, whole, tmp_path, job):
    assert results(killed_then_resumed(city, tmp_path, job)) == results(whole[1])
