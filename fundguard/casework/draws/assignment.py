"""The inspector walk: who visits which object, with each person passed over and why.

For each drawn object the people of the register are put in ticket order and walked until the team
is full. Reasons to pass somebody over: leave 请假, conflict 回避, rotation 轮换 (visited in the last
cycle), same_county 交叉检查, load 任务已满, certificate 须留给持证人员. When a limit on the load would
leave a team short, those passed over for `load` are taken after all, in the same order.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from core.errors import Refused
from fundguard.casework.draws.sampling import is_double, label

REASONS = {
    "leave": "请假 on leave",
    "conflict": "回避 conflict of interest",
    "rotation": "轮换 visited in the last cycle",
    "same_county": "交叉检查，同县不派 own county",
    "load": "任务已满 load full",
    "certificate": "余下名额须为持证人员 place kept for a certified officer",
}


def barred(person: dict[str, Any], item: dict[str, Any], team: dict[str, Any]) -> str:
    """Why this person may never visit this object, or an empty text (load and certificate apart)."""
    if person["on_leave"]:
        return "leave"
    if item["id"] in person["conflicts"]:
        return "conflict"
    if team["rotate"] and item["id"] in person["visited"]:
        return "rotation"
    if team["cross_county"] and person["county"] == item["county"]:
        return "same_county"
    return ""


def people_in_order(
    seed: str, role: str, object_id: str, people: list[tuple[bytes, dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Register rows in the order of their tickets for this object, lazily.

    Same tickets as `sampling.ticket`. For 400 people × thousands of objects the common start is
    hashed once, and only the people whose ticket starts with the digit reached are sorted: a walk
    mostly ends within the first tenth.
    """
    common = hashlib.sha256((seed + label(role, object_id)[:-1] + ",").encode())
    tenths: list[list[tuple[int, dict[str, Any]]]] = [[] for _ in range(10)]
    for ending, person in people:
        digest = common.copy()
        digest.update(ending)
        number = int.from_bytes(digest.digest())
        tenths[number % 10].append((number, person))
    for tenth in tenths:
        keyed = [(f"{number:064d}"[::-1], person) for number, person in tenth]
        for _, person in sorted(keyed, key=lambda pair: pair[0]):
            yield person


def with_endings(people: list[dict[str, Any]]) -> list[tuple[bytes, dict[str, Any]]]:
    """Each person with the last part of the label of a ticket, as bytes."""
    return [((json.dumps(p["id"], ensure_ascii=False) + ",1]").encode(), p) for p in people]


def walk(
    order: Callable[[], Iterator[dict[str, Any]]],
    item: dict[str, Any],
    need: int,
    certified: int,
    team: dict[str, Any],
    load: dict[str, int],
) -> tuple[list[str], list[list[str]]]:
    """(chosen ids, [id, reason] of everybody passed over) for one object; changes `load`."""
    chosen: list[str] = []
    skipped: list[list[str]] = []
    still = certified
    limits = (team["max_load"], 0) if team["max_load"] else (0,)
    for limit in limits:
        for person in order():
            if len(chosen) == need:
                break
            if person["id"] in chosen:
                continue
            why = barred(person, item, team)
            if not why and limit and load.get(person["id"], 0) >= limit:
                why = "load"
            if not why and not person["certified"] and need - len(chosen) <= still:
                why = "certificate"
            if not why:
                chosen.append(person["id"])
                load[person["id"]] = load.get(person["id"], 0) + 1
                still -= 1 if person["certified"] else 0
            elif limit == limits[0]:
                skipped.append([person["id"], why])
    if len(chosen) < need:
        raise Refused(
            f"对象 object [{item['id']}]: 可派人员不足 {len(chosen)}/{need} too few people left；"
            "补充执法检查人员名录库后作为新一轮重抽 add people and draw again as a new round"
        )
    return chosen, skipped


def assign(seed: str, frame: dict[str, Any], selection: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per drawn object, in order: object, team, skipped, experts, experts_skipped."""
    team = frame["team"]
    items = {row["id"]: row for row in frame["objects"]}
    load: dict[str, int] = {}
    expert_load: dict[str, int] = {}
    people, expert_people = with_endings(frame["inspectors"]), with_endings(frame["experts"])
    rows = []
    for drawn in selection:
        item = items[drawn["id"]]
        need = team["size"] + is_double(drawn["position"], team["double_ratio"])
        order = partial(people_in_order, seed, "inspector", item["id"], people)
        chosen, skipped = walk(order, item, need, team["certified"], team, load)
        experts: list[str] = []
        experts_skipped: list[list[str]] = []
        if team["experts"]:
            order = partial(people_in_order, seed, "expert", item["id"], expert_people)
            experts, experts_skipped = walk(order, item, team["experts"], 0, team, expert_load)
        rows.append(
            {
                "experts": experts,
                "experts_skipped": experts_skipped,
                "object": item["id"],
                "skipped": skipped,
                "team": chosen,
            }
        )
    return rows
