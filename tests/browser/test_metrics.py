"""Metrics that ask the model, on the page: cancelled, computed, set against Complexity."""

from __future__ import annotations

from urllib.parse import urljoin

from playwright.sync_api import expect

from tests.browser import screen
from tests.browser.conftest import Visit

LINK = "/?page=metrics&quantile=0.31&metrics=complexity,"
# It asks for FusionGrad's map of ten pictures: more than any machine is done with before a cancel.
LONG = "Not computed yet at this quantile: Max-Sensitivity"
MISSING = "Not computed yet at this quantile: Pixel Flipping"


def test_faithfulness_is_cancelled_then_computed_and_drawn(visit: Visit) -> None:
    page = visit(LINK + "max-sensitivity")
    screen.title(page, "Trust")
    expect(page.get_by_text(LONG)).to_be_visible()
    screen.compute(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled. What was computed by then is kept.")).to_be_visible()
    expect(page.get_by_text(LONG)).to_be_visible()
    page.goto(urljoin(page.url, LINK + "pixel-flipping"))
    screen.title(page, "Trust")
    expect(page.get_by_text(MISSING)).to_be_visible()
    screen.compute(page)
    expect(page.get_by_text(MISSING)).to_have_count(0)
    expect(page.get_by_text("is the best of 2 by Complexity")).to_be_visible()
    figure = page.get_by_test_id("stPlotlyChart")
    for name in ("Guided Backprop", "FusionGrad"):
        expect(figure.get_by_text(name, exact=True)).to_be_visible()
