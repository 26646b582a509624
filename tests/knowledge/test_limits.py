"""Free-text limits: what a text says becomes a value, what it does not say becomes None."""

import pytest

from rules_kb.importer import limits


@pytest.mark.parametrize(
    "text, low, high, unit",
    [
        ("限3-12岁特发性肺动脉高压患者。", 3, 12, "year"),
        ("限5至12岁以下单纯性流感儿童患者。", 5, 12, "year"),
        ("限2岁至11岁儿童慢性便秘。", 2, 11, "year"),
        ("限3岁及3岁以上儿童患者。", 3, None, "year"),
        ("限3岁及以上儿童。", 3, None, "year"),
        ("限6个月及以上婴幼儿。", 6, None, "month"),
        ("限14岁以下。", None, 14, "year"),
    ],
)
def test_age(text, low, high, unit):
    found = limits.age(text)
    assert found is not None
    assert (found.low, found.high, found.unit) == (low, high, unit)


@pytest.mark.parametrize(
    "text",
    ["限儿童。", "限治疗3-6个月疾病活动度下降者, 2岁及以上。", "限:1.50岁以上的AMD;2.糖尿病性黄斑水肿。"],
)
def test_no_age_is_guessed(text):
    assert limits.age(text) is None


def test_age_of_a_list_is_the_envelope():
    found = limits.age("限:1.1岁至14岁儿童哮喘;2.2岁至14岁儿童鼻炎。")
    assert found == limits.Age(1, 14, "year", spread=True)


@pytest.mark.parametrize(
    "text, allowed",
    [
        ("限急诊或住院患者。", ("emergency", "inpatient")),
        ("患者,住院方可支付,单次最多支付14天。", ("inpatient",)),
        ("补充足够营养的住院患者方予支付。", ("inpatient",)),
        ("限二级及以上医疗机构。", None),
        ("限门诊或住院患者。", None),
    ],
)
def test_settings(text, allowed):
    assert limits.settings(text) == allowed


def test_level_expression_keeps_the_or():
    general = limits.level("1.需三级综合医院眼科或二级及以上眼科专科医院医师处方")
    assert general is not None
    assert (general.rank, general.specialist_rank, general.specialty) == (3, 2, "眼科")
    assert "general hospital" in general.expression
    assert limits.level("限癌症患者。") is None


@pytest.mark.parametrize(
    "text, sex", [("限前列腺癌。", "1"), ("用于月经不调。", "2"), ("男女不限", None), ("感冒", None)]
)
def test_sex(text, sex):
    assert limits.sex(text) == sex


def test_normal():
    assert limits.normal("⼉童（Ⅱ），\n用") == "儿童(II), 用"
