"""The frame: everything that is frozen before the public value exists.

Item and basis, strata with ratios, objects, people with their recusals, team options. People stand
in it by number, employer and a seal (salted hash of name and certificate), so the frame can be
published as it is. Names and certificates stay in `private`, which the public form leaves out.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import Refused, UsageError
from fundguard.casework.draws.canonical import fingerprint, sha256_hex
from fundguard.casework.draws.columns import EXPERTS, INSPECTORS, OBJECTS
from fundguard.casework.draws.sampling import parse_ratio, sample_size
from fundguard.casework.draws.workbooks import Row, Table, read_table, split_list

TYPES = {"日常": "daily", "专项": "special", "重点": "key", "专家": "expert"}
CLASSES = {"一般": "general", "重点": "key"}
NO = {"", "0", "否", "no", "n", "false", "none", "无"}
YES = {"1", "是", "yes", "y", "true"}
# 不免抽: a good standing lowers the ratio of a stratum, it takes nobody out of the draw.
EXEMPTION = re.compile(r"免检|免抽|低风险|信用(良好|优|A)|low.?risk|exempt", re.IGNORECASE)
CLASS_LABEL = re.compile(r"风险|信用|^[A-D](级|类)?$|risk|credit", re.IGNORECASE)
IDENTITY = re.compile(r"\d{17}[\dXx]|1[3-9]\d{9}")


@dataclass(frozen=True)
class Stratum:
    """One ratio as asked for: stratum, ratio text, least number, and where it was written."""

    stratum: str
    ratio: str
    minimum: int
    place: str


@dataclass(frozen=True)
class Plan:
    """What is to be drawn, in words and options; dates as YYYY-MM-DD texts."""

    item: str
    basis: str
    planned_on: str
    strata: list[Stratum]
    type: str = "daily"
    item_class: str = "general"
    limit: str = ""
    content: list[str] = field(default_factory=list)
    period: tuple[str, str] = ("", "")
    size: int = 2
    certified: int = 1
    experts: int = 0
    max_load: int = 0
    cross_county: bool = False
    rotate: bool = False
    double_ratio: str = "0"
    batches: int = 1
    unannounced: bool = False
    object_kind: str = "institution"
    stratify: tuple[str, ...] = ()
    seal_strata: bool = False
    round: int = 1
    previous: str = ""
    round_reason: str = ""


def build_frame(
    plan: Plan,
    objects: Path,
    inspectors: Path,
    experts: Path | None,
    salt: Callable[[], str],
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """(frame, private, notices) from the two or three registers; Refused by sheet and cell.

    `salt` gives a fresh secret text at each call (from the system's source, at the command line).
    """
    object_table = read_table(objects, "检查对象名录库", OBJECTS)
    people_table = read_table(inspectors, "执法检查人员名录库", INSPECTORS)
    items = _objects(object_table, plan)
    handled: dict[str, set[str]] = {}
    for row in object_table.rows:
        for person in split_list(row.get("handled_by")):
            handled.setdefault(person, set()).add(row.get("id"))
    private: dict[str, Any] = {"experts": [], "inspectors": [], "strata": []}
    strata = _strata(plan, items, object_table)
    notices = _unknown(object_table) + _unknown(people_table)
    names = private["inspectors"]
    people = _people(people_table, items, plan, handled, names, salt, notices, True)
    experts_rows: list[dict[str, Any]] = []
    if plan.experts:
        if experts is None:
            raise UsageError(
                "--experts: 专家检查须有专家库 expert type needs a register [空]；给出 --experts"
            )
        table = read_table(experts, "专家库", EXPERTS)
        names = private["experts"]
        experts_rows = _people(table, items, plan, handled, names, salt, notices, False)
    if plan.seal_strata or {"credit", "risk"} & set(plan.stratify):
        _seal_strata(strata, items, private, salt)
    elif marked := [row["stratum"] for row in strata if CLASS_LABEL.search(row["stratum"])]:
        notices.append(
            "层名像信用或风险等级，会随名录公开 strata look like credit or risk classes "
            f"[{'、'.join(marked)}]；"
            "不公开则加 --seal-strata to keep the labels private"
        )
    frame = {
        "basis": plan.basis,
        "batches": plan.batches,
        "content": plan.content,
        "experts": experts_rows,
        "inspectors": people,
        "item": plan.item,
        "item_class": plan.item_class,
        "object_kind": plan.object_kind,
        "objects": items,
        "period": list(plan.period),
        "planned_on": plan.planned_on,
        "previous": plan.previous,
        "round": plan.round,
        "round_reason": plan.round_reason,
        "sources": [
            {"file": path.name, "sha256": sha256_hex(path.read_bytes())}
            for path in dict.fromkeys((objects, inspectors, experts))
            if path
        ],
        "strata": strata,
        "team": {
            "certified": plan.certified,
            "cross_county": plan.cross_county,
            "double_ratio": plan.double_ratio,
            "experts": plan.experts,
            "max_load": plan.max_load,
            "rotate": plan.rotate,
            "size": plan.size,
        },
        "type": plan.type,
        "unannounced": plan.unannounced,
    }
    check_teams(frame, people_table.place)
    return frame, private, notices


def _unknown(table: Table) -> list[str]:
    """Notice of columns that are not ours."""
    if not table.unknown:
        return []
    return [f"{table.place}: 未用的列，已忽略 columns ignored [{', '.join(table.unknown)}]"]


def _unique(row: Row, seen: dict[str, str]) -> str:
    """The row's id, Refused when it stood before."""
    key = row.get("id")
    if key in seen:
        raise Refused(
            f"{row.at('id')}: 编号重复 duplicate id [{key}]；与 {seen[key]} 相同，删去一行 remove one"
        )
    seen[key] = row.at("id")
    return key


def _objects(table: Table, plan: Plan) -> list[dict[str, Any]]:
    """Object rows of the frame, by id."""
    if "stratum" not in table.headings and not plan.stratify:
        raise Refused(
            f"{table.place}!1: 缺少列 column missing [层别 / stratum]；补上，或 --stratify credit,risk"
        )
    seen: dict[str, str] = {}
    items = []
    for row in table.rows:
        key = _unique(row, seen)
        for column in plan.stratify:
            if not row.get(column):
                raise Refused(f"{row.at(column)}: 分层用列空白 empty []；填 {column} 或改 --stratify")
        stratum = "-".join(row.get(column) for column in plan.stratify) or row.get("stratum")
        if not stratum:
            raise Refused(f"{row.at('stratum')}: 层别空白 empty []；写明层别 write the stratum")
        excluded = row.get("excluded")
        excluded = "" if excluded.lower() in NO else excluded
        if EXEMPTION.search(excluded):
            raise Refused(
                f"{row.at('excluded')}: 信用好、风险低不免抽 good standing exempts nobody [{excluded}]；"
                "清空此格，改用较低比例的层 clear the cell and use a stratum with a lower ratio"
            )
        items.append(
            {
                "county": row.get("county"),
                "excluded": "未写原因 no reason given" if excluded.lower() in YES else excluded,
                "id": key,
                "name": row.get("name"),
                "stratum": stratum,
                "uscc": _uscc(row),
                "weight": _weight(row),
            }
        )
        if plan.cross_county and not row.get("county"):
            raise Refused(f"{row.at('county')}: 交叉检查须填区县 county needed []；填写 fill it in")
    return sorted(items, key=lambda item: item["id"])


def _uscc(row: Row) -> str:
    """Unified social credit code: 18 letters and digits, or empty."""
    code = row.get("uscc").upper()
    if code and not re.fullmatch(r"[0-9A-HJ-NP-RTUW-Y]{18}", code):
        raise Refused(f"{row.at('uscc')}: 统一社会信用代码须 18 位 [{code}]；更正，不知则留空 leave empty")
    if not code and re.fullmatch(r"[0-9A-HJ-NP-RTUW-Y]{18}", row.get("id")):
        return row.get("id")
    return code


def _weight(row: Row) -> int:
    """Weight as a whole number, 1 when empty."""
    text = row.get("weight") or "1"
    if not text.isdigit() or not 1 <= int(text) <= 1000:
        raise Refused(f"{row.at('weight')}: 权重须为 1–1000 整数 weight [{text}]；任何对象权重不得为 0")
    return int(text)


def _strata(plan: Plan, items: list[dict[str, Any]], table: Table) -> list[dict[str, Any]]:
    """Strata in the order given; each object's stratum has a ratio, each ratio its objects."""
    counts = Counter(item["stratum"] for item in items if not item["excluded"])
    present = {item["stratum"] for item in items}
    strata: list[dict[str, Any]] = []
    for asked in plan.strata:
        ratio = parse_ratio(asked.ratio, asked.place)
        if asked.stratum not in present:
            raise Refused(
                f"{asked.place}: 名录中没有这一层 stratum unknown [{asked.stratum}]；"
                f"名录中有 the register has {'、'.join(sorted(present)[:8])}"
            )
        if any(row["stratum"] == asked.stratum for row in strata):
            raise Refused(f"{asked.place}: 同一层两个比例 two ratios [{asked.stratum}]；只留一个")
        size = sample_size(counts[asked.stratum], ratio, asked.minimum)
        limit = parse_ratio(plan.limit, "比例上限") if plan.limit else ""
        if limit and plan.item_class == "general" and size > sample_size(counts[asked.stratum], limit):
            raise Refused(
                f"{asked.place}: 一般事项超过比例上限 {limit} above the limit [{asked.ratio}]；"
                "调低比例，或按程序列为重点事项 lower it, or list the item as key"
            )
        strata.append({"minimum": asked.minimum, "ratio": ratio, "stratum": asked.stratum})
    missing = sorted(present - {row["stratum"] for row in strata})
    if missing:
        first = next(r for r in table.rows if r.get("stratum") == missing[0] or plan.stratify)
        raise Refused(
            f"{first.at('stratum')}: 这一层没有比例 stratum without a ratio [{missing[0]}]；"
            f"加 --ratio {missing[0]}=…，任何层不得免抽 nobody is exempt"
        )
    if not counts:
        raise Refused(f"{table.place}: 全部对象都被排除 every object is excluded []；检查排除原因列")
    return strata


def _on_leave(row: Row, plan: Plan) -> bool:
    """Whether a cell of leave touches the time of the inspection (the plan's day when none is set)."""
    text = row.get("leave")
    if text.lower() in NO:
        return False
    if text.lower() in YES:
        return True
    start = plan.period[0] or plan.planned_on
    end = plan.period[1] or start
    for part in split_list(text):
        days = [day.strip() for day in part.replace("至", "~").replace("..", "~").split("~")]
        try:
            first, last = dt.date.fromisoformat(days[0]), dt.date.fromisoformat(days[-1])
        except ValueError:
            raise Refused(f"{row.at('leave')}: 请假写错 leave [{part}]；写 2026-07-01~2026-07-10") from None
        if first.isoformat() <= end and last.isoformat() >= start:
            return True
    return False


def _people(
    table: Table,
    items: list[dict[str, Any]],
    plan: Plan,
    handled: dict[str, set[str]],
    private: list[dict[str, str]],
    salt: Callable[[], str],
    notices: list[str],
    officers: bool,
) -> list[dict[str, Any]]:
    """People of the frame by id; their names and certificates, sealed, go to `private`."""
    known = {item["id"] for item in items}
    by_name: dict[str, list[str]] = {}
    for item in items:
        by_name.setdefault(item["name"], []).append(item["id"])

    def resolve(row: Row, column: str) -> list[str]:
        found: set[str] = set()
        for text in split_list(row.get(column)):
            if text in known:
                found.add(text)
            elif text in by_name:
                found.update(by_name[text])
            else:
                notices.append(f"{row.at(column)}: 名录中无此对象 not in the register [{text}]；核对")
        return sorted(found)

    seen: dict[str, str] = {}
    certificates: dict[str, str] = {}
    people = []
    for row in table.rows:
        key = _unique(row, seen)
        if IDENTITY.fullmatch(key) or key == row.get("name"):
            raise Refused(
                f"{row.at('id')}: 编号会被公开，勿用身份证号、手机号或姓名 the id is published [隐去]；"
                "改用工号 use a staff number"
            )
        cert = row.get("cert") if officers else ""
        certified = officers and cert.lower() not in NO
        if certified and cert in certificates:
            raise Refused(
                f"{row.at('cert')}: 执法证号重复 certificate twice [与 {certificates[cert]} 相同]；更正"
            )
        certificates[cert] = row.at("cert")
        if plan.cross_county and not row.get("county"):
            raise Refused(f"{row.at('county')}: 交叉检查须填区县 county needed []；填写 fill it in")
        # Nobody inspects the employer or their own work, whether or not somebody wrote it down.
        employer = by_name.get(row.get("org"), [])
        sealed = {"cert": cert, "id": key, "name": row.get("name"), "salt": salt()}
        private.append(sealed)
        people.append(
            {
                "certified": certified,
                "conflicts": sorted({*resolve(row, "conflicts"), *employer, *handled.get(key, ())}),
                "county": row.get("county"),
                "id": key,
                "on_leave": _on_leave(row, plan),
                "org": row.get("org"),
                "seal": fingerprint(sealed),
                "visited": resolve(row, "visited") if plan.rotate else [],
            }
        )
    private.sort(key=lambda person: person["id"])
    return sorted(people, key=lambda person: person["id"])


def _seal_strata(
    strata: list[dict[str, Any]],
    items: list[dict[str, Any]],
    private: dict[str, Any],
    salt: Callable[[], str],
) -> None:
    """Replace stratum names by codes S1, S2 …: a credit or risk class is not published."""
    code = {row["stratum"]: f"S{number}" for number, row in enumerate(strata, start=1)}
    for row in strata:
        sealed = {"label": row["stratum"], "salt": salt(), "stratum": code[row["stratum"]]}
        private["strata"].append(sealed)
        row["stratum"] = code[row["stratum"]]
        row["seal"] = fingerprint(sealed)
    for item in items:
        item["stratum"] = code[item["stratum"]]


def check_teams(frame: dict[str, Any], place: str) -> None:
    """Refuse, before the draw, a register that cannot staff some object after recusals."""
    team = frame["team"]
    need = team["size"] + (team["double_ratio"] != "0")
    _check_pool(frame, frame["inspectors"], need, team["certified"], f"{place}", "执法检查人员")
    if team["experts"]:
        _check_pool(frame, frame["experts"], team["experts"], 0, "专家库", "专家")


def _check_pool(
    frame: dict[str, Any],
    people: list[dict[str, Any]],
    need: int,
    certified: int,
    place: str,
    who: str,
) -> None:
    """Count who is left for each object. Only people named against an object are looked at twice."""
    team = frame["team"]
    present = [person for person in people if not person["on_leave"]]
    against: dict[str, list[dict[str, Any]]] = {}
    for person in present:
        for key in {*person["conflicts"], *(person["visited"] if team["rotate"] else ())}:
            against.setdefault(key, []).append(person)
    for item in frame["objects"]:
        if item["excluded"]:
            continue
        barred = against.get(item["id"], [])
        if team["cross_county"]:
            named = {person["id"] for person in barred}
            barred = [p for p in present if p["id"] in named or p["county"] == item["county"]]
        left = len(present) - len(barred)
        officers = sum(p["certified"] for p in present) - sum(p["certified"] for p in barred)
        if left < need or officers < certified:
            raise Refused(
                f"{place}: 对象 object [{item['id']}] 回避、请假、轮换后可派{who} {left} 人"
                f"（持证 {officers}），须 {need}（持证 {certified}） too few people are left；"
                "从其他单位增补人员 add people from elsewhere"
            )
