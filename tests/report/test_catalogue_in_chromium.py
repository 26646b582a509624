"""The catalogue of rules and knowledge in a real browser: search, filters, links between tabs, language."""

import pytest

from fundguard.cli import main
from tests.report.test_in_chromium import browser

pytestmark = pytest.mark.chromium
__all__ = ["browser"]


def shown(driver):
    return driver.execute_script(
        "return [...document.querySelectorAll('#rules details:not([hidden])')].map(row=>row.id)"
    )


def test_one_finds_a_rule_its_points_and_its_clause(browser, tmp_path):
    page = tmp_path / "catalogue.html"
    assert main(["rules", "catalogue", "--out", str(page), "--home", str(tmp_path)]) == 0
    browser.get(f"file://{page}")
    assert len(shown(browser)) == 112
    browser.find_element("css selector", "input").send_keys("疗程")
    assert "rule-drug_course_limit" in shown(browser)
    assert len(shown(browser)) < 10
    browser.find_element("css selector", "[data-value=indicator]").click()
    assert shown(browser) == []
    assert browser.find_element("css selector", ".none").is_displayed()
    browser.get(f"file://{page}#table-drug_course_limit")
    table = browser.find_element("id", "table-drug_course_limit")
    assert table.get_attribute("open") is not None
    assert table.is_displayed()
    browser.find_element("css selector", ".lang").click()
    assert "Knowledge" in browser.find_element("css selector", "nav a.on").text
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert errors == []
