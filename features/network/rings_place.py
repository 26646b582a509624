"""Ring kinds of institutions: one doctor at two of them in the same hours (T25), one hand behind two (T47)."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from core.engine import Engine
from features.network.group import tail_surprise
from features.network.ring import EPOCH, LEAST_CHANCE, SCHEMA, Member, Step, ring_rows, table

TWO_PLACES = "doctor_two_places"
CONTROLLER = "same_controller"
FEATURES = ("doctor_hour", "controller_pair")

SHARED_HOURS = 0.1
"""Share of the hours at the place of fewer hours that may coincide: changing places, a colleague's login."""


def register_two_places(engine: Engine, parameters: Mapping[str, float]) -> str:
    """Register `ring_doctor_two_places` (shape `ring.SCHEMA`): a doctor and two institutions."""
    engine.register(
        "doctor_conflict",
        sql=(
            "SELECT x.dr_code, x.fixmedins_code AS first_code, y.fixmedins_code AS second_code, "
            "x.work_date, x.work_hour FROM doctor_hour AS x JOIN doctor_hour AS y "
            "ON y.dr_code = x.dr_code AND y.work_date = x.work_date AND y.work_hour = x.work_hour "
            "WHERE x.fixmedins_code < y.fixmedins_code"
        ),
        keep=True,
    )
    hours = (
        "SELECT dr_code, fixmedins_code, COUNT(*) AS hours FROM doctor_hour GROUP BY dr_code, fixmedins_code"
    )
    engine.register(
        "doctor_conflict_input",
        sql=(
            "SELECT concat_text(c.dr_code, '/', c.first_code, '/', c.second_code) AS pair_key, c.dr_code, "
            "c.first_code, c.second_code, c.work_date, c.work_hour, p.hours AS first_hours, "
            "q.hours AS second_hours, g.pairs, l.psn_no, l.setl_id, "
            "CASE WHEN f.medcmty_code = s.medcmty_code THEN 'medical_community' END AS tag "
            "FROM doctor_conflict AS c "
            "JOIN (SELECT dr_code, first_code, second_code FROM doctor_conflict "
            "GROUP BY dr_code, first_code, second_code HAVING COUNT(DISTINCT work_date) >= 3) AS k "
            "ON k.dr_code = c.dr_code AND k.first_code = c.first_code AND k.second_code = c.second_code "
            f"JOIN ({hours}) AS p ON p.dr_code = c.dr_code AND p.fixmedins_code = c.first_code "
            f"JOIN ({hours}) AS q ON q.dr_code = c.dr_code AND q.fixmedins_code = c.second_code "
            "CROSS JOIN (SELECT COUNT(DISTINCT dr_code) AS pairs FROM doctor_hour) AS g "
            "JOIN (SELECT DISTINCT t.bilg_dr_code, t.fixmedins_code, t.fee_ocur_time, t.psn_no, t.setl_id "
            "FROM fee_list_d AS t LEFT SEMI JOIN doctor_conflict AS w ON w.dr_code = t.bilg_dr_code "
            "WHERE t.setl_id IS NOT NULL AND COALESCE(t.vali_flag, '1') <> '0' AND t.cnt > 0) AS l "
            "ON l.bilg_dr_code = c.dr_code AND l.fixmedins_code IN (c.first_code, c.second_code) "
            "AND day_of(l.fee_ocur_time) = c.work_date AND hour_of(l.fee_ocur_time) = c.work_hour "
            "LEFT JOIN (SELECT fixmedins_code, MIN(medcmty_code) AS medcmty_code FROM fixmedins_b "
            "GROUP BY fixmedins_code) AS f ON f.fixmedins_code = c.first_code "
            "LEFT JOIN (SELECT fixmedins_code, MIN(medcmty_code) AS medcmty_code FROM fixmedins_b "
            "GROUP BY fixmedins_code) AS s ON s.fixmedins_code = c.second_code"
        ),
        keep=True,
    )
    engine.by_key(
        f"ring_{TWO_PLACES}",
        "doctor_conflict_input",
        key="pair_key",
        order=("work_date", "work_hour", "setl_id", "psn_no"),
        function=_two_places_of(parameters["opportunity_safety"]),
        schema=SCHEMA,
    )
    return f"ring_{TWO_PLACES}"


