"""Heatmaps shows its maps on the first screen, on a desk and on a phone; whose, in two lines."""

from __future__ import annotations

import re

from playwright.sync_api import FloatRect, Locator, expect

from tests.browser import screen
from tests.browser.conftest import Visit

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def box(found: Locator) -> FloatRect:
    """Where it is, in pixels."""
    rect = found.first.bounding_box()
    assert rect is not None
    return rect


def test_maps_stand_on_the_first_screen_below_one_line_of_sections(visit: Visit) -> None:
    page = visit("/?page=heatmaps")
    page.set_viewport_size(DESK)
    screen.title(page, "Heatmaps")
    screen.loaded(page)
    photo = page.get_by_role("img", name=re.compile("^The photo"))
    sections = page.get_by_test_id("stExpander")
    parameters = sections.filter(has=page.get_by_text("Parameters", exact=True))
    families = sections.filter(has=page.get_by_text("Choose by family", exact=True))
    assert box(photo)["y"] < 600  # with most of each map below it
    assert box(parameters)["y"] == box(families)["y"]
    screen.expand(page, "Parameters")
    screen.loaded(page)
    assert box(parameters)["y"] > box(families)["y"]
    assert box(parameters)["width"] == box(families)["width"] > 800
    page.set_viewport_size(PHONE)
    screen.loaded(page)
    parameters.get_by_text("Parameters", exact=True).click()
    expect(parameters.locator("details[open]")).to_have_count(0)  # it folds slowly
    screen.loaded(page)
    assert box(photo)["y"] < PHONE["height"]
    bar = page.locator(".st-key-result-bar")
    assert box(bar)["height"] < 64  # two lines
    assert box(bar.get_by_role("button", name="Share"))["width"] < 80
    whose, target, seen = (box(bar.locator("p > span").nth(place))["y"] for place in range(3))
    assert whose < target == seen
