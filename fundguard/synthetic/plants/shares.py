"""Plants for indicators: one institution whose mix, readmissions or tests differ from its peers'.

From rules.md §1.2 (ZB rules are indicators of a period, 31 days for readmissions) and §5.1; enforcement.md
§1.4: decoction pieces and Chinese therapy have no share limit. What is shifted is the institution's last
whole month: the events are the visits that shift it, the finding is the institution's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fundguard.synthetic import visits as v
from fundguard.synthetic.columnar import DAY
from fundguard.synthetic.plan import Plan, Scheme
from fundguard.synthetic.plants.ground import events, outpatient, patients, plain_stay


@dataclass(frozen=True)
class Mix:
    """What is charged: `units` of an item a visit, at institutions of these sorts; near: `lawful` items instead."""

    item: str
    units: int
    sorts: tuple[str, ...]
    lawful: str = ""
    pitfall: str = ""


# A share needs a denominator: so many stays a month, and so many peers that have them too.
_ADMITTED, _AT_PEERS, _PEERS = 160, 110, 6
_FEES_ONLY = "同样多的门诊, 只收诊察费, 占比更低"
MIXES = {
    "MGT-IDX-001": Mix("drug_htn", 20, ("clinic",), "piece", "中药饮片不设占比限制"),
    "MGT-IDX-002": Mix("lab", 8, ("clinic",), "consult", _FEES_ONLY),
    "MGT-IDX-003": Mix("consumable", 20, ("private",), "consult", _FEES_ONLY),
    "MGT-IDX-004": Mix("treat", 30, ("clinic",), "consult", _FEES_ONLY),
    "MGT-IDX-005": Mix("code:002103000010000", 1, ("private", "primary"), "consult", _FEES_ONLY),
    "MGT-IDX-006": Mix("code:002102000010000", 1, ("primary",), "consult", _FEES_ONLY),
}


def month(plan: Plan) -> tuple[int, int]:
    """First and last day of the last calendar month the simulated days hold in whole, or of all of them."""
    after = np.datetime64(plan.calendar.last + 1, "D").astype("datetime64[M]")
    first = int((after - 1).astype("datetime64[D]").astype(int))
    last = int(after.astype("datetime64[D]").astype(int)) - 1
    return (first, last) if first >= plan.calendar.first else (plan.calendar.first, plan.calendar.last)


def _visits(plan: Plan, place: int) -> int:
    """Enough visits to carry the month of a place of this sort."""
    sorts = plan.city.places.sort
    return 60 + len(plan.city.people.age) // max(1, 10 * int((sorts == sorts[place]).sum()))


def _shift(plan: Plan, rng: np.random.Generator, scheme: Scheme, place: int, mix: Mix, wrong: bool) -> None:
    size = _visits(plan, place)
    first, last = month(plan)
    person = patients(plan, rng, size, "grown")
    day = first + rng.integers(0, last - first + 1, size)
    key = outpatient(
        plan,
        rng,
        scheme,
        person,
        place,
        day=day,
        kind="village" if place in plan.city.of_sort("clinic") else "outpatient",
        lines=0,
        flags=v.BARE | (v.WHOLE if wrong else v.NEAR),
    )
    if not wrong:
        plan.side.near_miss(key, mix.pitfall)
    items = plan.catalogue.pool(mix.item if wrong else mix.lawful)
    for number in range(2):
        plan.line(
            key=key,
            item=rng.choice(items, size),
            cnt=(mix.units if wrong else 560 if mix.lawful == "piece" else 1) * 10_000,
            after=60 + number,
            tag=scheme.tag,
            event=False,
        )


def shifted(code: str) -> Callable[[Plan, np.random.Generator, int], None]:
    """The planter of one row of MIXES."""
    mix = MIXES[code]

    def act(plan: Plan, rng: np.random.Generator, grade: int) -> None:
        scheme = plan.plant(f"rule:{code}", grade)
        place, other = plan.place(rng, *mix.sorts, size=2).tolist()
        _shift(plan, rng, scheme, place, mix, True)
        _shift(plan, rng, scheme, other, mix, False)
        plan.party(scheme, "place", place, "main")

    act.__doc__ = f"{code}: one institution charges little but {mix.item}."
    return act


def readmissions(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """MGT-IDX-008: half of the stays of a hospital come back within a month for the same; near: cycles."""
    scheme = plan.plant("rule:MGT-IDX-008", grade)
    # A hospital nobody else fills with stays of one visit each: they would dilute the share.
    place, other = int(plan.place(rng, "rehab")[0]), int(plan.place(rng, "private")[0])
    first, _ = month(plan)
    # Both stays of the pair are settled in the month.
    count = 40 + events(grade)
    for where, flags, disease, pitfall in (
        (place, v.WHOLE, "J44.900", ""),
        (other, v.NEAR, "Z51.100", "计划性化疗周期"),
    ):
        person = patients(plan, rng, count, "grown")
        day = first + rng.integers(0, 4, count)
        kind = "chemo" if pitfall else "stay"
        for number in (0, 1):
            key = plain_stay(
                plan,
                rng,
                scheme,
                person,
                where,
                day=day + 14 * number,
                days=4,
                disease=disease,
                kind=kind,
                flags=flags * number,
            )
        plan.side.near_miss(key, pitfall)
    plan.party(scheme, "place", place, "main")


def scan_for_everybody(plan: Plan, rng: np.random.Generator, grade: int) -> None:
    """EXT-014: a CT for everybody who is admitted; near: for one in five, at six peers as busy."""
    scheme = plan.plant("rule:EXT-014", grade)
    place = int(plan.place(rng, "private")[0])
    peers = [other for other in plan.city.of_sort("private", "primary").tolist() if other != place][:_PEERS]
    first, last = month(plan)
    item = plan.catalogue.by_code["002103000010000"]
    for where in (place, *peers):
        wrong = where == place
        count, share = (_ADMITTED, 1.0 - 0.005 * grade) if wrong else (_AT_PEERS, 0.2)
        person = patients(plan, rng, count, "anybody")
        day = first + rng.integers(0, last - first - 4, count)
        flags = 0 if wrong else v.NEAR
        key = plain_stay(plan, rng, scheme, person, where, day=day, days=3, disease="M51.202", flags=flags)
        scanned = np.arange(count) < round(count * share)
        plan.line(key=key[scanned], item=item, after=DAY // 8, tag=scheme.tag, event=wrong)
        if not wrong:
            plan.side.near_miss(key, "按需检查, 五分之一")
    plan.party(scheme, "place", place, "main")


PLANTS = {code: shifted(code) for code in MIXES} | {
    "MGT-IDX-008": readmissions,
    "EXT-014": scan_for_everybody,
}
