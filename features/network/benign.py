"""What may explain a group without any wrong: tags that demote, never delete.

A tag puts a ring behind every untagged one; the ring stays in the table with its tag, so that a gang which imitates a
schedule is still seen by the sampled audit.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

HOMES_LEAST = 3
"""So many who live apart from each other are no family, however few they are."""

MASS_PERSONS = 30
"""More persons than this …"""

MASS_DAYS = 3
"""… on at most so many days are a check-up or a vaccination, until somebody looks."""


def care_tags(cares: Sequence[str]) -> list[str]:
    """The course of treatment that at least half of the joint visits name in their own codes."""
    count = Counter(care for care in cares if care)
    return [care for care, n in sorted(count.items()) if 2 * n >= len(cares)]


def household_tags(
    households: Sequence[str | None], units: int, homes: int, least: int, least_unknown: int
) -> list[str]:
    """`household` when too few households meet or one is half of the group; `nursing_home` when many persons share one address.

    `households`: register entry of each person, None where there is none. `units`: families the group
    could consist of (`Component.units`), `homes` persons known to live apart. Where most have no entry, a
    group small enough to be one family counts as one, unless three of it live apart; fewer than `least`
    always do.
    """
    known = [h for h in households if h]
    largest = max(Counter(known).values(), default=0)
    if largest >= 8 and 2 * largest >= len(households):
        return ["nursing_home"]
    if 2 * len(known) >= len(households):
        return ["household"] if units < least or 2 * largest >= len(households) else []
    small = len(households) < (least_unknown if homes < HOMES_LEAST else least)
    return ["household"] if small or units < least - 1 else []


def crowd_tags(years: Sequence[int | None], persons: int, days: int, last_year: int) -> list[str]:
    """`school` when pupils of one age meet; `mass_event` when very many meet on very few days.

    `years`: year of birth of each person, None where unknown. Check-ups and vaccinations bring the same
    crowd twice; a bundle of cards that large is swiped more often.
    """
    known = sorted(year for year in years if year is not None)
    if len(known) >= 8:
        pupils = [year for year in known if 3 <= last_year - year <= 19]
        middle = pupils[len(pupils) // 2] if pupils else 0
        if sum(abs(year - middle) <= 2 for year in pupils) >= 0.8 * len(known):
            return ["school"]
    return ["mass_event"] if persons > MASS_PERSONS and days <= MASS_DAYS else []


def schedule_tags(days: Sequence[int], observed: int) -> list[str]:
    """`schedule` when the days of the joint events follow a calendar.

    Three readings: one gap makes up half of all (fortnightly rounds), joint days fill more than 30 % of
    the calendar (dialysis), or days sit on one phase of a period of 3 to 35 days more closely than
    chance allows (market days; p < .001 after counting every period and phase tried).
    """
    days = sorted(set(days))
    n = len(days)
    if n < 4:
        return []
    gaps = Counter(b - a for a, b in pairwise(days))
    gap, most = min(gaps.items(), key=lambda item: (-item[1], item[0]))
    if (
        n >= 5
        and 2 * most >= n - 1
        and (most >= 3 or gap > 1)
        and _gap_chance(n - 1, most, observed, n) < 0.001
    ):
        return ["schedule"]
    if n > 0.3 * observed and observed >= 28:
        return ["schedule"]
    best = 1.0
    for period in range(3, 36):
        slack = round(0.05 * period)
        phases = Counter(day % period for day in days)
        for phase in sorted(phases):
            inside = sum(phases[(phase + shift) % period] for shift in range(-slack, slack + 1))
            if inside >= 0.8 * n:
                best = min(best, period * _binomial_tail(n, inside, (2 * slack + 1) / period))
    return ["schedule"] if 33 * best < 0.001 else []


def _gap_chance(gaps: int, most: int, observed: int, days: int) -> float:
    """Chance that some gap repeats that often when as many days are strewn over the calendar."""
    density = min(0.9, days / max(observed, days + 1))
    # The commonest gap of strewn days is the shortest one, with this share.
    return _binomial_tail(gaps, most, density) / density if density > 0 else 1.0


def _binomial_tail(n: int, least: int, share: float) -> float:
    if share >= 1:
        return 1.0
    return min(1.0, math.fsum(
        math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(least, n + 1)
    ))  # fmt: skip
