"""Ring kind `trace_bridge`: boxes sold again (T12, T13), by the official three-way reading.

Same institution: 疑似串换/空刷. Another institution after a long gap: 疑似回流药 (or several cards on one
box). Another institution within days: 疑似假药. Clues speak of behaviour, not of amounts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from core.engine import Engine
from features.network.group import tail_surprise
from features.network.ring import EPOCH, SCHEMA, Member, Step, ring_rows, table

KIND = "trace_bridge"
FEATURES = ("trace_repeat",)

SHOPPING_PLACES = 3
"""Institutions at which one person fetched the same medicine, from which on its boxes are no accident."""

SOURCES_MANY = 3
"""Institutions from which the boxes came, none with more than half: no pair of shops trades its codes."""

READINGS = {
    "same": ("同一机构重复售出(疑似串换、空刷)", "sold again at the same institution"),
    "far": ("相隔较久在另一机构售出(疑似回流药)", "sold again elsewhere after a long time"),
    "close": ("数日内在另一机构售出(疑似假药)", "sold again elsewhere within days"),
}


def register(engine: Engine, parameters: Mapping[str, float]) -> str:
    """Register `ring_trace_bridge` (shape `ring.SCHEMA`): one ring per selling institution and reading."""
    close = int(parameters["trace_close_days"])
    engine.register(
        "trace_reading",
        sql=(
            "SELECT r.*, CASE WHEN r.same_institution THEN 'same' "
            f"WHEN r.days_since <= {close} THEN 'close' ELSE 'far' END AS reading FROM trace_repeat AS r"
        ),
        keep=True,
    )
    # At how many places the first buyer of such a box fetched the same medicine.
    engine.register(
        "trace_shopping",
        sql=(
            "SELECT t.psn_no, t.hilist_code, COUNT(DISTINCT t.fixmedins_code) AS places FROM drug_trac_d AS t "
            "LEFT SEMI JOIN trace_reading AS r ON r.before_psn_no = t.psn_no AND r.hilist_code = t.hilist_code "
            "WHERE t.event = 'sell' GROUP BY t.psn_no, t.hilist_code"
        ),
        keep=True,
    )
    # What scanners get wrong by themselves: the rate at all other institutions, never one's own.
    engine.register(
        "trace_input",
        sql=(
            "SELECT concat_text(r.fixmedins_code, '/', r.reading) AS trace_key, r.reading, r.fixmedins_code, "
            "COALESCE(f.fixmedins_name, r.fixmedins_code) AS name, "
            "CASE WHEN f.fixmedins_type = '2' THEN 'pharmacy' ELSE 'institution' END AS party_type, "
            "r.drug_trac_codg, r.psn_no, r.before_psn_no, r.before_setl_id, r.before_fixmedins_code, "
            "COALESCE(w.places, 1) AS before_places, "
            "CASE WHEN b.fixmedins_type = '2' THEN 'pharmacy' ELSE 'institution' END AS before_party_type, "
            "r.later_time, r.later_setl_id, day_of(r.before_time) AS before_date, "
            "CASE WHEN ROW_NUMBER() OVER (PARTITION BY r.fixmedins_code, r.reading, r.later_setl_id "
            "ORDER BY r.drug_trac_codg, r.later_time) = 1 "
            "THEN round_down(times(100, COALESCE(r.fund_pay_sumamt, 0))) ELSE as_whole(0) END AS fund_cents, "
            "s.sales, a.sales - s.sales AS other_sales, c.repeats - g.repeats AS other_repeats "
            "FROM trace_reading AS r "
            "JOIN (SELECT fixmedins_code, COUNT(*) AS sales FROM drug_trac_d WHERE event = 'sell' "
            "GROUP BY fixmedins_code) AS s ON s.fixmedins_code = r.fixmedins_code "
            "JOIN (SELECT fixmedins_code, reading, COUNT(*) AS repeats FROM trace_reading "
            "GROUP BY fixmedins_code, reading) AS g "
            "ON g.fixmedins_code = r.fixmedins_code AND g.reading = r.reading "
            "JOIN (SELECT reading, COUNT(*) AS repeats FROM trace_reading GROUP BY reading) AS c "
            "ON c.reading = r.reading "
            "CROSS JOIN (SELECT COUNT(*) AS sales FROM drug_trac_d WHERE event = 'sell') AS a "
            "LEFT JOIN trace_shopping AS w ON w.psn_no = r.before_psn_no AND w.hilist_code = r.hilist_code "
            "LEFT JOIN fixmedins_b AS f ON f.fixmedins_code = r.fixmedins_code "
            "LEFT JOIN fixmedins_b AS b ON b.fixmedins_code = r.before_fixmedins_code "
            f"WHERE g.repeats >= {int(parameters['trace_repeats_least'])}"
        ),
        keep=True,
    )
    engine.by_key(
        "ring_trace_bridge",
        "trace_input",
        key="trace_key",
        order=("later_time", "drug_trac_codg", "later_setl_id", "psn_no"),
        function=_ring_of(),
        schema=SCHEMA,
    )
    return "ring_trace_bridge"


def _ring_of() -> Callable[[pa.Table], pa.Table]:
    def function(rows: pa.Table) -> pa.Table:
        sales = rows.to_pylist()
        first = sales[0]
        rate = (first["other_repeats"] + 1) / (first["other_sales"] + 1)
        # Two decades are the price of looking at every institution and reading.
        strength = tail_surprise(len(sales), max(1e-6, rate * first["sales"])) - 2
        if strength <= 0:
            return table([])
        zh, en = READINGS[first["reading"]]
        count: Counter[tuple[str, str, str]] = Counter()
        persons, settled = _members(sales, elsewhere=first["reading"] != "same")
        for person, n in persons.items():
            count["person", person, "member"] = n
        for sale in sales:
            if sale["before_fixmedins_code"] != first["fixmedins_code"]:
                count[sale["before_party_type"], sale["before_fixmedins_code"], "source"] += 1
        members = [Member(*party, n / len(sales)) for party, n in count.items()]
        members.append(Member(first["party_type"], first["fixmedins_code"], "hub", 1.0))
        settled |= {(sale["psn_no"], sale["later_setl_id"]) for sale in sales if sale["psn_no"]}
        by_settlement: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
        for sale in sales:
            day = (sale["later_time"].date() - EPOCH).days
            by_settlement[day, sale["later_setl_id"]].append(sale)
        steps = [
            Step(
                day=day,
                place=first["fixmedins_code"],
                persons=sorted({s["before_psn_no"] for s in group} & set(persons)),
                fund=sum(s["fund_cents"] for s in group),
                clock=group[0]["later_time"].strftime("%H:%M"),
                note={
                    "institution_name": first["name"],
                    "drug_trac_codg": group[0]["drug_trac_codg"],
                    "codes": str(len(group)),
                    "sold_before_at": group[0]["before_fixmedins_code"],
                    "sold_before_on": group[0]["before_date"].isoformat(),
                },
            )
            for (day, _), group in by_settlement.items()
        ]
        says = {
            "zh": f"{len(sales)}盒药的追溯码{zh},同类机构按其售出量约为{rate * first['sales']:.1f}盒",
            "en": f"{len(sales)} boxes {en}; other institutions would show about "
            f"{rate * first['sales']:.1f} among as many sales",
        }
        return table(
            ring_rows(
                KIND, strength=strength, members=members, steps=steps, tags=[], says=says, settled=settled
            )
        )

    return function


def _members(
    sales: Sequence[dict[str, Any]], *, elsewhere: bool
) -> tuple[Counter[str], set[tuple[str, str]]]:
    """Persons whose own conduct is part of the bridge, with their boxes, and their own settlements in it.

    Whose boxes came back elsewhere twice, or who fetched that medicine at three places (T12). One box alone
    may be the doing of the pharmacy that sold it, unless the boxes came from many: then the buyers are what
    they have in common. Whoever buys a box that came from elsewhere knows nothing of it. At one
    institution: cards on which its boxes were sold again three times.
    """
    sources = Counter(sale["before_fixmedins_code"] for sale in sales)
    many = elsewhere and len(sources) >= SOURCES_MANY and 2 * max(sources.values()) <= len(sales)
    boxes: Counter[str] = Counter()
    settled = set()
    shopping = set()
    for sale in sales:
        person = sale["before_psn_no" if elsewhere else "psn_no"]
        if person is None:
            continue
        boxes[person] += 1
        settled.add((person, sale["before_setl_id" if elsewhere else "later_setl_id"]))
        if elsewhere and sale["before_places"] >= SHOPPING_PLACES:
            shopping.add(person)
    least = (1 if many else 2) if elsewhere else 3
    members = Counter({p: n for p, n in boxes.items() if n >= least or p in shopping})
    return members, {(person, setl) for person, setl in settled if person in members}
