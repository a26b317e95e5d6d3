"""Opening the page: a finished result at once; computing it again; cancelling."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import screen
from tests.browser.conftest import Visit

OVERVIEW = "Which heatmap is really the least complex?"


def test_a_finished_result_is_there_without_a_click(visit: Visit) -> None:
    page = visit()
    screen.title(page, OVERVIEW)
    expect(screen.maps(page)).to_have_count(4)
    expect(page.get_by_role("heading", level=4)).to_contain_text("overtakes")
    for name in ("Guided Backprop", "FusionGrad"):
        expect(screen.maps(page, re.compile(rf"^{name}: raw · \d+\.\d+ nats"))).to_be_visible()
        expect(screen.maps(page, re.compile(rf"^{name}: q = 0\.20 · \d+\.\d+"))).to_be_visible()
    expect(screen.maps(page, "The photo rocket")).to_be_visible()
    for picture in screen.maps(page).locator("img").all():
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")


def test_computing_again_shows_progress_and_ends_with_maps(visit: Visit) -> None:
    page = visit()
    screen.title(page, OVERVIEW)
    before = screen.scores(page)
    page.get_by_role("button", name="Compute again").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ of \d+ samples"))).to_be_visible()
    expect(page.get_by_role("button", name="Compute again")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    again = screen.scores(page)
    assert [one.split("·")[0] for one in again] == [one.split("·")[0] for one in before]


def test_cancel_leaves_everything_as_it_was(visit: Visit) -> None:
    page = visit()
    screen.title(page, OVERVIEW)
    before = screen.scores(page)
    told = page.get_by_text(re.compile("were computed in .* s"))
    took = told.inner_text()
    page.get_by_role("button", name="Compute again").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled. Nothing has changed.")).to_be_visible()
    expect(page.get_by_role("button", name="Compute again")).to_be_visible()
    assert screen.scores(page) == before
    assert told.inner_text() == took
