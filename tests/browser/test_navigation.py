"""The way through the pages: what Back leads to, what is kept, what fits on one screen."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from playwright.sync_api import expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_quantile import at_quantile

LENGTH = "history.length"
BELOW = "all => Math.max(...all.map(one => one.getBoundingClientRect().bottom))"


def test_back_leads_to_the_page_before_and_tune_fits_on_one_screen(visit: Visit) -> None:
    page = visit("/_stcore/health", height=900)  # has no script that could add an entry
    before = page.evaluate(LENGTH)
    page.goto(urljoin(page.url, "/?page=heatmaps&quantile=0.2"))
    screen.title(page, "Heatmaps")
    screen.loaded(page)
    assert page.evaluate(LENGTH) == before + 1  # Back leaves
    page.get_by_role("link", name="Next: remove the pedestal").click()
    screen.title(page, "Tune")
    expect(page.get_by_text(re.compile("^Final, computed by Quantus"))).to_be_visible()
    screen.loaded(page)
    assert page.locator("article, .sweep, .rows").evaluate_all(BELOW) <= 900
    toggle = page.get_by_role("button", name="Relative to the ceiling")
    toggle.click()
    entries = page.evaluate(LENGTH)
    for value in (0.3, 0.4):
        screen.press(page, "PageUp")
        at_quantile(page, value)
        screen.settled(page)
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(LENGTH) == entries
    page.go_back()
    screen.title(page, "Heatmaps")
    page.go_forward()
    screen.title(page, "Tune")
    at_quantile(page, 0.4)
    expect(toggle).to_have_attribute("aria-pressed", "true")
    page.goto(urljoin(page.url, "/metrics?quantile=0.3"))  # as it was called
    screen.title(page, "Trust")
    expect(page.get_by_role("tab", name="Metrics")).to_have_attribute("aria-selected", "true")
    expect(screen.quantile(page)).to_have_value("0.3")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Expand sidebar").click()
    screen.go(page, "Runs")
    expect(page.get_by_role("link", name="Runs", exact=True)).not_to_be_in_viewport()
