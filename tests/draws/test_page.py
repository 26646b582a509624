"""The public page re-computes the draw from a disc, in a real browser."""

import json
import shutil

import pytest

from tests.draws.conftest import EXAMPLE, ok
from tests.draws.test_sampling import VECTORS

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.fail("needs chromium and chromedriver: apt-get install -y chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(flag)
    started = webdriver.Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("disc")
    ok("publish", EXAMPLE, "--out", folder, "--date", "2026-08-01")
    browser.get((folder / "index.html").as_uri())
    return browser


def verdict(page):
    page.execute_script("document.getElementById('run').click()")
    return page.execute_async_script(
        "const done = arguments[0]; const look = () => { const text = document.getElementById('verdict')"
        ".textContent; text.startsWith('计算') ? setTimeout(look, 20) : done(text); }; look();"
    )


def test_verified_from_a_disc_without_network(page):
    assert verdict(page) == "verified 复算一致"
    loaded = page.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert loaded == []


def test_agrees_on_all_vectors(page):
    script = (
        "return words(arguments[0] + arguments[1]) && '0.' + reversed(words(arguments[0] + arguments[1]))"
    )
    for vector in VECTORS["own"]:
        assert page.execute_script(script, vector["seed"], vector["text"]) == vector["ticket"]
    for vector in VECTORS["published"]:
        seed = page.execute_script("return sha(arguments[0])", vector["seed"])
        assert page.execute_script(script, seed, vector["id"]) == vector["ticket"]


def test_agrees_on_canonical_text_and_digest(page):
    document = json.loads(EXAMPLE.read_bytes())
    text = page.execute_script("return canon(JSON.parse(arguments[0]))", json.dumps(document))
    assert text.encode() == EXAMPLE.read_bytes()
    for length in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000):
        import hashlib

        found = page.execute_script("return sha(arguments[0])", "医" * length)
        assert found == hashlib.sha256(("医" * length).encode()).hexdigest()


@pytest.mark.parametrize(
    ("step", "change"),
    [
        ("frame", "b.frame.objects.reverse()"),
        ("commit", "b.commit.beacon.id = 'x'"),
        ("nonces", "b.reveal.nonces[0].nonce = 'x'"),
        ("seed", "b.reveal.value = '1'"),
        ("log", "b.log.shift()"),
        ("tickets", "b.tickets[0].order.reverse()"),
        ("selection", "b.selection.reverse()"),
        ("assignment", "b.assignment[0].team.reverse()"),
        ("seals", "b.seals.push('x')"),
    ],
)
def test_names_the_step_like_the_verifier(page, verifier, step, change):
    """Change a copy, put its digest right, and ask both."""
    forged, said = page.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "const whole = JSON.parse(document.getElementById('transcript').textContent), b = whole.body;"
        f"{change}; whole.digest = sha({{ body: b }});"
        "verify(whole, '', '', async () => {}).then(() => done([canon(whole), 'verified']))"
        ".catch((fault) => done([canon(whole), fault.message]));"
    )
    assert said.startswith(step + ": ")
    with pytest.raises(ValueError, match=f"^{step}: "):
        verifier.verify(forged.encode())


def test_a_published_commitment_that_differs_is_seen(page):
    page.execute_script("document.getElementById('commitment').value = '0'.repeat(64)")
    assert verdict(page).startswith("does not hold 不成立: commit")
    page.execute_script("document.getElementById('commitment').value = ''")
