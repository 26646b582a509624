"""Patterns: conduct that no single line breaks a rule by, and where it is more frequent than peers explain."""

import pyarrow as pa

import features
from core.engine import Engine
from core.run import Run
from models.patterns import owners

DAYS = 180
READS = {
    "setl_d": DAYS,
    "fee_list_d": DAYS,
    "mdtrt_d": DAYS + 60,
    "setl_list_diag_d": DAYS + 60,
    "setl_list_oprn_d": DAYS + 60,
    "rx_d": DAYS,
    "fixmedins_b": None,
    "medins_dr_b": None,
    "psn_info_b": None,
}
WRITES = ("pattern_score", "pattern_event")


def transform(engine: Engine, run: Run) -> dict[str, str]:
    """A probability per party and pattern, and the cases it rests on."""
    engine.register("pattern_owner", arrow=owners())
    engine.register("pattern_window", arrow=pa.table({"as_of": [run.as_of], "since": [run.day_before(DAYS)]}))
    features.register(engine, "pattern_shown", "pattern_told")
    return {"pattern_score": "pattern_told", "pattern_event": "pattern_shown"}
