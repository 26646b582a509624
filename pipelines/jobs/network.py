"""Rings of persons, institutions and doctors: who meets whom more than opportunity explains."""

import pyarrow as pa

import features
from core.engine import Engine
from core.run import Run
from features.network import rings_hub, rings_meeting, rings_place, rings_prescriber, rings_trace
from features.network.parameters import parameters
from features.network.ring import EPOCH, register_rings
from models.schemes import schemes

HISTORY = 365
"""Days of history registered; `settings.network.days` of them are looked at."""

READS = {
    "setl_d": HISTORY,
    "mdtrt_d": HISTORY,
    "fee_list_d": HISTORY,
    "setl_list_diag_d": HISTORY,
    "psn_info_b": None,
    "fixmedins_b": None,
    "medins_dr_b": None,
    "rx_d": HISTORY,
    "drug_trac_d": HISTORY,
}
WRITES = ("ring", "ring_member", "ring_event")


def transform(engine: Engine, run: Run) -> dict[str, str]:
    """Registers visits, edges and groups; returns table → name of the relation that holds its rows."""
    chosen = parameters(run.settings.network.parameters)
    days = min(HISTORY, run.settings.network.days)
    engine.register("visit_window", arrow=pa.table({"since": [run.day_before(days - 1)]}))
    # A year of net settlements is wide and read for a few columns at a time: it is not held.
    detectors = (rings_meeting, rings_trace, rings_prescriber, rings_hub, rings_place)
    wanted = [name for detector in detectors for name in detector.FEATURES]
    features.register(engine, *wanted, unkept=["net_setl"])
    found, chance = [], {}
    for kind in (rings_meeting.CO_VISIT, rings_meeting.GROUP_ADMISSION):
        relation, scores = rings_meeting.register(engine, kind, chosen, days=days)
        found.append(relation)
        chance[kind.name] = scores
    found += [rings_trace.register(engine, chosen), rings_prescriber.register(engine, chosen)]
    found += [rings_hub.register(engine, hub, chosen) for hub in rings_hub.HUBS]
    found.append(rings_place.register_two_places(engine, chosen))
    found.append(rings_place.register_controller(engine, as_of_day=(run.as_of - EPOCH).days))
    trust = {kind: row["precision"] for kind, row in schemes()["rings"].items()}
    return register_rings(engine, found, chance, trust)
