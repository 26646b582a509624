"""Leads: findings per party and scheme, one probability, money counted once, one ranked list per queue."""

import pyarrow as pa

import features
from core.engine import Engine
from core.run import Run
from models.champion import champion
from models.schemes import relations

DAYS = 180
READS = {
    "hit": DAYS,
    "ring": None,
    "ring_member": None,
    "ring_event": None,
    "score": None,
    "pattern_event": None,
    "setl_d": DAYS,
    "fixmedins_b": None,
    "medins_dr_b": None,
    "psn_info_b": None,
    "lead_before": None,
    "lead_evidence_before": None,
}
WRITES = ("lead", "lead_evidence")

LEAST_P = 0.22
EXPLORE_DRAWN = 0.4
"""Share of the exploration queue that is drawn by hash; the rest are the likeliest single-fact leads."""


def transform(engine: Engine, run: Run) -> dict[str, str]:
    """The list as of tonight, and the rows it rests on; leads that are no longer seen say gone, once."""
    for name, rows in relations().items():
        engine.register(name, arrow=rows)
    engine.register("lead_setting", arrow=_settings(run))
    engine.register("lead_trust", arrow=champion(run.home).relation())
    features.register(engine, "lead_out", "lead_evidence_out")
    return {"lead": "lead_out", "lead_evidence": "lead_evidence_out"}


def _settings(run: Run) -> pa.Table:
    chosen = run.settings.leads
    drawn = round(chosen.explore * EXPLORE_DRAWN)
    row = {
        "as_of": run.as_of,
        "since": run.day_before(DAYS),
        "least_p": chosen.parameters.get("least_p", LEAST_P),
        "investigate": chosen.investigate,
        "recover": chosen.recover,
        "explore_top": chosen.explore - drawn,
        "explore_drawn": drawn,
    }
    return pa.table({name: [value] for name, value in row.items()})
