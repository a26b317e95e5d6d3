"""A reload, and a restart of the server, in the middle of a computation lose nothing."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from components.session.keeping import results
from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_pictures import give as give_picture
from tests.browser.test_pictures import png
from tests.load.test_load import model_of
from tests.server import free_port, serving

SAMPLES = re.compile(r"\d+ of \d+ samples")
MAIN = '[data-testid="stMain"]'
TAB = "sessionStorage.getItem('pedestal-tab')"


def explained(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Class to explain")


def chosen_is_there(page: Page, class_: str) -> None:
    """Model, picture, class and methods, as they were chosen below."""
    screen.title(page, "Heatmaps")
    expect(page.get_by_role("combobox", name="Model")).to_have_value("mine.pt")
    expect(page.get_by_role("combobox", name="Picture")).to_have_value("mine.png")
    expect(explained(page)).to_have_value(class_)
    for method in ("Guided Backprop", "FusionGrad", "Saliency"):
        expect(page.get_by_text(method, exact=True).first).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_a_reload_and_a_restart_lose_nothing(visit: Visit, tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port=port) as address:
        page = visit("/?page=model&quantile=0.31", at=address)
        screen.title(page, "Model")
        section = screen.drop_zone(page)
        screen.upload(section, "mine.pt", model_of(3), "application/octet-stream")
        page.get_by_role("button", name="Open this model").click()
        screen.judged(page, "mine.pt")
        screen.go(page, "Heatmaps")
        give_picture(page, "mine.png", png())
        expect(page.get_by_role("combobox", name="Picture")).to_have_value("mine.png")
        screen.settled(page)
        explained(page).click()
        for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
            explained(page).press(key)
        expect(explained(page)).not_to_have_value(re.compile("Top class"))
        screen.settled(page)
        class_ = explained(page).input_value()
        screen.choose(page, "Methods", "Saliency")
        page.keyboard.press("Escape")
        screen.few_samples(page, 300)
        page.get_by_role("button", name="Compute", exact=True).click()
        expect(page.get_by_text(SAMPLES)).to_be_visible()
        page.locator(MAIN).evaluate("main => main.scrollTop = 120")
        page.wait_for_timeout(300)
        page.reload()
        chosen_is_there(page, class_)
        expect(page.get_by_text(SAMPLES)).to_be_visible()
        page.wait_for_function(f"document.querySelector('{MAIN}').scrollTop === 120")
        with page.context.expect_page() as opened:  # a copy of the tab is another tab
            page.evaluate("window.open(location.pathname, '', 'popup')")
        opened.value.wait_for_function(f"{TAB} !== opener.{TAB}")
        opened.value.close()
        page.goto("about:blank")
    with serving(tmp_path, port=port):
        page.goto(f"{address}/heatmaps")
        chosen_is_there(page, class_)
        told = results.INTERRUPTED
        expect(page.get_by_text(told)).to_be_visible()
        page.get_by_role("button", name="Compute", exact=True).click()
        expect(page.get_by_text(SAMPLES)).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text(told)).to_have_count(0)
        page.goto(f"{address}/?page=baseline")
        expect(page).to_have_url(re.compile(r"quantile=0\.31"))
        page.goto("about:blank")  # it would complain that the server ends
