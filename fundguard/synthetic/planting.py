"""Which schemes are planted, how many and how hard: the registry of `schemes/` and `plants/`."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import UsageError
from fundguard.synthetic import plants, schemes
from fundguard.synthetic.plan import Plan

BASE_RATE = 0.003  # of all persons, institutions and doctors, over all schemes
FEWEST = 20_000  # from this many insured on every scheme is planted at least once


@dataclass(frozen=True)
class Planter:
    """One kind of plant: its code (T03, rule:POL-SVC-014), about how many parties it takes, the act,
    and whether an institution is among the parties."""

    code: str
    parties: int
    act: Callable[[Plan, np.random.Generator, int], None]
    places: bool = True


def registry() -> dict[str, Planter]:
    """All planters by code: modules of `schemes/` (SCHEME, PARTIES, plant) and `plants/` (PLANTS)."""
    found: dict[str, Planter] = {}
    for package in (schemes, plants):
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            if hasattr(module, "SCHEME"):
                found[module.SCHEME] = Planter(
                    module.SCHEME, module.PARTIES, module.plant, getattr(module, "PLACES", True)
                )
            for code, act in getattr(module, "PLANTS", {}).items():
                found[f"rule:{code}"] = Planter(f"rule:{code}", 1, act)
    return found


def plant(plan: Plan, seed: np.random.SeedSequence, wanted: Sequence[str] | None, grade: int | None) -> None:
    """Plants the wanted schemes (None: every scheme once and more with size; [] nothing)."""
    known = registry()
    chosen = _chosen(known, wanted)
    city = plan.city
    total = len(city.people.age) + len(city.places.sort) + len(city.doctors.place)
    budget = BASE_RATE * total / max(1, len(chosen))
    for code, child in zip(chosen, seed.spawn(len(chosen)), strict=True):
        rng = np.random.default_rng(child)
        planter = known[code]
        times = int(budget / planter.parties + rng.random() * 0.999)
        if len(city.people.age) >= FEWEST or wanted is not None:
            times = max(1, times)
        # No more than a fifth of the places over all schemes, or nobody honest is left.
        most = max(1, len(city.places.sort) // (5 * len(chosen))) if planter.places else times
        first = int(rng.integers(0, 5))
        for number in range(min(times, most)):
            planter.act(plan, rng, grade or (first + number * 2) % 5 + 1)


def _chosen(known: dict[str, Planter], wanted: Sequence[str] | None) -> list[str]:
    rules = sorted(code for code in known if code.startswith("rule:"))
    plain = sorted(code for code in known if not code.startswith("rule:"))
    if wanted is None:
        return plain
    chosen: list[str] = []
    for word in wanted:
        if word == "none":
            continue
        more = {"all": plain + rules, "rules": rules, "mix": plain}.get(word, [word])
        missing = [code for code in more if code not in known]
        if missing:
            raise UsageError(
                f"--schemes [{missing[0]}] is not known; one of {', '.join(plain)}, rule:…, rules, all, none"
            )
        chosen += [code for code in more if code not in chosen]
    return chosen
