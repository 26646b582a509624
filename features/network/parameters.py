"""What the ring detectors demand: one place, each default beside its reason.

`settings.network.parameters` overrides by name; an unknown name is an error.
"""

from collections.abc import Mapping

from core.errors import UsageError

DEFAULTS: dict[str, float] = {
    # Co-visit. Published gangs swipe cards within minutes to an hour of each other (T08, T30).
    "window_minutes": 60,
    # Stays of one group end within so many days of each other (T06: in and out together).
    "discharge_days": 1,
    # A visit is compared with at most so many visits before and after it at the same place and day:
    # in a crowd being near says nothing, and the work grows with the square of the crowd.
    "neighbours": 40,
    # More visits than this near one are a crowd whose own size sets the odds, not the peers' quiet days.
    "crowd_near": 60,
    # Two days are needed, because one is any queue; then p < 10^-2.5 and structure instead of a strict
    # threshold per pair, which loses 4 of 5 rings (measured: recall .17 against 1.00).
    "pair_days": 2,
    "pair_surprise": 2.5,
    # A weaker pair counts where a third person was with both on the same two days.
    "pair_surprise_joint": 1.0,
    # Peers' rate of meeting, doubled: institutions differ more than their type says.
    "opportunity_safety": 2,
    # Peer groups smaller than this borrow the rate of a wider one.
    "peers_least": 8,
    # A ring of fewer is one family or chance.
    "persons_least": 4,
    "households_least": 4,
    # Without a household register a group this small may be one household (99 % have at most 4).
    "persons_least_unknown": 5,
    # The national bulletin lists codes scanned three times and more; three boxes make an institution a clue.
    "trace_repeats_least": 3,
    # "Close in time" of the official triage: a forged code shows within days, a resold box later.
    "trace_close_days": 7,
    # A doctor and a pharmacy share at least so many scripts before their share says anything.
    "scripts_least": 10,
    # Components larger than this are split by scikit-network before networkx sees them.
    "component_large": 5000,
    # Replicas of the label-free permutation behind p_chance.
    "permutations": 2,
}
"""Every parameter and its default."""


def parameters(overrides: Mapping[str, float]) -> dict[str, float]:
    """Defaults under the region's overrides. UsageError on an unknown name."""
    unknown = sorted(set(overrides) - set(DEFAULTS))
    if unknown:
        raise UsageError(
            f"setting [network.parameters.{unknown[0]}] is unknown: use one of {sorted(DEFAULTS)}"
        )
    return {**DEFAULTS, **overrides}
