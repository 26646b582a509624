"""The report in a real browser: no network, no error, language switch, keys, pages of A4."""

import base64
import json
import re
import shutil

import pytest

from fundguard.report import write_report
from tests.report.world import RUN_ID

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            pytest.fail(
                f"{program} is missing: install it (Debian: apt-get install chromium chromium-driver)"
            )
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync", "disable-dev-shm-usage", "window-size=1280,900",
        f"user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser, world, duckdb_engine):
    path = write_report(world.home, RUN_ID, duckdb_engine)
    browser.get_log("performance")
    browser.get(path.as_uri())
    return browser


def _shown(browser, text):
    return browser.execute_script(
        "return Array.from(document.querySelectorAll('h2 span')).some(e => e.textContent === arguments[0] && "
        "e.getClientRects().length > 0)",
        text,
    )


def test_no_request_and_no_error(opened):
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert opened.get_log("browser") == []


def test_language_switch(opened):
    assert _shown(opened, "今晚的线索")
    assert not _shown(opened, "Tonight's leads")
    opened.find_element("id", "language").click()
    assert _shown(opened, "Tonight's leads")
    assert not _shown(opened, "今晚的线索")
    assert opened.execute_script("return document.documentElement.lang") == "en"
    opened.find_element("id", "language").click()
    assert _shown(opened, "今晚的线索")


def test_keys_move_from_lead_to_lead(opened):
    body = opened.find_element("tag name", "body")
    cards = [card.get_attribute("id") for card in opened.find_elements("css selector", "article.lead")]
    seen = []
    for key in "jjk":
        body.send_keys(key)
        seen.append(opened.execute_script("return document.activeElement.id"))
    assert seen == [cards[0], cards[1], cards[0]]
    top = opened.execute_script("return document.activeElement.getBoundingClientRect().top")
    assert 0 <= top < 120


def test_nothing_sticks_out_sideways(opened):
    for width in (1280, 390):
        opened.set_window_size(width, 900)
        wide = opened.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, width
    opened.set_window_size(1280, 900)


def test_prints_on_a4(opened):
    printed = opened.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    content = base64.b64decode(printed["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 4
    boxes = {
        tuple(round(float(n)) for n in box.split())
        for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", content)
    }
    assert boxes == {(0, 0, 595, 842)} or boxes == {(0, 0, 596, 842)}
