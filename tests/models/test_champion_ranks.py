"""A promoted champion changes what the night lists: every reason's ratio, and with them the probability."""

import dataclasses
import json
import math

import pytest

from models.champion import install
from tests.leads import nights
from tests.models.worlds import run_of


def listed(engine, monkeypatch, home):
    run = dataclasses.replace(run_of(), home=home)
    monkeypatch.setattr(nights, "run_of", lambda **_: run)
    hits = [*nights.ordinary(), *[nights.hit(n, party=("institution", "C001")) for n in range(20)]]
    scores = [nights.score(("institution", "C001"), "split_stay", 0.9)]
    found, _ = nights.night(engine, hits=hits, scores=scores)
    return next(lead for lead in found if lead["party_id"] == "C001" and lead["scheme"] == "T03")


def of_families(lead, what):
    found = {}
    for reason in json.loads(lead["reasons"]):
        found[reason["family"]] = found.get(reason["family"], 0.0) + float(reason[what])
    return found


def test_a_family_is_trusted_less_and_the_parts_still_add_up(duckdb_engine, monkeypatch, tmp_path):
    before = listed(duckdb_engine, monkeypatch, tmp_path)
    install(tmp_path, "lead_ranker 1", {"rule": 0.25, "split": 0.5})
    after = listed(duckdb_engine, monkeypatch, tmp_path)
    then, now = of_families(before, "ratio"), of_families(after, "ratio")
    assert now["rule"] == pytest.approx(then["rule"] * 0.25, abs=2e-6)
    assert now["split"] == pytest.approx(then["split"] * 0.5, abs=2e-6)
    parts = of_families(after, "part").values()
    assert sum(parts) == pytest.approx(-math.log1p(-after["p_confirm"]), abs=1e-5)
    assert after["p_confirm"] < before["p_confirm"]
