"""Good parts set the scale: a good part that is none of them stays dark, defects light up."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_links import link_of
from tests.dose import soaked

GOOD, BAD = "wafer: no defect", "wafer: particle, 17 px"


def above(page: Page, picture: str) -> float:
    """Percent of a picture's map above good parts."""
    tile = screen.maps(page, re.compile(rf"^{picture}: .*% above$"))
    expect(tile).to_be_visible()
    found = re.search(r"([\d.]+)% above", tile.get_attribute("aria-label") or "")
    assert found is not None
    return float(found.group(1))


@soaked
def test_a_good_part_stays_dark_and_a_defect_lights_up(visit: Visit) -> None:
    page = visit("/?page=model")
    screen.title(page, "Model")
    section = screen.expand(page, "Inspect a wafer, where the defect is known")
    section.get_by_role("button", name="Show", exact=True).click()
    screen.title(page, "Heatmaps")
    told = page.get_by_text(re.compile("Percentile 99.5 of the maps of 4 pictures of good parts"))
    expect(told).to_be_visible()
    screen.settled(page)
    assert above(page, GOOD) < 0.6
    assert above(page, BAD) > 1.5
    expect(page.get_by_text("4 pictures · percentile 99.5").first).to_be_visible()

    chooser = page.get_by_test_id("stMultiSelect").filter(has_text="Reference pictures")
    chooser.get_by_role("button", name=re.compile("no defect on contacts 2")).click()
    expect(page.get_by_text(re.compile("of the maps of 3 pictures of good parts"))).to_be_visible()
    screen.settled(page)
    screen.expand(page, screen.DRAWN)
    screen.choose(page, "Brightest at", "the peak")
    expect(page.get_by_text(re.compile("^Percentile 100 of the maps of 3"))).to_be_visible()
    screen.settled(page)
    assert above(page, "wafer: no defect 2") == 0
    assert above(page, BAD) > 0.1

    elsewhere = visit(link_of(page))
    screen.title(elsewhere, "Heatmaps")
    expect(elsewhere.get_by_text(re.compile("^Percentile 100 of the maps of 3"))).to_be_visible()
    expect(elsewhere.get_by_text("not in this session").first).to_be_visible()
