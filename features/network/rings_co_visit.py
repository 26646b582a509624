"""Ring kind `co_visit`: persons who keep coming to the same places at the same time (T08, T30).

visits → edges (`co_visit`) → components → groups (`group`) → benign tags → ring rows, and the same on
visits whose times are permuted inside institution × weekday × hour: what chance alone would give.
"""

from collections.abc import Callable, Mapping

import pyarrow as pa

import features
from core.engine import Engine
from features.network import co_visit
from features.network.benign import DEMOTION, care_tags, household_tags, schedule_tags
from features.network.components import register_components
from features.network.group import Component, Event, Group, Visit
from features.network.ring import SCHEMA, Member, Step, ring_rows, table

KIND = "co_visit"


def register(engine: Engine, parameters: Mapping[str, float], *, days: int) -> tuple[str, list[float]]:
    """Register `ring_co_visit` (shape `ring.SCHEMA`); returns its name and the scores of chance groups.

    Needs the landing tables of `visit` and `visit_care`. `days` is the length of the history. The list
    begins with the number of replicas.
    """
    replicas = int(parameters["permutations"])
    features.register(engine, "visit_numbered", *(["visit_stratum"] if replicas else []))
    _register_groups(engine, parameters, days, visits="visit_numbered", prefix="real_", codes=True)
    engine.register("ring_co_visit", sql="SELECT * FROM real_group", keep=True)
    chance = [float(replicas)]
    for replica in range(1, replicas + 1):
        co_visit.register_permuted(engine, replica)
        _register_groups(engine, parameters, days, visits="visit_permuted", prefix="chance_")
        found = engine.run("SELECT DISTINCT ring_id, score FROM chance_group").to_pylist()
        chance.extend(sorted(row["score"] for row in found))
    return "ring_co_visit", chance


def _register_groups(
    engine: Engine,
    parameters: Mapping[str, float],
    days: int,
    *,
    visits: str,
    prefix: str,
    codes: bool = False,
) -> None:
    co_visit.register_edges(engine, parameters, visits=visits, prefix=prefix)
    register_components(engine, f"{prefix}all_components", f"{prefix}edge")
    # Pairs and threesomes are no ring; they are most of the components.
    engine.register(
        f"{prefix}component",
        sql=f"SELECT c.node, c.component FROM {prefix}all_components AS c LEFT SEMI JOIN "
        f"(SELECT component FROM {prefix}all_components GROUP BY component "
        f"HAVING COUNT(*) >= {int(parameters['persons_least'])}) AS l ON l.component = c.component",
        keep=True,
    )
    person = f"{prefix}component AS c JOIN network_person AS p ON p.person = c.node"
    if codes:
        engine.register("network_interest", sql=f"SELECT p.psn_no FROM {person}", keep=True)
        engine.register("visit_care", sql=features.features()["visit_care"].sql, keep=True)
    engine.register(
        f"{prefix}group_input",
        sql=(
            "SELECT c.component, 'edge' AS row_kind, p.psn_no, q.psn_no AS other, NULL AS other_name, "
            "e.days AS day, as_whole(0) AS minute, e.surprise AS rate, as_whole(0) AS near, "
            "as_whole(0) AS traffic, NULL AS care, as_whole(0) AS fund_cents "
            f"FROM {prefix}edge AS e JOIN {prefix}component AS c ON c.node = e.a "
            "JOIN network_person AS p ON p.person = e.a JOIN network_person AS q ON q.person = e.b "
            "UNION ALL "
            "SELECT c.component, 'person' AS row_kind, p.psn_no, "
            "COALESCE(i.household_no, i.resd_addr) AS other, NULL AS other_name, as_whole(0) AS day, "
            "as_whole(0) AS minute, 0e0 AS rate, as_whole(0) AS near, as_whole(0) AS traffic, "
            f"NULL AS care, as_whole(0) AS fund_cents FROM {person} "
            "LEFT JOIN (SELECT psn_no, MIN(household_no) AS household_no, MIN(resd_addr) AS resd_addr "
            "FROM psn_info_b GROUP BY psn_no) AS i ON i.psn_no = p.psn_no "
            "UNION ALL "
            "SELECT c.component, 'visit' AS row_kind, p.psn_no, n.fixmedins_code AS other, "
            "n.fixmedins_name AS other_name, s.day, s.minute, "
            f"safe_ratio(o.rate, times({co_visit.PPB}, o.visits)) AS rate, s.near, t.traffic, k.care, "
            "as_whole(times(100, COALESCE(v.fund_pay_sumamt, 0))) AS fund_cents "
            f"FROM {person} JOIN {prefix}slot AS s ON s.person = c.node "
            "JOIN network_institution AS n ON n.place = s.place "
            f"JOIN {prefix}opportunity AS o ON o.person = s.person AND o.place = s.place "
            f"JOIN (SELECT place, COUNT(*) AS traffic FROM {prefix}slot GROUP BY place) AS t "
            "ON t.place = s.place "
            "LEFT JOIN visit AS v ON v.psn_no = p.psn_no AND v.fixmedins_code = n.fixmedins_code "
            "AND v.visit_date = add_days(DATE '2000-01-01', s.day) "
            "LEFT JOIN visit_care AS k ON k.psn_no = p.psn_no AND k.fixmedins_code = n.fixmedins_code "
            "AND k.visit_date = add_days(DATE '2000-01-01', s.day)"
        ),
        keep=True,
    )
    engine.by_key(
        f"{prefix}group",
        f"{prefix}group_input",
        key="component",
        order=("row_kind", "psn_no", "other", "day"),
        function=_groups_of(dict(parameters), days),
        schema=SCHEMA,
    )


