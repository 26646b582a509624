"""A peer group in words: `参保人|15-44岁|2|310` is women of that age insured as employees."""

import re

from fundguard.casework.words import Words

_KINDS = {
    "all": Words("全部同类", "all of its kind"),
    "institution": Words("医疗机构", "institutions"),
    "pharmacy": Words("零售药店", "pharmacies"),
    "doctor": Words("医师", "doctors"),
    "person": Words("参保人", "insured persons"),
    "三级": Words("三级机构", "institutions of level 3"),
    "二级": Words("二级机构", "institutions of level 2"),
    "一级": Words("一级机构", "institutions of level 1"),
    "无等级": Words("未定级机构", "institutions of no level"),
    "医疗机构": Words("医疗机构", "institutions"),
    "零售药店": Words("零售药店", "pharmacies"),
    "医师": Words("医师", "doctors"),
    "参保人": Words("参保人", "insured persons"),
    "科室": Words("科室", "departments"),
    "住院": Words("住院", "stays"),
}
_PERSON = {
    "1": Words("男", "male"),
    "2": Words("女", "female"),
    "310": Words("职工医保", "employees' insurance"),
    "390": Words("居民医保", "residents' insurance"),
}
_LEVELS = {
    "0": Words("未定级", "no level"),
    "1": Words("一级", "level 1"),
    "2": Words("二级", "level 2"),
    "3": Words("三级", "level 3"),
    "-": Words("不详", "unknown"),
}


def peer_group_words(group: object) -> Words:
    """The parts of a peer group's name in words; a part that nobody gave words stays as it is."""
    head, *parts = str(group or "").split("|")
    plain = head.removeprefix("异地")
    kind = _KINDS.get(plain, Words(plain, plain))
    of_kind = Words(f"异地{kind.zh}", f"{kind.en} outside the pool") if plain != head else kind
    said = [of_kind, *(_part(kind.zh, nth, part) for nth, part in enumerate(parts))]
    return Words("·".join(word.zh for word in said), ", ".join(word.en for word in said))


def _part(kind: str, nth: int, part: str) -> Words:
    age = re.fullmatch(r"(\d+)(-\d+)?岁(及以上)?", part)
    if age:
        return Words(part, f"aged {age[1]}{age[2] or ''}{' and over' if age[3] else ''}")
    if kind == "参保人":
        return _PERSON.get(part, Words(part, part))
    if kind in ("医师", "科室") and nth == 0:
        return Words(f"科别{part}", f"specialty {part}")
    if kind in ("医疗机构", "零售药店") and nth == 0:
        return _LEVELS.get(part, Words(part, part))
    if re.fullmatch(r"[A-Z][0-9A-Z]*", part):
        return Words(f"类别{part}", f"type {part}")
    return Words(part, part)
