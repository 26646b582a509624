"""Careful words: a finding is a suspicion, and how it could pass is never a recipe."""

import re

from core.errors import Refused
from rules_kb.rule import PLACEHOLDER, Rule

FORBIDDEN = (
    "欺诈", "骗保", "骗取", "诈骗", "违法", "犯罪", "罪", "造假", "作假", "伪造", "虚构", "套取", "黑医", "团伙",
    "fraud", "fake", "guilty", "crime", "criminal", "illegal", "fabricat", "cheat", "scam",
)  # fmt: skip
"""Words of a verdict: they have no place in a title, a reason or a counterfactual."""

CAREFUL = ("疑似", "涉嫌", "疑点", "可疑", "仅供")
"""One of these stands in every Chinese reason."""

RECIPE = re.compile(
    r"[A-Z][0-9]{2}|[0-9]{4,}|岁|男|女|年龄|性别|诊断为|编码为|\bage\b|\bsex\b|\bmale\b|\bfemale\b|\bdiagnos",
    re.IGNORECASE,
)
"""What a counterfactual may not name: a diagnosis, code, age or sex that would pass."""


def check_words(rule: Rule, where: str) -> None:
    """Refused when a text judges people, says nothing careful, or names what would pass."""
    texts = [rule.title.zh, rule.title.en, rule.reason.zh, rule.reason.en]
    texts += [rule.counterfactual.zh, rule.counterfactual.en] if rule.counterfactual else []
    for text in texts:
        for word in FORBIDDEN:
            if word in text.lower():
                raise Refused(
                    f"{where}: {rule.id}: says [{word}]: a rule finds a suspicion, use 疑似 or 涉嫌"
                )
    if not any(word in rule.reason.zh for word in CAREFUL):
        raise Refused(
            f"{where}: {rule.id}: reason [{rule.reason.zh[:40]}] has no careful word: use 疑似, 涉嫌 or 仅供"
        )
    if rule.counterfactual is None:
        raise Refused(f"{where}: {rule.id}: counterfactual [] is missing: say what less would have passed")
    for text in (rule.counterfactual.zh, rule.counterfactual.en):
        found = PLACEHOLDER.search(text) or RECIPE.search(text)
        if found:
            raise Refused(
                f"{where}: {rule.id}: counterfactual names [{found.group(0)}]: never name a diagnosis, code, "
                "age or sex that would pass"
            )
