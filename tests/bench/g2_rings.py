"""Suite G2: the rings of G1 with household register and cohort codes on visits. See docs/bench/rings.md."""

from time import perf_counter

from tests.bench.g1_rings import FIRST_SEED
from tests.bench.ring_world import GRADES, make_world
from tests.bench.rings import arguments, detected, judge, report


def main() -> None:
    """Print P@20 and benign groups in the top 20 per grade, with intervals over seeds."""
    options, started = arguments("g2_rings", __doc__ or ""), perf_counter()
    cases: dict[str, list[dict]] = {}
    for grade, shape in GRADES.items():
        for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
            world = make_world(seed, shape)
            found = judge(world, detected(world, registers=True, codes=True))
            cases.setdefault(f"grade {grade}", []).append(found)
    report("G2", cases, options, started)


if __name__ == "__main__":
    main()