def _two_places_of(safety: float) -> Callable[[pa.Table], pa.Table]:
    def function(rows: pa.Table) -> pa.Table:
        lines = rows.to_pylist()
        first = lines[0]
        hours = sorted({(line["work_date"], line["work_hour"]) for line in lines})
        least = min(first["first_hours"], first["second_hours"])
        strength = tail_surprise(len(hours), safety * SHARED_HOURS * least) - len(str(first["pairs"]))
        if strength <= 0:
            return table([])
        days: dict[Any, list[int]] = {}
        for day, hour in hours:
            days.setdefault(day, []).append(hour)
        says = {
            "zh": f"同一医师编码在{len(days)}天的{len(hours)}个时段同时在两家机构开立费用(两处较少一处共{least}个时段)",
            "en": f"one doctor's code charged at two institutions in {len(hours)} hours of {len(days)} days "
            f"(the place of fewer hours has {least})",
        }
        return table(
            ring_rows(
                TWO_PLACES,
                strength=strength,
                members=[
                    Member("doctor", first["dr_code"], "main", 1.0),
                    Member("institution", first["first_code"], "institution", 1.0),
                    Member("institution", first["second_code"], "institution", 1.0),
                ],
                steps=[
                    Step(
                        day=(day - EPOCH).days,
                        place=first["first_code"],
                        persons=[],
                        fund=0,
                        clock=f"{at[0]:02d}:00",
                        note={"also_at": first["second_code"], "hours": ", ".join(map(str, at))},
                    )
                    for day, at in days.items()
                ],
                tags=sorted({line["tag"] for line in lines if line["tag"]}),
                says=says,
                settled=[(line["psn_no"], line["setl_id"]) for line in lines],
            )
        )

    return function


def register_controller(engine: Engine, *, as_of_day: int) -> str:
    """Register `ring_same_controller` (shape `ring.SCHEMA`): two institutions with one representative.

    A register has no dates of events: the ring stands on the day it was read (`as_of_day`).
    """
    engine.register(
        "controller_input",
        sql="SELECT concat_text(first_code, '/', second_code) AS pair_key, c.* FROM controller_pair AS c",
    )
    engine.by_key(
        f"ring_{CONTROLLER}",
        "controller_input",
        key="pair_key",
        order=("pair_key",),
        function=_controller_of(as_of_day),
        schema=SCHEMA,
    )
    return f"ring_{CONTROLLER}"


def _controller_of(day: int) -> Callable[[pa.Table], pa.Table]:
    def function(rows: pa.Table) -> pa.Table:
        (pair,) = rows.to_pylist()
        strength = -math.log10(max(LEAST_CHANCE, pair["expected"]))
        if strength <= 0:
            return table([])
        what = {
            "zh": "、".join(
                [
                    *(["同一地址"] if pair["addr"] else []),
                    *([f"{pair['doctors']}名相同医师"] if pair["doctors"] else []),
                ]
            ),
            "en": " and ".join(
                [
                    *(["one address"] if pair["addr"] else []),
                    *([f"{pair['doctors']} doctors in common"] if pair["doctors"] else []),
                ]
            ),
        }
        sides = (("first", "first_type"), ("second", "second_type"))
        return table(
            ring_rows(
                CONTROLLER,
                strength=strength,
                members=[
                    Member(
                        "pharmacy" if pair[kind] == "2" else "institution",
                        pair[f"{side}_code"],
                        "institution",
                        1.0,
                    )
                    for side, kind in sides
                ],
                steps=[
                    Step(
                        day=day,
                        place=pair["first_code"],
                        persons=[],
                        fund=0,
                        note={"institution_name": pair["first_name"], "also_at": pair["second_code"]},
                    )
                ],
                tags=[pair["tag"]] if pair["tag"] else [],
                says={
                    "zh": f"两家机构法定代表人同名,并有{what['zh']}(疑似同一控制人)",
                    "en": f"two institutions have a representative of the same name, and {what['en']}",
                },
                settled=[],
            )
        )

    return function
