"""Free-text limits of the published sheets as typed values.

Each function reads one dimension of one text and gives None when the text does not say it: what is
not said is listed in the import report, never guessed. Texts come in NFKC (half-width marks).
"""

import re
import unicodedata
from dataclasses import dataclass

RANK = {"三": 3, "二": 2, "一": 1}
UNIT = {"岁": "year", "周岁": "year", "月": "month", "个月": "month", "天": "day", "日": "day"}


def normal(text: object) -> str:
    """NFKC, trimmed, one line: the radical ⼉ becomes 儿, full-width marks become half-width."""
    if text is None:
        return ""
    flat = unicodedata.normalize("NFKC", str(text)).replace("\r", "")
    return re.sub(r"\s*\n\s*", " ", flat).strip()


@dataclass(frozen=True)
class Age:
    """An age range, ends inclusive, in completed units; ``spread``: it joins several indications."""

    low: int | None
    high: int | None
    unit: str
    spread: bool = False


_AGE = re.compile(
    r"(?P<low>\d+)\s*(?P<unit1>周岁|岁|个月|月|天|日)?\s*(?:-|~|至|—)\s*(?P<high>\d+)\s*(?P<unit2>周岁|岁|个月|月|天|日)"
    r"|(?P<from>\d+)\s*(?P<unit3>周岁|岁|个月|月|天)(?:及(?:其|(?P=from)\s*(?P=unit3))?以上|以上)"
    r"|(?P<to>\d+)\s*(?P<unit4>周岁|岁|个月|月|天)(?:及(?:其|(?P=to)\s*(?P=unit4))?以下|以下)"
)


def age(text: str) -> Age | None:
    """The age range of a limit text; of numbered indications their common envelope.

    以上 and 以下 include the number (Civil Code art. 1259). A list in which one indication names no
    age has no envelope. The first number of a text is never simply taken: 6-17岁 keeps both ends.
    """
    parts = _numbered(text)
    found = [_one_age(part) for part in parts]
    if not found or any(one is None for one in found):
        return None
    ages = [one for one in found if one is not None]
    if len({one.unit for one in ages}) > 1:
        return None
    lows = [one.low for one in ages]
    highs = [one.high for one in ages]
    low = None if None in lows else min(v for v in lows if v is not None)
    high = None if None in highs else max(v for v in highs if v is not None)
    return Age(low, high, ages[0].unit, spread=len({(a.low, a.high) for a in ages}) > 1)


def _one_age(text: str) -> Age | None:
    hits = list(_AGE.finditer(text))
    if len(hits) != 1:
        return None
    hit = hits[0]
    if hit["low"]:
        if hit["unit1"] and UNIT[hit["unit1"]] != UNIT[hit["unit2"]]:
            return None
        return Age(int(hit["low"]), int(hit["high"]), UNIT[hit["unit2"]])
    if hit["from"]:
        return Age(int(hit["from"]), None, UNIT[hit["unit3"]])
    return Age(None, int(hit["to"]), UNIT[hit["unit4"]])


def _numbered(text: str) -> list[str]:
    # "限:1.…;2.…" is an OR-list; a decimal such as 0.05 follows no such mark.
    parts = re.split(r"(?:^|(?<=[:;。]))\s*\d+\.", text)
    items = [part for part in parts[1:] if part.strip()] if len(parts) > 2 else []
    return items or [text]


def age_group(text: str) -> str | None:
    """The age word: newborn, infant, child, working_age; None when the text has none."""
    for word, group in (("新生儿", "newborn"), ("婴幼儿", "infant"), ("婴儿", "infant")):
        if word in text:
            return group
    if re.search(r"儿童|小儿|青少年", text):
        return "child"
    return "working_age" if "就业年龄" in text else None


def sex(text: str) -> str | None:
    """gend 1 or 2 where the text names a sex or an organ of one sex only; None otherwise."""
    male = bool(re.search(r"男|前列腺|睾丸|阴茎|精索|精囊", text))
    female = bool(re.search(r"女|子宫|卵巢|宫颈|阴道|妊娠|月经|产后|绝经", text))
    return None if male == female else ("1" if male else "2")


@dataclass(frozen=True)
class Level:
    """Facility level, ranks 3 > 2 > 1; the specialist rank suffices for that specialty's hospital."""

    rank: int
    specialist_rank: int | None
    specialty: str | None
    first_prescription: bool
    expression: str


_SPECIALIST = re.compile(r"需([三二])级(?:综合)?医院(.{1,4}?科)或([三二])级及以上\2专科医院")


def level(text: str) -> Level | None:
    """Facility level of a text: plain, the OR of two kinds, or for the first prescription only."""
    if hit := _SPECIALIST.search(text):
        rank, special = RANK[hit[1]], RANK[hit[3]]
        general = " and general hospital" if "综合医院" in hit[0] else ""
        expression = (
            f"(level >= {rank}{general} and department {hit[2]}) or "
            f"(level >= {special} and {hit[2]} specialist hospital)"
        )
        return Level(rank, special, hit[2], False, expression)
    hits = set(re.findall(r"([三二])级及以上医疗机构", text))
    if len(hits) != 1:
        return None
    rank = RANK[hits.pop()]
    first = "首次处方" in text
    return Level(rank, None, None, first, f"level >= {rank}" + (" at first prescription" if first else ""))


def settings(text: str) -> tuple[str, ...] | None:
    """The *set* of care settings a text allows, sorted; 限急诊或住院 is two, either suffices."""
    if re.search(r"限急诊(?:或|和|及|、)住院", text):
        return ("emergency", "inpatient")
    if re.search(r"住院患者|住院方可支付", text) and "门诊" not in text:
        return ("inpatient",)
    return None


@dataclass(frozen=True)
class Course:
    """A course limit: ``count`` units, by stay, as distinct days in total, or as a span."""

    count: int
    unit: str
    mode: str
    scope: str


_COURSE = re.compile(r"(?:支付|总时间)?(?:不超过|最多支付)(\d+|一)(天|日|个月|年)")


def course(text: str, detect: str) -> Course | None:
    """Course of a text under its sheet's detect wording; three ways of counting are kept apart."""
    hits = _COURSE.findall(text)
    if len(hits) != 1:
        return None
    count, unit = hits[0]
    number = 1 if count == "一" else int(count)
    name = {"天": "day", "日": "day", "个月": "month", "年": "year"}[unit]
    if "连续时间跨度" in detect:
        return Course(number, name, "span_from_first", "first_use")
    if re.search(r"单次住院|单次(?:最多)?支付", text):
        return Course(number, name, "per_stay_days", "stay")
    scope = "disease_course" if "疾病过程" in text else "unstated"
    return Course(number, name, "distinct_days_total", scope)


def start_within_hours(text: str) -> int | None:
    """Hours after onset by which use must begin (发作48小时内开始使用)."""
    hit = re.search(r"发作(\d+)小时内开始使用", text)
    return int(hit[1]) if hit else None


def interval_days(text: str) -> int | None:
    """Least days between two uses (间隔时间不短于14天, 每周最多支付一次)."""
    if hit := re.search(r"间隔时间不短于(\d+)天", text):
        return int(hit[1])
    return 7 if "每周最多支付一次" in text else None


WINDOW = {"单日": "day", "单次就诊": "stay", "6小时": "6h", "同一小时": "hour"}
