"""Ring kinds around one institution: its persons share something that its peers' persons do not.

`waived_stay` (T01, T05), `repeat_stay` (T01), `stay_elsewhere` (T02), `transfer_cycle` (A→B→A, T42) and
`origin_funnel` (T05, T35): each feature `hub_<kind>` lists stays at risk and marks the hits. A hub is a ring
when more of its families are hit than its peers' rates explain, for all hubs looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from core.engine import Engine
from features.network.group import tail_surprise
from features.network.ring import EPOCH, SCHEMA, Member, Step, ring_rows, table


@dataclass(frozen=True)
class Hub:
    """A kind of hub: its words, with {n}, {of} and {expected} to fill in.

    `spread`: persons at risk are those of an origin, wherever they lay; else those of the institution.
    """

    name: str
    zh: str
    en: str
    spread: bool = False


HUBS = (
    Hub(
        "waived_stay",
        "{of}户在此住院者中{n}户个人未付任何费用(不含救助对象),按同类机构约为{expected}户",
        "{n} of {of} families in this hospital paid nothing at all (aid apart); peers' rates give about {expected}",
    ),
    Hub(
        "repeat_stay",
        "{of}户在此住院者中{n}户反复短期住院三次以上,按同类机构约为{expected}户",
        "{n} of {of} families lay here for a week or less three times or more; peers' rates give about {expected}",
    ),
    Hub(
        "stay_elsewhere",
        "{of}户在此住院者中{n}户住院期间在他处就诊,按同类机构约为{expected}户",
        "{n} of {of} families were treated elsewhere during their stay here; peers' rates give about {expected}",
    ),
    Hub(
        "transfer_cycle",
        "由该院转往另一院的{of}户中{n}户三日内又转回,按其他转院路径约为{expected}户",
        "{n} of {of} families sent to one other hospital were back within three days; other paths give about "
        "{expected}",
    ),
    Hub(
        "origin_funnel",
        "同一来源的{of}户住院者中{n}户集中在此,按该院所占份额约为{expected}户",
        "{n} of {of} families of one origin lay in this hospital; its share of all stays gives about {expected}",
        spread=True,
    ),
)

FEATURES = ("hub_person", *(f"hub_{hub.name}" for hub in HUBS))


def register(engine: Engine, hub: Hub, parameters: Mapping[str, float]) -> str:
    """Register `ring_<kind>` (shape `ring.SCHEMA`): one ring per hub beyond its peers."""
    name = f"{hub.name}_row"
    engine.register(
        name,
        sql=(
            f"SELECT h.*, COALESCE(p.unit, h.psn_no) AS unit FROM hub_{hub.name} AS h "
            "LEFT JOIN hub_person AS p ON p.psn_no = h.psn_no"
        ),
        keep=True,
    )
    (_register_spread if hub.spread else _register_rates)(engine, hub.name, name)
    safety, least = int(parameters["opportunity_safety"]), int(parameters["households_least"])
    engine.register(
        f"{hub.name}_input",
        sql=(
            "SELECT r.hub_key, r.fixmedins_code, COALESCE(f.fixmedins_name, r.fixmedins_code) AS name, "
            "r.psn_no, r.setl_id, r.event_date, r.other, r.tag, "
            "round_down(times(100, COALESCE(r.fund_pay_sumamt, 0))) AS fund_cents, "
            f"c.hits, c.at_risk, c.hubs, times({safety}, times(c.at_risk, c.rate)) AS expected "
            f"FROM {name} AS r JOIN {hub.name}_count AS c ON c.hub_key = r.hub_key "
            "LEFT JOIN (SELECT fixmedins_code, MIN(fixmedins_name) AS fixmedins_name FROM fixmedins_b "
            "GROUP BY fixmedins_code) AS f ON f.fixmedins_code = r.fixmedins_code "
            f"WHERE r.hit AND c.hits >= {least} AND c.hits > times({safety}, times(c.at_risk, c.rate))"
        ),
        keep=True,
    )
    engine.by_key(
        f"ring_{hub.name}",
        f"{hub.name}_input",
        key="hub_key",
        order=("event_date", "setl_id", "psn_no"),
        function=_ring_of(hub),
        schema=SCHEMA,
    )
    return f"ring_{hub.name}"


def _register_rates(engine: Engine, kind: str, rows: str) -> None:
    """`<kind>_count`: the rate of the other hubs together, and not below the upper quarter of them."""
    engine.register(
        f"{kind}_sum",
        sql=(
            "SELECT hub_key, COUNT(DISTINCT unit) AS at_risk, "
            f"COUNT(DISTINCT CASE WHEN hit THEN unit END) AS hits FROM {rows} GROUP BY hub_key"
        ),
        keep=True,
    )
    engine.register(
        f"{kind}_count",
        sql=(
            "SELECT s.hub_key, s.hits, s.at_risk, a.hubs, "
            "greater_of(safe_ratio(a.hits - s.hits + 1, a.at_risk - s.at_risk + 2), COALESCE(q.rate, 0e0)) "
            f"AS rate FROM {kind}_sum AS s CROSS JOIN (SELECT COUNT(*) AS hubs, SUM(hits) AS hits, "
            f"SUM(at_risk) AS at_risk FROM {kind}_sum) AS a "
            "CROSS JOIN (SELECT quantile_of(safe_ratio(t.hits, t.at_risk), 0.75) AS rate "
            f"FROM {kind}_sum AS t WHERE t.at_risk >= 20) AS q"
        ),
        keep=True,
    )


def _register_spread(engine: Engine, kind: str, rows: str) -> None:
    """`<kind>_count`: of an origin's families, those here; the rate is the hospital's share of everybody else."""
    engine.register(
        f"{kind}_all",
        sql=(
            "SELECT s.fixmedins_code, COALESCE(p.unit, s.psn_no) AS unit FROM stay AS s "
            "LEFT JOIN hub_person AS p ON p.psn_no = s.psn_no WHERE s.setl_id IS NOT NULL "
            "GROUP BY s.fixmedins_code, COALESCE(p.unit, s.psn_no)"
        ),
        keep=True,
    )
    engine.register(
        f"{kind}_count",
        sql=(
            "SELECT h.hub_key, h.hits, o.at_risk, g.hubs, "
            "safe_ratio(i.units - h.hits + 1, a.units - o.at_risk + 2) AS rate "
            "FROM (SELECT hub_key, MIN(other) AS other, MIN(fixmedins_code) AS fixmedins_code, "
            f"COUNT(DISTINCT unit) AS hits FROM {rows} GROUP BY hub_key) AS h "
            f"JOIN (SELECT other, COUNT(DISTINCT unit) AS at_risk FROM {rows} GROUP BY other) AS o "
            "ON o.other = h.other "
            f"JOIN (SELECT fixmedins_code, COUNT(*) AS units FROM {kind}_all GROUP BY fixmedins_code) AS i "
            "ON i.fixmedins_code = h.fixmedins_code "
            f"CROSS JOIN (SELECT COUNT(DISTINCT unit) AS units FROM {kind}_all) AS a "
            f"CROSS JOIN (SELECT COUNT(DISTINCT hub_key) AS hubs FROM {rows}) AS g"
        ),
        keep=True,
    )


def _ring_of(hub: Hub) -> Callable[[pa.Table], pa.Table]:
    def function(rows: pa.Table) -> pa.Table:
        stays = rows.to_pylist()
        first = stays[0]
        # As many hubs were looked at as there are; the strongest of them is no news.
        strength = tail_surprise(first["hits"], max(1e-6, first["expected"])) - len(str(first["hubs"]))
        if strength <= 0:
            return table([])
        persons = sorted({stay["psn_no"] for stay in stays})
        count = {person: sum(stay["psn_no"] == person for stay in stays) for person in persons}
        most = max(count.values())
        members = [Member("person", person, "member", count[person] / most) for person in persons]
        members.append(Member("institution", first["fixmedins_code"], "main", 1.0))
        if hub.name == "transfer_cycle":
            members.append(Member("institution", first["other"], "institution", 1.0))
        filled = {
            "n": first["hits"],
            "of": first["at_risk"],
            "expected": f"{first['expected'] / 2:.1f}",
        }
        return table(
            ring_rows(
                hub.name,
                strength=strength,
                members=members,
                steps=_steps(stays),
                tags=sorted({stay["tag"] for stay in stays if stay["tag"]}),
                says={"zh": hub.zh.format(**filled), "en": hub.en.format(**filled)},
                settled=[(stay["psn_no"], stay["setl_id"]) for stay in stays],
            )
        )

    return function


def _steps(stays: list[dict[str, Any]]) -> list[Step]:
    by_day: dict[int, list[dict[str, Any]]] = {}
    for stay in stays:
        by_day.setdefault((stay["event_date"] - EPOCH).days, []).append(stay)
    return [
        Step(
            day=day,
            place=stays[0]["fixmedins_code"],
            persons=sorted({stay["psn_no"] for stay in group}),
            fund=sum(stay["fund_cents"] for stay in group),
            note={"institution_name": stays[0]["name"]},
        )
        for day, group in sorted(by_day.items())
    ]
