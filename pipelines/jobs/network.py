"""Rings of persons, institutions and doctors: who meets whom more than opportunity explains."""

from core.engine import Engine
from core.run import Run
from features.network import rings_co_visit
from features.network.parameters import parameters
from features.network.ring import register_rings

HISTORY = 365
"""Days of history registered; `settings.network.days` of them are looked at."""

READS = {
    "setl_d": HISTORY,
    "mdtrt_d": HISTORY,
    "fee_list_d": HISTORY,
    "setl_list_diag_d": HISTORY,
    "psn_info_b": None,
    "fixmedins_b": None,
}
WRITES = ("ring", "ring_member")


def transform(engine: Engine, run: Run) -> dict[str, str]:
    """Registers visits, edges and groups; returns table → name of the relation that holds its rows."""
    chosen = parameters(run.settings.network.parameters)
    days = min(HISTORY, run.settings.network.days)
    found, chance = rings_co_visit.register(engine, chosen, days=days)
    return register_rings(engine, [found], {rings_co_visit.KIND: chance})
