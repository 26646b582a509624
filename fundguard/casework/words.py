"""Words and numbers as people read them: labels in both languages, yuan, counts, masked identifiers."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Words:
    """One thing said twice: Chinese first, English beside."""

    zh: str
    en: str


QUEUES = {
    "investigate": Words("核查队列", "Investigate"),
    "recover": Words("追回队列", "Recover"),
    "explore": Words("探索队列", "Explore"),
}
PARTIES = {
    "institution": Words("医疗机构", "Institution"),
    "pharmacy": Words("零售药店", "Pharmacy"),
    "doctor": Words("医师", "Doctor"),
    "person": Words("参保人", "Insured person"),
    "department": Words("科室", "Department"),
    "stay": Words("住院", "Stay"),
    "ring": Words("团伙", "Ring"),
    "household": Words("家庭", "Household"),
}
ROLES = {
    "member": Words("成员", "member"),
    "hub": Words("中心", "hub"),
    "institution": Words("机构", "institution"),
    "pharmacy": Words("药店", "pharmacy"),
    "doctor": Words("医师", "doctor"),
    "broker": Words("牵线人", "broker"),
}
STREAMS = {
    "rule": Words("规则", "rules"),
    "network": Words("团伙网络", "network"),
    "model": Words("模型", "models"),
    "tip": Words("举报", "tip"),
    "random": Words("随机", "random"),
}
KINDS = {
    "hit": Words("规则命中", "rule hit"),
    "ring": Words("团伙", "ring"),
    "score": Words("评分", "score"),
}
MODELS = {
    "peers": Words("同类比较（综合）", "Peers, all measures"),
    "robust_z": Words("稳健偏离", "Robust deviation"),
    "isolation_forest": Words("孤立森林", "Isolation forest"),
    "short_stay": Words("短住院", "Short stays"),
    "split_stay": Words("短期再住院", "Back soon after discharge"),
    "no_own_pay": Words("个人零支付", "Nothing paid by the person"),
    "burst": Words("密集结算", "Bursts of settlements"),
    "elsewhere": Words("异地参保人集中", "Insured elsewhere"),
    "upcoding": Words("高编高套", "Upcoding"),
    "capacity": Words("能力不符", "Beyond capacity"),
    "two_places": Words("同日两地执业", "Two places on one day"),
    "many_places": Words("多机构就诊", "Many places"),
}
RESULTS = {
    "violation": Words("违规", "violation"),
    "suspect": Words("可疑", "suspect"),
    "indicator": Words("指标", "indicator"),
}
STAGES = {
    "pre": Words("事前", "before"),
    "in": Words("事中", "during"),
    "post": Words("事后", "after"),
}
BENIGN = {
    "dialysis": Words("血液透析", "dialysis"),
    "chemo_cycle": Words("放化疗周期", "chemo or radiotherapy cycle"),
    "rehabilitation": Words("康复疗程", "rehabilitation"),
    "household": Words("同一家庭", "one household"),
    "nursing_home": Words("同一养老机构", "one nursing home"),
    "schedule": Words("固定日程", "a fixed schedule"),
    "market_day": Words("赶集日", "market day"),
    "vaccination": Words("预防接种", "vaccination"),
}
RING_KINDS = {
    "co_visit": Words("同时段到同一机构", "Same place at the same time"),
    "co_stay": Words("同进同出住院", "In and out of hospital together"),
    "shared": Words("共用电话、地址", "Shared phone or address"),
}
REFUSED = {
    "unreadable": Words("无法读取", "unreadable"),
    "missing": Words("缺必填项", "missing"),
    "cast": Words("类型不符", "cast"),
    "duplicate": Words("重复行", "duplicate"),
    "superseded": Words("旧版本", "superseded"),
    "orphan": Words("无上级记录", "orphan"),
}
STATES = {
    "done": Words("完成", "done"),
    "running": Words("运行中", "running"),
    "refused": Words("被拒", "refused"),
    "failed": Words("失败", "failed"),
}
IDENTITIES = {
    "A1": Words("总费用≠自付与政策内各项之和", "total ≠ sum of own-pay and in-scope parts"),
    "A2": Words("总费用≠基金+个人+医院负担", "total ≠ fund + person + hospital part"),
    "A3": Words("个人支付≠账户+现金", "person pay ≠ account + cash"),
    "A4": Words("基金支付≠各基金之和", "fund pay ≠ sum of its parts"),
    "A6": Words("明细金额≠数量×单价", "line amount ≠ quantity × price"),
    "A7": Words("明细金额≠各分担项之和", "line amount ≠ sum of its shares"),
    "A10": Words("结算金额≠明细合计", "settlement ≠ sum of its lines"),
    "A11": Words("退费与原结算不符", "refund does not fit its original"),
}


def words_of(table: Mapping[str, Words], key: object) -> Words:
    """The words of a code, or the code itself where nobody gave it any."""
    text = "" if key is None else str(key)
    return table.get(text) or Words(text, text)


def yuan(amount: Decimal | float | int | str | None) -> str:
    """Yuan with two decimals and thousands, "1,234.50"; "–" for nothing."""
    return "–" if amount is None else f"{Decimal(str(amount)):,.2f}"


def short_yuan(amount: Decimal | float | int | str | None) -> Words:
    """Yuan at a glance: 3.21 万元 / ¥32.1k."""
    if amount is None:
        return Words("–", "–")
    value = Decimal(str(amount))
    size = abs(value)
    if size >= 100_000_000:
        zh = f"{value / 100_000_000:,.2f} 亿元"
    elif size >= 10_000:
        zh = f"{value / 10_000:,.{2 if size < 100_000 else 1}f} 万元"
    else:
        zh = f"{value:,.0f} 元"
    if size >= 1_000_000:
        en = f"¥{value / 1_000_000:,.2f} M"
    elif size >= 10_000:
        en = f"¥{value / 1_000:,.1f} k"
    else:
        en = f"¥{value:,.0f}"
    return Words(zh, en)


def count(number: int | float | None) -> str:
    """A whole number with thousands."""
    return "–" if number is None else f"{int(number):,}"


def share(part: float | Decimal | None, whole: float | Decimal | None) -> str:
    """Part of a whole as percent; small ones keep two digits."""
    if not whole or part is None:
        return "–"
    value = float(part) / float(whole) * 100
    return f"{value:.0f}%" if value >= 10 else f"{value:.1f}%" if value >= 1 else f"{value:.2f}%"


def quantity(number: Decimal | None) -> str:
    """A quantity or price without idle zeros."""
    if number is None:
        return ""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def short_id(identifier: str | None, *, person: bool = False) -> str:
    """An identifier short enough for a line; of a person only its ends are shown."""
    text = identifier or ""
    if person:
        # The report leaves the house on paper: identities never do. The annex opens them by role.
        return text if len(text) <= 5 else f"{text[:3]}…{text[-3:]}"
    return text if len(text) <= 20 else f"{text[:8]}…{text[-4:]}"


def parsed(text: object, otherwise: Any) -> Any:
    """JSON text as a value; `otherwise` where there is none or it is no JSON."""
    if not isinstance(text, str) or not text.strip():
        return otherwise
    try:
        return json.loads(text)
    except ValueError:
        return otherwise


def width(text: str) -> int:
    """Columns a text takes on a terminal: wide characters take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def cut(text: str, columns: int) -> str:
    """A text cut to so many columns, with … where something was left out."""
    if width(text) <= columns:
        return text
    kept, used = [], 1
    for character in text:
        used += width(character)
        if used > columns:
            break
        kept.append(character)
    return "".join(kept) + "…"


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """A text cut and filled to exactly so many columns."""
    text = cut(text, columns)
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def joined(parts: Iterable[str], sign: str = " · ") -> str:
    """The parts that are not empty, with a sign between."""
    return sign.join(part for part in parts if part)
