"""Policy tables and dictionaries: the format, and the few rows that ship."""

from datetime import date

import pytest

from rules_kb.knowledge import load


@pytest.mark.parametrize(
    "table",
    ["policy_window", "exempt_person_class", "medical_community", "benefit_param", "chronic_registration",
     "prior_approval", "discretion_band"],
)  # fmt: skip
def test_policy_tables_are_dated(table):
    known = load(table)
    assert known.header.kind == "policy"
    assert {"begndate", "enddate", "source", "verify_status"} <= set(known.columns)


def test_a_window_prints_its_document():
    assert all(row["doc_no"] for row in load("policy_window").arrow.to_pylist())


@pytest.mark.parametrize(
    "day, kind",
    [
        (date(2025, 1, 28), "holiday"),  # 除夕
        (date(2025, 10, 8), "holiday"),
        (date(2025, 10, 11), "workday"),
        (date(2026, 2, 23), "holiday"),
        (date(2026, 2, 28), "workday"),
        (date(2026, 1, 5), None),
        (date(2025, 10, 9), None),
    ],
)
def test_holidays(day, kind):
    days = {row["day"]: row["day_kind"] for row in load("holiday").arrow.to_pylist()}
    assert days.get(day) == kind


def test_discretion_bands_stay_inside_the_statute():
    for row in load("discretion_band").arrow.to_pylist():
        if row["article"] == "38":
            assert 1 <= row["multiple_min"] < row["multiple_max"] <= 2
        else:
            assert 10_000 <= row["fine_min"] < row["fine_max"] <= 50_000
        assert row["verify_status"] == "demo"


def test_chs_drg_dictionary():
    members = load("chs_drg_member").arrow.to_pylist()
    assert {"G80.000", "44.9500"} & {row["code"] for row in members}
    assert ("G80.000", "BW2") in {(row["code"], row["adrg"]) for row in members}


def test_sex_diagnoses_do_not_cross():
    found = {row["diag_prefix"]: row["gend"] for row in load("diagnosis_sex_limit").arrow.to_pylist()}
    assert (found["C61"], found["N40"]) == ("1", "1")
    assert (found["C53"], found["O80"]) == ("2", "2")
    assert not {"N62", "C50"} & set(found)  # breast disease is of both sexes
