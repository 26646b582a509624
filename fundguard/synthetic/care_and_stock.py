"""Two tables beside the settlements: long-term care services, and monthly stock of medicines."""

import numpy as np
import pyarrow as pa

from fundguard.synthetic.city import SORT
from fundguard.synthetic.columnar import DAY, Array, coded, constant, decimals, numbers, times
from fundguard.synthetic.plan import Plan
from fundguard.synthetic.registers import PERSON, place_codes
from fundguard.synthetic.writers import Landing

_MONEY, _QUANTITY = pa.decimal128(16, 2), pa.decimal128(16, 4)
SERVICE = 990_100_500_000_000_000


def long_term_care(landing: Landing, plan: Plan, rng: np.random.Generator) -> None:
    """Home care about every second day for some 0.3 % of people, by carers who see six a day at most."""
    people = plan.city.people
    free = (people.age >= 70) & (people.dies > plan.calendar.last)
    found = np.flatnonzero(free)
    person = rng.choice(found, min(len(found), max(3, len(people.age) // 350)), replace=False)
    homes = plan.city.of_sort("clinic", "primary")
    slot = np.arange(len(person)) % 5
    days = np.arange(plan.calendar.first, plan.calendar.last + 1)
    on = (days[None, :] + np.arange(len(person))[:, None]) % 2 == 0
    on &= rng.random(on.shape) < 0.95
    who, when = np.nonzero(on)
    begin = days[when] * DAY + (8 + 2 * slot[who]) * 3600 + rng.integers(0, 1_200, len(who))
    place = homes[(who // 5) % len(homes)]
    amount = np.full(len(who), 6_500)
    landing.write(
        "ltc_serv_d",
        {
            "serv_id": numbers(SERVICE + np.arange(len(who))),
            "psn_no": numbers(PERSON + person[who]),
            "fixmedins_code": coded(place, pa.array(place_codes(plan.city))),
            "care_psn_no": numbers(880_000 + who // 5),
            "serv_begntime": times(begin),
            "serv_endtime": times(begin + rng.integers(3_300, 3_900, len(who))),
            "serv_type": constant("9954", len(who)),
            "cnt": decimals(np.full(len(who), 10_000), _QUANTITY),
            "sumamt": decimals(amount, _MONEY),
            "fund_pay_sumamt": decimals(amount * 9 // 10, _MONEY),
            "checkin_lng": pa.array(np.round(120.0 + plan.city.places.x[place] * 0.01, 6)),
            "checkin_lat": pa.array(np.round(30.0 + plan.city.places.y[place] * 0.01, 6)),
            "ass_lv": numbers(2 + person[who] % 3),
        },
    )


def stock(landing: Landing, plan: Plan, sold: dict[int, Array], rng: np.random.Generator) -> None:
    """Each month: what was bought at its start, what was sold, what was counted at its end."""
    catalogue = plan.catalogue
    width = len(catalogue.codes)
    planted = [place * width + item for place, item in plan.stocked]
    for month in sorted(sold):
        cells = np.flatnonzero(sold[month])
        kept = (plan.city.places.sort[cells // width] == SORT["pharmacy"]) | np.isin(cells, planted)
        cells = cells[kept]
        count = np.round(sold[month][cells]).astype(np.int64)
        bought = np.ceil(count * rng.uniform(1.0, 1.15, len(cells)) + rng.integers(0, 4, len(cells))).astype(
            np.int64
        )
        for cell, share in zip(planted, plan.stocked.values(), strict=True):
            bought = np.where(cells == cell, np.floor(count * share).astype(np.int64), bought)
        start = int(np.datetime64(month, "M").astype("datetime64[D]").astype(int))
        end = int(np.datetime64(month + 1, "M").astype("datetime64[D]").astype(int)) - 1
        for kind, day, value in (
            ("3", start, bought),
            ("4", end, count),
            ("1", end, np.maximum(bought - count, 0)),
        ):
            if day > plan.calendar.last:
                continue
            landing.write(
                "drug_inv_d",
                {
                    "fixmedins_code": coded(cells // width, pa.array(place_codes(plan.city))),
                    "hilist_code": coded(cells % width, catalogue.code),
                    "inv_data_type": constant(kind, len(cells)),
                    "event_time": times(np.full(len(cells), day * DAY + 20 * 3600)),
                    "cnt": decimals(value * 10_000, _QUANTITY),
                    "unit": coded(cells % width, catalogue.unit),
                    "fixmedins_bchno": numbers(cells + month * 10_000_000, "B"),
                },
            )
