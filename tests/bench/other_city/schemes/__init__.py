"""The schemes by code, and the planting of a mix within a budget of parties."""

from tests.bench.other_city.city import City
from tests.bench.other_city.schemes import cards, drugs, fees, wards
from tests.bench.other_city.schemes.common import Plot, Scheme

SCHEMES: dict[str, Scheme] = {**wards.SCHEMES, **cards.SCHEMES, **drugs.SCHEMES, **fees.SCHEMES}


def plant(city: City, grade: int, kinds: list[str] | None, budget: int) -> None:
    """Instances in a shuffled order, round after round, until `budget` parties take part; grade 0 deals all grades in turn."""
    unknown = set(kinds or []) - set(SCHEMES)
    if unknown:
        raise SystemExit(f"no such scheme {sorted(unknown)}; there are {', '.join(SCHEMES)}")
    order = list(SCHEMES if kinds is None else kinds)
    if not order:
        return
    turn = 0
    while True:
        if turn % len(order) == 0:
            order = [order[number] for number in city.rng.permutation(len(order))]
        if turn >= max(6 * len(order), 40) or city.truth.distinct() >= budget - 12:
            return
        code = order[turn % len(order)]
        level = grade or turn % 5 + 1
        story = city.truth.scheme(code, level)
        SCHEMES[code](Plot(city, story, level))
        turn += 1
