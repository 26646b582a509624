"""Suite G1: card-swiping rings in five grades, no registers, no codes given. See docs/bench/rings.md."""

from time import perf_counter

from tests.bench.ring_world import GRADES, make_world
from tests.bench.rings import arguments, detected, judge, raw_baseline, report

FIRST_SEED = 1001
"""Seeds count from here; they were fixed before the detector was tuned (it was, on seed 0)."""


def main() -> None:
    """Print P@20 of the job and of the raw baseline per grade, with intervals over seeds."""
    options, started = arguments("g1_rings", __doc__ or ""), perf_counter()
    cases: dict[str, list[dict]] = {}
    for grade, shape in GRADES.items():
        for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
            world = make_world(seed, shape)
            own = judge(world, detected(world, registers=False, codes=False))
            raw = judge(world, raw_baseline(world))
            cases.setdefault(f"grade {grade}", []).append(
                {**own, "raw_p_at_20": raw["p_at_20"], "raw_person_ap": raw["person_ap"]}
            )
    report("G1", cases, options, started)


if __name__ == "__main__":
    main()
