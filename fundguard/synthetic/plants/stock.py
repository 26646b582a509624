"""Plants for stock: more settled than was ever bought; near: enough bought, and no ledger to compare with.

From rules.md §6 and §5.1 (an item without stock rows is not evaluable). Items nobody else sells.
"""

from collections.abc import Callable

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.plants.ground import events, outpatient, patients

_BOUGHT = 1.2  # as much as was sold, and a reserve


def _short(
    code: str, pool: str, sorts: tuple[str, ...], kind: str, word: str
) -> Callable[[Plan, np.random.Generator, int], None]:
    def act(plan: Plan, rng: np.random.Generator, grade: int) -> None:
        scheme = plan.plant(f"rule:{code}", grade)
        place, honest, unknown = plan.place(rng, *sorts, size=3).tolist()
        item = int(plan.catalogue.pools[pool][0])
        share = 0.1 + 0.1 * grade
        plan.stocked[place, item], plan.stocked[honest, item] = share, _BOUGHT
        for where, count, pitfall in (
            (place, events(1) * 2, ""),
            (honest, events(1), "采购足够"),
            (unknown, events(1) if kind != "pharmacy" else 0, "无进销存记录"),
        ):
            if not count:
                continue
            person = patients(plan, rng, count, word)
            # Evenly over the days, the latest line in the last month.
            day = plan.calendar.first + np.arange(count) * (plan.calendar.days - 1) // count
            key = outpatient(plan, rng, scheme, person, where, kind=kind, day=day, lines=0, flags=v.BARE)
            last = np.arange(count) == count - 1
            plan.line(
                key=key,
                item=item,
                cnt=40_000,
                after=0 if kind == "pharmacy" else 60,
                tag=scheme.tag,
                event=last & (not pitfall),
                near=plan.side.pitfall(pitfall) * last if pitfall else 0,
            )
        plan.party(scheme, "place", place, "main")

    act.__doc__ = f"{code}: a tenth to a half of what was settled was bought."
    return act


PLANTS = {
    "MGT-MED-001": _short("MGT-MED-001", "plant_stock_drug", ("pharmacy",), "pharmacy", "employee"),
    "MGT-CON-001": _short(
        "MGT-CON-001", "plant_stock_device", ("secondary", "tertiary"), "outpatient", "grown"
    ),
}
