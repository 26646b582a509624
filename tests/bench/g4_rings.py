"""Suite G4: rings that hide among ten times the normal visits and come at half attendance.

See docs/bench/rings.md. The loss is measured against the same events at full attendance without camouflage.
"""

from dataclasses import replace
from time import perf_counter

from tests.bench.g1_rings import FIRST_SEED
from tests.bench.ring_world import GRADES, make_world
from tests.bench.rings import arguments, detected, judge, report


def main() -> None:
    """Print P@20 plain and hidden, with intervals over seeds."""
    options, started = arguments("g4_rings", __doc__ or ""), perf_counter()
    cases: dict[str, list[dict]] = {}
    for grade in (1, 2, 3):
        for name, attendance, camouflage in (
            ("plain", GRADES[grade].attendance, 1.0),
            ("camouflage x 10", GRADES[grade].attendance, 10.0),
            ("half attendance", 0.5, 1.0),
            ("both", 0.5, 10.0),
        ):
            for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
                shape = replace(GRADES[grade], attendance=attendance)
                world = make_world(seed, shape, camouflage=camouflage)
                found = judge(world, detected(world, registers=False, codes=False))
                cases.setdefault(f"grade {grade}, {name}", []).append(found)
    report("G4", cases, options, started)


if __name__ == "__main__":
    main()
