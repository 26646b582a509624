"""Every rule that can be judged has a plant, and what is planted is found: line, amount, and silence beside it."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from core.schema import LANDING
from core.settings import load_settings
from fundguard.synthetic.planting import registry
from fundguard.synthetic.simulate import simulate
from pipelines.night import Night, run_night
from rules_kb.library import read_library

LAST_DAY = date(2026, 6, 30)
# A rule without one event on the shipped points, and why.
NO_EVENT = {"MGT-DAT-006": "the shipped groups of allowed diagnoses are excerpts: a miss proves nothing"}
Frame = Any  # pandas knows little of its own columns


def evaluable() -> set[str]:
    """Codes of the rules that can be judged where every declared table lands, on the shipped points."""
    library = read_library()
    rules, _ = library.coverage({name: set(table.names) for name, table in LANDING.items()})
    return {rule.code for rule in rules}


def test_every_evaluable_rule_has_a_plant() -> None:
    planted = {code.removeprefix("rule:") for code in registry() if code.startswith("rule:")}
    assert evaluable() - planted == set()
    assert planted <= {rule.code for rule in read_library().rules.values()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Frame]:
    """A city of 10,000 over sixty days with every rule plant at its easiest, judged: truth and hits."""
    out: Path = tmp_path_factory.mktemp("plants")
    simulate(out, 10_000, 60, 17, LAST_DAY, schemes=["rules"], grade=1)
    settings = load_settings(overrides={"privacy": "plain"}, environment={})
    run_night(Night(home=out / "home", settings=settings, as_of=LAST_DAY, landing=out, only=("check",)))
    names = ["rule_code", "party_id", "setl_id", "bkkp_sn", "vola_amt"]
    found = [
        pq.ParquetFile(path).read(names).to_pandas()
        for path in (out / "home/warehouse/hit").rglob("*.parquet")
    ]
    frames = {
        name: pd.read_csv(out / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("scheme", "event", "near_miss")
    }
    place = pq.read_table(out / "landing/setl_d.parquet", columns=["setl_id", "fixmedins_code"]).to_pandas()
    return frames | {"hit": pd.concat(found), "place": place}


def _hit(rows: Frame, hits: Frame) -> Frame:
    """Which truth rows a rule's hits touch: the line, or the settlement where the row names no line."""
    lines, settlements = set(hits["bkkp_sn"].dropna()), set(hits["setl_id"].dropna())
    return rows["bkkp_sn"].isin(lines) | (rows["bkkp_sn"].eq("") & rows["setl_id"].isin(settlements))


def test_planted_events_are_found_and_near_misses_are_silent(world: dict[str, Frame]) -> None:
    """Recall and silence of .95 a rule; a finding about a place (no settlement) counts by its party."""
    scheme, event, near, hit = (world[name] for name in ("scheme", "event", "near_miss", "hit"))
    code_of = dict(zip(scheme["scheme_id"], scheme["scheme"].str.removeprefix("rule:"), strict=True))
    place_of = dict(zip(world["place"]["setl_id"], world["place"]["fixmedins_code"], strict=True))
    low: dict[str, tuple[str, float]] = {}
    for code in sorted(evaluable()):
        hits = hit[hit["rule_code"] == code]
        events = event[event["scheme_id"].map(code_of) == code]
        close = near[near["rule_code"] == code]
        main = scheme[(scheme["scheme"] == f"rule:{code}") & (scheme["role"] == "main")]["party_id"]
        by_place = len(hits) > 0 and hits["setl_id"].isna().all()
        if code in NO_EVENT:
            assert hits.empty
        elif by_place:
            low[code] = ("recall", float(main.isin(hits["party_id"]).mean()))
        else:
            low[code] = ("recall", float(_hit(events, hits).mean()) if len(events) else 0.0)
        parties = set(hits["party_id"]) - set(main)
        wrong = close["setl_id"].map(place_of).isin(parties) if by_place else _hit(close, hits)
        assert len(close) > 0, code
        silence = 1.0 - float(wrong.mean())
        if silence < 0.95:
            low[f"{code} near"] = (str(sorted(set(close["pitfall"][wrong]))), silence)
    assert {code: found for code, found in low.items() if found[1] < 0.95} == {}


def test_amounts_of_planted_lines_are_those_of_the_contract(world: dict[str, Frame]) -> None:
    """vola_amt of a planted line, to the cent (contract §5), where the rule gives an amount."""
    code_of = dict(
        zip(world["scheme"]["scheme_id"], world["scheme"]["scheme"].str.removeprefix("rule:"), strict=True)
    )
    event = world["event"][world["event"]["bkkp_sn"] != ""].copy()
    event["rule_code"] = event["scheme_id"].map(code_of)
    both = event.merge(world["hit"], on=["rule_code", "bkkp_sn"], suffixes=("", "_hit"))
    both = both[both["vola_amt_hit"].notna()]
    assert len(both) > 300
    off = both[both["vola_amt"] != both["vola_amt_hit"].astype(str)]
    assert sorted(set(off["rule_code"])) == []
