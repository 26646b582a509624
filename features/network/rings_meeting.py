"""Ring kinds by meeting: persons who keep coming to the same places at the same time.

`co_visit` (T08, T30): outpatient and pharmacy visits within an hour. `group_admission` (T06): stays that
begin on the same day and end within a day of each other; the same machine with another clock.

visits → edges (`co_visit`) → components → groups (`group`) → benign tags → ring rows, and the same on
visits whose times are permuted inside institution × weekday × hour: what chance alone would give.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

import features
from core.engine import Engine
from features.network import co_visit
from features.network.benign import care_tags, crowd_tags, household_tags, schedule_tags
from features.network.components import register_components
from features.network.group import Component, Event, Group, Visit
from features.network.ring import EPOCH, SCHEMA, Member, Step, ring_rows, table


@dataclass(frozen=True)
class Kind:
    """A kind of meeting: its rows (`source`, numbered), its window in units of its clock, its words."""

    name: str
    source: str
    window: str
    clock: bool
    zh: str
    en: str

    @property
    def numbered(self) -> str:
        """The feature with numbered persons and places."""
        return f"{self.source}_numbered"


CO_VISIT = Kind(
    name="co_visit",
    source="visit",
    window="window_minutes",
    clock=True,
    zh="在同一时段到同一机构",
    en="came to the same place at the same time",
)
GROUP_ADMISSION = Kind(
    name="group_admission",
    source="admission",
    window="discharge_days",
    clock=False,
    zh="同日入院、同期出院于同一机构",
    en="were admitted to the same hospital on one day and left together",
)

FEATURES = (CO_VISIT.numbered, GROUP_ADMISSION.numbered)
"""What must be registered before `register` (so in each of these modules)."""


def register(
    engine: Engine, kind: Kind, parameters: Mapping[str, float], *, days: int
) -> tuple[str, list[float]]:
    """Register `ring_<kind>` (shape `ring.SCHEMA`); returns its name and the strengths of chance groups.

    Needs the landing tables of `visit` and `visit_care`. `days` is the length of the history. The list
    begins with the number of replicas.
    """
    replicas = int(parameters["permutations"])
    if engine.count(kind.numbered) == 0:
        engine.register(f"ring_{kind.name}", arrow=table([]))
        return f"ring_{kind.name}", [float(replicas)]
    chosen = {**parameters, "window_minutes": parameters[kind.window], "days": days}
    _register_groups(engine, kind, chosen, visits=kind.numbered, prefix="real_", codes=True)
    engine.register(f"ring_{kind.name}", sql="SELECT * FROM real_group", keep=True)
    chance = [float(replicas)]
    if replicas and engine.count(f"ring_{kind.name}"):
        co_visit.register_strata(engine, kind.numbered)
        for replica in range(1, replicas + 1):
            co_visit.register_permuted(engine, replica)
            _register_groups(engine, kind, chosen, visits="visit_permuted", prefix="chance_")
            found = engine.run(
                "SELECT DISTINCT ring_id, strength FROM chance_group WHERE list_length(benign_tags) = 0"
            ).to_pylist()
            chance.extend(sorted(row["strength"] for row in found))
    return f"ring_{kind.name}", chance


def _register_groups(
    engine: Engine,
    kind: Kind,
    parameters: Mapping[str, float],
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
        engine.register("network_interest", sql=f"SELECT p.psn_no FROM {person}")
        engine.register("visit_care", sql=features.features()["visit_care"].sql, keep=True)
    engine.register(
        f"{prefix}group_input",
        sql=(
            "SELECT c.component, 'edge' AS row_kind, p.psn_no, q.psn_no AS other, NULL AS other_name, "
            "NULL AS party_type, "
            "e.days AS day, as_whole(0) AS minute, e.surprise AS rate, as_whole(0) AS near, as_whole(0) AS near_half, as_whole(0) AS near_quarter, "
            "as_whole(0) AS traffic, NULL AS care, as_whole(0) AS fund_cents "
            f"FROM {prefix}edge AS e JOIN {prefix}component AS c ON c.node = e.a "
            "JOIN network_person AS p ON p.person = e.a JOIN network_person AS q ON q.person = e.b "
            "UNION ALL "
            "SELECT c.component, 'person' AS row_kind, p.psn_no, "
            "COALESCE(i.household_no, i.resd_addr) AS other, NULL AS other_name, "
            "NULL AS party_type, i.born AS day, "
            "as_whole(0) AS minute, 0e0 AS rate, as_whole(0) AS near, as_whole(0) AS near_half, as_whole(0) AS near_quarter, as_whole(0) AS traffic, "
            f"NULL AS care, as_whole(0) AS fund_cents FROM {person} "
            "LEFT JOIN (SELECT psn_no, MIN(household_no) AS household_no, MIN(resd_addr) AS resd_addr, "
            "MIN(year_of(brdy)) AS born "
            "FROM psn_info_b GROUP BY psn_no) AS i ON i.psn_no = p.psn_no "
            "UNION ALL "
            "SELECT c.component, 'visit' AS row_kind, p.psn_no, n.fixmedins_code AS other, "
            "n.fixmedins_name AS other_name, n.party_type, s.day, s.minute, "
            f"safe_ratio(o.rate, times({co_visit.PPB}, o.visits)) AS rate, s.near, s.near_half, s.near_quarter, t.traffic, k.care, "
            "round_down(times(100, COALESCE(v.fund_pay_sumamt, 0))) AS fund_cents "
            f"FROM {person} JOIN {prefix}slot AS s ON s.person = c.node "
            "JOIN network_institution AS n ON n.place = s.place "
            f"JOIN {prefix}opportunity AS o ON o.person = s.person AND o.place = s.place "
            f"JOIN (SELECT place, COUNT(*) AS traffic FROM {prefix}slot GROUP BY place) AS t "
            "ON t.place = s.place "
            f"LEFT JOIN {kind.source} AS v ON v.psn_no = p.psn_no AND v.fixmedins_code = n.fixmedins_code "
            "AND v.visit_date = add_days(DATE '2000-01-01', s.day) "
            "LEFT JOIN visit_care AS k ON k.psn_no = p.psn_no AND k.fixmedins_code = n.fixmedins_code "
            "AND k.visit_date = add_days(DATE '2000-01-01', s.day)"
        ),
    )
    closeness = engine.run(f"SELECT half, quarter FROM {prefix}closeness").to_pylist()[0]
    engine.by_key(
        f"{prefix}group",
        f"{prefix}group_input",
        key="component",
        order=("row_kind", "psn_no", "other", "day"),
        function=_groups_of(kind, {**parameters, **closeness}),
        schema=SCHEMA,
    )


def _groups_of(kind: Kind, parameters: dict[str, float]) -> Callable[[pa.Table], pa.Table]:
    def function(rows: pa.Table) -> pa.Table:
        edges, visits = [], []
        household: dict[str, str | None] = {}
        born: dict[str, int | None] = {}
        places: dict[str, tuple[str, str]] = {}
        columns = (rows[name].to_pylist() for name in rows.schema.names if name != "component")
        for (
            row_kind,
            person,
            other,
            name,
            party,
            day,
            minute,
            rate,
            near,
            half,
            quarter,
            traffic,
            care,
            fund,
        ) in zip(*columns, strict=True):
            if row_kind == "edge":
                edges.append((person, other, rate))
            elif row_kind == "person":
                household[person] = other
                born[person] = day
            else:
                places[other] = (party, name or other)
                nears = (near, half, quarter)
                visits.append(Visit(person, other, day, minute, rate, nears, traffic, care or "", fund))
        found: list[dict[str, object]] = []
        for group in Component(edges, visits, parameters, household).groups():
            tags = sorted(
                {
                    *care_tags([v.care for event in group.events for v in event.visits]),
                    *household_tags(
                        [household.get(person) for person in group.persons],
                        group.units,
                        group.homes,
                        int(parameters["households_least"]),
                        int(parameters["persons_least_unknown"]),
                    ),
                    *schedule_tags([event.day for event in group.events], int(parameters["days"])),
                    *crowd_tags(
                        [born[person] for person in group.persons],
                        len(group.persons),
                        len({event.day for event in group.events}),
                        (EPOCH + timedelta(days=group.events[-1].day)).year,
                    ),
                }
            )
            # A weak candidate is worth listing only while nothing benign explains it.
            if group.strength > 0 or not tags:
                found.extend(_rows(kind, group, tags, places))
        return table(found)

    return function


def _rows(
    kind: Kind, group: Group, tags: list[str], places: Mapping[str, tuple[str, str]]
) -> list[dict[str, object]]:
    events = len(group.events)
    presence = group.presence()
    met_at = sorted({event.place for event in group.events})
    members = [Member("person", person, "member", presence[person] / events) for person in group.persons]
    members += [
        Member(
            places[place][0], place, places[place][0], sum(e.place == place for e in group.events) / events
        )
        for place in met_at
    ]
    fullest = max(len(event.persons) for event in group.events)
    says = {
        "zh": f"{len(group.persons)}人{events}次{kind.zh}(共{len(met_at)}家),最多一次{fullest}人",
        "en": f"{len(group.persons)} persons {kind.en} on {events} occasions ({len(met_at)} places), "
        f"up to {fullest} at once",
    }
    return ring_rows(
        kind.name,
        strength=group.strength,
        members=members,
        steps=[_step(kind, event, places) for event in group.events],
        tags=tags,
        says=says,
    )


def _step(kind: Kind, event: Event, places: Mapping[str, tuple[str, str]]) -> Step:
    first, last = event.visits[0].minute, event.visits[-1].minute
    until = _clock(last) if kind.clock else (date(1970, 1, 1) + timedelta(days=last)).isoformat()
    return Step(
        day=event.day,
        place=event.place,
        persons=event.persons,
        fund=sum(visit.fund for visit in event.visits),
        clock=_clock(first) if kind.clock else "",
        note={
            "institution_name": places[event.place][1],
            "until": until,
            "surprise": f"{event.surprise:.1f}",
        },
    )


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