def _groups_of(parameters: dict[str, float], days: int) -> Callable[[pa.Table], pa.Table]:
    def function(rows: pa.Table) -> pa.Table:
        edges, visits = [], []
        household: dict[str, str | None] = {}
        names: dict[str, str] = {}
        columns = (rows[name].to_pylist() for name in rows.schema.names if name != "component")
        for kind, person, other, name, day, minute, rate, near, traffic, care, fund in zip(
            *columns, strict=True
        ):
            if kind == "edge":
                edges.append((person, other, rate))
            elif kind == "person":
                household[person] = other
            else:
                names[other] = name or other
                visits.append(Visit(person, other, day, minute, rate, near, traffic, care or "", fund))
        found: list[dict[str, object]] = []
        for group in Component(edges, visits, parameters).groups():
            tags = sorted(
                {
                    *care_tags([v.care for event in group.events for v in event.visits]),
                    *household_tags(
                        [household.get(person) for person in group.persons],
                        int(parameters["households_least"]),
                        int(parameters["persons_least_unknown"]),
                    ),
                    *schedule_tags([event.day for event in group.events], days),
                }
            )
            found.extend(_rows(group, tags, names))
        return table(found)

    return function


def _rows(group: Group, tags: list[str], names: Mapping[str, str]) -> list[dict[str, object]]:
    events = len(group.events)
    presence = group.presence()
    places = {event.place for event in group.events}
    members = [Member("person", person, "member", presence[person] / events) for person in group.persons]
    members += [
        Member("institution", place, "institution", sum(e.place == place for e in group.events) / events)
        for place in places
    ]
    fullest = max(len(event.persons) for event in group.events)
    says = {
        "zh": f"{len(group.persons)}人{events}次在同一时段到同一机构(共{len(places)}家),"
        f"最多一次{fullest}人同到",
        "en": f"{len(group.persons)} persons came to the same place at the same time on {events} occasions "
        f"({len(places)} places), up to {fullest} at once",
    }
    steps = [_step(event, names) for event in group.events]
    return ring_rows(
        KIND, strength=group.strength, members=members, steps=steps, tags=tags, demotion=DEMOTION, says=says
    )


def _step(event: Event, names: Mapping[str, str]) -> Step:
    first, last = event.visits[0].minute, event.visits[-1].minute
    return Step(
        day=event.day,
        place=event.place,
        persons=event.persons,
        fund=sum(visit.fund for visit in event.visits),
        clock=_clock(first),
        note={
            "institution_name": names[event.place],
            "until": _clock(last),
            "surprise": f"{event.surprise:.1f}",
        },
    )


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
