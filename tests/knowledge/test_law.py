"""Every basis the catalogue of rules uses resolves, on the day of the conduct."""

from datetime import date

import pytest

from core.errors import Refused, UsageError
from rules_kb.law import import_law, instruments, resolve
from rules_kb.law.official_text import number

USED = (
    [{"law": "reg735", "article": a} for a in ("8", "15", "16", "17", "19", "25", "38", "39", "40", "41")]
    + [{"law": "reg735", "article": "15", "paragraph": "2"}]
    + [{"law": "reg735", "article": "38", "item": str(i)} for i in range(1, 8)]
    + [{"law": "reg735", "article": "39", "item": i} for i in ("2", "3")]
    + [{"law": "reg735", "article": "40", "item": i} for i in ("1", "2", "3")]
    + [{"law": "reg735", "article": "41", "item": i} for i in ("1", "2", "3")]
    + [
        {"law": "impl_rules", "article": a}
        for a in ("upcoding", "trace_code", "non_designated", "double_settlement")
    ]
    + [{"law": "social_insurance_law", "article": a} for a in ("87", "88")]
    + [{"law": "guidance2024", "article": "provider", "item": "4"}]
)
LISTED = [str(i) for i in (1, 4, 7, 11, 12, 13, 16, 32, 33, 34, 35, 55, 59, *range(61, 66), 71, 72)]
LISTED += [
    str(i)
    for i in (76, 80, 83, 91, 92, 93, 95, *range(102, 127), *range(131, 136), 153, 156, 162, 174, 175, 179)
]
LISTED += [f"ph{i}" for i in (1, 2, 3, 6, 10, 11, 12, 13, 14, 15, 16, 17, 18)]


@pytest.mark.parametrize("basis", USED, ids=str)
def test_used_bases_resolve(basis):
    assert resolve(basis, on=date(2026, 5, 1)).says.zh


@pytest.mark.parametrize("article", LISTED)
def test_problem_list_numbers_resolve(article):
    assert resolve({"law": "list2025", "article": article}).law == "list2025"


def test_paragraph_and_item_are_different():
    purpose = resolve({"law": "reg735", "article": "40", "paragraph": "2"})
    forging = resolve({"law": "reg735", "article": "40", "item": "2"})
    assert "第三十八条" in purpose.says.zh
    assert "伪造" in forging.says.zh


def test_conduct_is_judged_by_the_law_of_its_day():
    with pytest.raises(Refused, match=r"2026-03-31.*2026-04-01"):
        resolve({"law": "impl_rules", "article": "upcoding"}, on=date(2026, 3, 31))
    with pytest.raises(Refused, match="2021-04-30"):
        resolve({"law": "reg735", "article": "38", "item": "1"}, on=date(2021, 4, 30))


@pytest.mark.parametrize(
    "basis", [{"law": "reg999", "article": "1"}, {"law": "reg735", "article": "38", "item": "8"}]
)
def test_unknown_basis_is_refused(basis):
    with pytest.raises(Refused, match=r"\["):
        resolve(basis)


def test_unknown_key_of_a_basis():
    with pytest.raises(UsageError, match=r"\[artikel\]"):
        resolve({"law": "reg735", "artikel": "38"})


def test_unread_articles_say_so():
    assert resolve({"law": "impl_rules", "article": "upcoding"}).verify_status == "TO_VERIFY"
    assert resolve({"law": "reg735", "article": "38", "item": "6"}).verify_status == "FOUND"


def test_ids_are_file_names():
    assert {"reg735", "impl_rules", "list2025", "social_insurance_law"} <= set(instruments())


@pytest.mark.parametrize(
    "text, value", [("一", 1), ("十", 10), ("十五", 15), ("三十八", 38), ("一百零二", 102), ("41", 41)]
)
def test_numbers(text, value):
    assert number(text) == value


def test_official_text_stands_beside(tmp_path):
    file = tmp_path / "social_insurance_law.txt"
    file.write_text("".join(f"第{n}条　正文{n}。\n" for n in range(1, 90)), encoding="utf-8")
    assert import_law(file, "social_insurance_law", tmp_path / "law") == 89
    found = resolve({"law": "social_insurance_law", "article": "88"}, texts=tmp_path / "law")
    assert found.official_text == "正文88。"


def test_a_gap_is_no_full_text(tmp_path):
    file = tmp_path / "reg735.txt"
    file.write_text("第一条 甲\n第三条 丙\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"article 1 comes \[三\]"):
        import_law(file, "reg735", tmp_path / "law")
