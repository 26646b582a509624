"""Working days, suppression, safe cells."""

import datetime as dt

from fundguard.casework.draws.publish import safe, statistics
from fundguard.casework.draws.workdays import add_workdays, calendar


def test_twenty_working_days_over_the_national_day_of_2026():
    days = calendar()
    assert add_workdays(dt.date(2026, 9, 18), 1, days) == dt.date(2026, 9, 20)  # a worked Sunday
    assert add_workdays(dt.date(2026, 9, 30), 1, days) == dt.date(2026, 10, 8)
    assert add_workdays(dt.date(2026, 9, 18), 20, days) == dt.date(2026, 10, 22)


def test_small_cells_hide_with_a_second_one():
    rows = [{"result": "01"}] * 30 + [{"result": "02"}] * 9 + [{"result": "03"}] * 2
    shown = dict(statistics(rows, True))
    assert [value for key, value in shown.items() if key.startswith("发现问题")] == ["已隐去 suppressed"] * 2
    assert dict(statistics(rows, False))["合计 total"] == "41"


def test_no_cell_is_a_formula():
    assert safe("=1+1") == "'=1+1"
    assert safe("第一医院") == "第一医院"
