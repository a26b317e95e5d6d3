"""Two layers are chosen by the size of their maps, and stand side by side."""

from __future__ import annotations

import re

from playwright.sync_api import Error, Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.dose import soaked

CHOOSERS = "[class*='st-key-parameter-grad-cam-layer-']"


def choose_first(page: Page, place: int) -> str:
    """The first layer of one size; its name."""
    chooser = page.locator(CHOOSERS).nth(place).get_by_test_id("stMultiSelect")
    option = page.get_by_role("option").filter(has_text="·").first  # above them: all of them
    for _ in range(20):  # a script that is about to run closes the list again
        screen.settled(page)
        chooser.get_by_role("combobox").click()
        try:
            expect(option).to_be_visible(timeout=3000)
            name = option.inner_text(timeout=3000).split(" ")[0]
            option.click(timeout=3000)
            break
        except (AssertionError, Error):
            page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(chooser.get_by_text(f"{name} ·")).to_be_visible()
    return name


@soaked
def test_two_layers_give_a_map_each(visit: Visit) -> None:
    page = visit("/?page=model")
    screen.title(page, "Model")
    section = screen.expand(page, "Inspect a wafer, where the defect is known")
    section.get_by_role("button", name="Open", exact=True).first.click()
    expect(page.get_by_role("heading", name="Gallery: Wafer defect kind")).to_be_visible()
    screen.settled(page)
    screen.go(page, "Heatmaps")
    screen.add(page, "Methods", "Grad-CAM")
    screen.expand(page, "Parameters")
    page.get_by_role("tab", name="Grad-CAM").click()
    expect(page.locator(CHOOSERS).first).to_be_visible()
    names = [choose_first(page, place) for place in (0, 1)]
    screen.compute(page)
    for name in names:
        expect(screen.maps(page, re.compile(rf"^Grad-CAM · {re.escape(name)}:"))).to_be_visible()
