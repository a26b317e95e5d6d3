"""Somebody who has never heard of it sees each map beside its twin on random weights."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.dose import soaked


@soaked
def test_controls_are_cancelled_then_computed(visit: Visit) -> None:
    page = visit("/?page=tune")
    screen.title(page, "Tune")
    page.get_by_role("link", name="Next: check which of these methods can be trusted").click()
    screen.title(page, "Trust")
    screen.loaded(page)
    page.get_by_role("button", name="Compute controls").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled. Nothing has changed.")).to_be_visible()
    page.get_by_role("button", name="Compute controls").click()
    expect(page.get_by_text("Similarity to its twin: rank correlation")).to_have_count(2)
    expect(screen.maps(page, "Guided Backprop, random weights")).to_be_visible()
    screen.go(page, "Tune")
    expect(page.get_by_test_id("stMain")).to_contain_text("Complexity")
