"""An official file lifts the points that agree, under two names, and nothing else."""

import pytest

from core.errors import Refused, UsageError
from rules_kb.importer import verify
from rules_kb.knowledge import load

GOOD = "hilist_code,gend\n002101030290000,1\n002101030310000,2\n"  # 输精管造影, 子宫输卵管碘油造影


def test_agreeing_points_become_verified(tmp_path):
    file = tmp_path / "service_sex_limit.csv"
    file.write_text(GOOD + "003112010040000,1\n999,1\n", encoding="utf-8")
    ledger = tmp_path / "verified.csv"
    report = verify(file, "甲", "乙", ledger)
    assert len(report.agreed) == 2
    assert report.differ == [("003112010040000", "gend", "2", "1")]  # 阴道镜检查
    assert report.missing == ["999"]
    rows = load("service_sex_limit", verified=ledger).arrow.to_pylist()
    lifted = {r["hilist_code"] for r in rows if r["verify_status"] == "verified"}
    assert lifted == {"002101030290000", "002101030310000"}
    verify(file, "甲", "乙", ledger)
    assert len(ledger.read_text(encoding="utf-8").splitlines()) == 3


def test_two_names_are_needed(tmp_path):
    file = tmp_path / "service_sex_limit.csv"
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(UsageError, match="two different names"):
        verify(file, "甲", "甲", tmp_path / "verified.csv")


@pytest.mark.parametrize("text", ["hilist_code\n1\n", "hilist_code,colour\n1,red\n", "gend\n1\n"])
def test_a_file_without_the_columns_is_refused(tmp_path, text):
    file = tmp_path / "service_sex_limit.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"\["):
        verify(file, "甲", "乙", tmp_path / "verified.csv")
