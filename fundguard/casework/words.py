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
    "main": Words("牵头方", "the party it stands around"),
    "member": Words("成员", "member"),
    "hub": Words("中心", "hub"),
    "source": Words("首售方", "first seller"),
    "customer": Words("顾客", "customer"),
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
    "examination": Words("检查化验费用偏高", "Examination yuan above peers"),
    "therapy": Words("治疗费用偏高", "Therapy yuan above peers"),
    "material": Words("耗材费用偏高", "Material yuan above peers"),
    "drug": Words("药品费用偏高", "Drug yuan above peers"),
    "inventory": Words("结算数量超出库存允许", "More charged than stock allows"),
    "rhythm": Words("就诊间隔过于固定", "Visits at equal steps"),
    "prescription_pace": Words("六十秒内连续开方", "Prescriptions within a minute"),
}
# Patterns of conduct: what one case is, in a few words. Each may have an innocent reason (docs/patterns.md).
PATTERNS = {
    "sham_stay": Words("短住院且多项迹象并存", "Short stay with several signs"),
    "nothing_paid": Words("住院个人未付或人人同额", "Stay with nothing, or the same sum, paid"),
    "far_stay": Words("住院者集中来自同一外地", "Stays of people from one far county"),
    "back_soon": Words("出院十五日内再入院", "Back within fifteen days"),
    "aided_again": Words("救助对象在此二次以上住院", "Further stays of people whose share aid pays"),
    "extra_dialysis": Words("一周透析四次及以上", "Four or more dialyses in a week"),
    "therapy_rhythm": Words("理疗间隔固定且非整周", "Therapy at fixed distances that are no weeks"),
    "therapy_long": Words("九十日内理疗三十次以上", "Over thirty days of therapy in ninety"),
    "early_refill": Words("尚余九十日以上用量即再取药", "Drugs taken with over 90 days in hand"),
    "paid_twice": Words("同一住院两次结算", "One stay settled twice"),
    "chronic_unproven": Words("慢特病待遇前未见住院和检查", "Chronic benefit, no stay or test seen before"),
    "script_without_visit": Words("有处方而处方机构未见就诊", "Prescription, no visit seen there"),
    "unregistered_doctor": Words("收费医师代码不在册", "Charged under a doctor's code on no register"),
}
MODELS |= PATTERNS
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
    "carer": Words(
        "照护人代办（总是两三人同行）", "a carer with those cared for: always the same two or three"
    ),
    "schedule": Words("固定日程（如赶集日）", "a fixed schedule, such as market days"),
    "school": Words("同龄学生", "pupils of one age"),
    "mass_event": Words("集中体检或接种", "a check-up or vaccination of many"),
    "sole_pharmacy": Words("邻近仅此一家药店", "the one pharmacy nearby"),
    "referral_chain": Words("医共体内转诊", "referral inside one medical community"),
    "medical_community": Words("同一医共体", "one medical community"),
    "chain": Words("依法同一主体（连锁）", "one owner by law"),
}
RING_KINDS = {
    "co_visit": Words("反复同时段到同一机构", "Same place at the same time, again and again"),
    "group_admission": Words("结伴入院又结伴出院", "Admitted and discharged together"),
    "waived_stay": Words("个人未付费的住院集中", "Stays for which persons paid nothing"),
    "repeat_stay": Words("反复短期住院集中", "Short stays of the same persons again and again"),
    "stay_elsewhere": Words("住院期间在他处就诊集中", "Treated elsewhere during the stay"),
    "transfer_cycle": Words("两院之间往返转院", "Sent to another hospital and back"),
    "origin_funnel": Words("同一来源集中到一家医院", "One origin, one hospital"),
    "trace_bridge": Words("同一盒药再次售出", "The same box sold again"),
    "prescriber_pharmacy": Words(
        "一名医师的处方集中到一家药店", "One doctor's prescriptions at one pharmacy"
    ),
    "doctor_two_places": Words("同一医师同时段出现在两家机构", "One doctor at two places in the same hours"),
    "same_controller": Words("两家机构疑似同一控制人", "One hand behind two institutions, possibly"),
}
ROUTES = {
    "核查": Words("核查", "on-site check"),
    "协议处理线索": Words("协议处理线索", "under the service agreement"),
    "行政检查线索": Words("行政检查线索", "administrative inspection"),
    "部门协查": Words("部门协查", "with other departments"),
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


def fact_words(fact: object) -> Words:
    """What a reason rests on, in words: `ring:<kind>`, `repeat:`, `score:<model>`, `gathered:`, `hit:<rule>`, `rate:`."""
    sort, _, name = str(fact or "").partition(":")
    if sort in ("ring", "repeat"):
        said, more = words_of(RING_KINDS, name), Words("反复出现", "repeated")
    elif sort in ("score", "gathered"):
        said, more = words_of(MODELS, name), Words("集中出现", "gathered")
    elif sort in ("hit", "rate"):
        said, more = (
            Words(f"规则 {name} 命中", f"Hits of rule {name}"),
            Words("比同类集中", "more than peers"),
        )
    elif sort == "draw":
        return Words("随机抽入", "Drawn at random")
    else:
        return Words(str(fact or ""), str(fact or ""))
    if sort in ("repeat", "gathered", "rate"):
        return Words(f"{said.zh}：{more.zh}", f"{said.en}: {more.en}")
    return said


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


def by_chance(groups: object) -> str:
    """How many groups chance would show, as people read it: "< 0.01", "0.05", "1.2"."""
    try:
        value = float(str(groups))
    except ValueError:
        return str(groups or "")
    return "< 0.01" if value < 0.01 else f"{value:.2f}" if value < 1 else f"{value:.1f}"


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
