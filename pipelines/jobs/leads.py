"""Leads: findings per party and scheme, one probability, money counted once, one ranked list per queue."""

import pyarrow as pa

import features
from core.engine import Engine
from core.run import Run
from core.schema import TABLES
from models.calibration import calibration
from models.champion import champion
from models.outcomes import outcome_files
from models.schemes import relations
from pipelines.warehouse import Warehouse

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

LEAST_P = 0.15
"""Below it two facts are no reason to send somebody: the lead stays in the exploration queue."""
EXPLORE_DRAWN = 0.4
"""Share of the exploration queue that is drawn by hash; the rest are the likeliest single-fact leads."""


def transform(engine: Engine, run: Run) -> dict[str, str]:
    """The list as of tonight, and the rows it rests on; leads that are no longer seen say gone, once."""
    for name, rows in (relations() | calibration().relations()).items():
        engine.register(name, arrow=rows)
    engine.register("lead_setting", arrow=_settings(run))
    engine.register("lead_trust", arrow=champion(run.home).relation())
    _register_confirmed(engine, run)
    features.register(engine, "lead_out", "lead_evidence_out")
    return {"lead": "lead_out", "lead_evidence": "lead_evidence_out"}


def _register_confirmed(engine: Engine, run: Run) -> None:
    """`confirmed_case`: the parties of leads of earlier nights that were confirmed and that nobody took back."""
    outcomes = outcome_files(run.home)
    listed = Warehouse(run.home).files(TABLES["lead"], until=run.day_before(1)) if run.home else []
    if not outcomes or not listed:
        text = pa.array([], pa.string())
        engine.register(
            "confirmed_case", arrow=pa.table(dict.fromkeys(("lead_id", "party_type", "party_id"), text))
        )
        return
    engine.register("outcome", parquet=outcomes)
    engine.register("lead_listed_before", parquet=listed)
    engine.register(
        "confirmed_case",
        sql="SELECT DISTINCT l.lead_id, l.party_type, l.party_id FROM lead_listed_before AS l INNER JOIN "
        "(SELECT lead_id, rows_where(confirmed) AS yes, rows_where(NOT confirmed) AS nay FROM outcome "
        "WHERE confirmed IS NOT NULL GROUP BY lead_id) AS o ON o.lead_id = l.lead_id WHERE o.yes > 0 AND o.nay = 0",
        keep=True,
    )


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
