"""Many maps with one view, which come one by one."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import PATIENCE_MS, Visit
from tests.dose import soaked
from xai_core.attribution.methods.base import METHODS

ADDED = METHODS["saliency"].title
# How much moves from now on.
SHIFTS = """() => {
  window.shifted = 0;
  const add = (all) => all.getEntries().forEach((one) => {
    window.shifted += one.value;
  });
  new PerformanceObserver(add).observe({ type: "layout-shift" });
}"""


def views(page: Page) -> set[str]:
    """How the pictures of all tiles are moved."""
    pictures = screen.maps(page, re.compile(".")).locator("img")
    return set(pictures.evaluate_all("all => all.map(image => image.style.transform)"))


def one_view(page: Page, other_than: set[str]) -> set[str]:
    """That of all tiles, once they agree on one that is not `other_than`: drawn a frame later."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while len(found := views(page)) != 1 or found == other_than:
        assert time.monotonic() < end, found
        page.wait_for_timeout(50)
    return found


@soaked
def test_an_added_method_is_computed_beside_the_others(visit: Visit) -> None:
    page = visit("/?page=heatmaps")
    screen.title(page, "Heatmaps")
    screen.draws(page, n=2)
    screen.add(page, "Methods", ADDED)
    told = page.get_by_text(re.compile(f"^Chosen since these maps were computed: methods {ADDED}"))
    expect(told).to_be_visible()
    screen.compute(page)
    for name in (ADDED, "Guided Backprop", "FusionGrad"):
        expect(screen.maps(page, re.compile(f"^{name}:"))).to_be_visible()
    screen.go(page, "Tune")
    expect(page.get_by_role("figure", name="Complexity as bars")).to_contain_text(ADDED)


def zoom_moves_all_tiles_alike(page: Page) -> None:
    screen.loaded(page)
    before = one_view(page, other_than=set())
    page.get_by_role("button", name="Zoom in").first.click()
    one_view(page, other_than=before)
    screen.maps(page, re.compile(".")).last.focus()
    zoomed = views(page)
    page.keyboard.press("0")
    assert one_view(page, other_than=zoomed) == before


def test_maps_come_one_by_one_in_their_places_and_a_cancel_keeps_them(visit: Visit) -> None:
    page = visit("/?page=heatmaps")
    screen.title(page, "Heatmaps")
    zoom_moves_all_tiles_alike(page)
    screen.draws(page, n=500)  # more than any machine is done with before the cancel
    screen.add(page, "Methods", ADDED)
    drawn = screen.maps(page, re.compile("^Guided Backprop:")).element_handle()
    screen.compute(page)
    expect(screen.maps(page, re.compile("^FusionGrad: (to come|so far)"))).to_be_visible()
    # Until the script ends, the line that it stands in the place of is still there.
    expect(page.get_by_text("Chosen since these maps were computed")).to_have_count(0)
    page.evaluate(SHIFTS)
    for name in ("Guided Backprop", ADDED):
        expect(screen.maps(page, re.compile(rf"^{name}: [\d.]+ nats at q"))).to_be_visible()
    expect(screen.maps(page, re.compile("^FusionGrad: so far"))).to_be_visible()
    expect(page.get_by_text("being computed")).to_be_visible()
    assert page.evaluate("window.shifted") < 0.02, "no map moves another"
    page.get_by_role("button", name="Cancel", exact=True).click()
    kept = "Cancelled. What was finished by then is kept: Guided Backprop, "
    kept += f"{ADDED}. Not computed: FusionGrad."
    expect(page.get_by_text(kept)).to_be_visible()
    expect(screen.maps(page, re.compile("^FusionGrad:"))).to_have_count(0)
    screen.settled(page)
    assert drawn.evaluate("one => one.isConnected"), "it was not drawn anew"

    screen.go(page, "Tune")
    zoom_moves_all_tiles_alike(page)
    screen.go(page, "Runs")
    expect(page.get_by_role("img", name="Heatmap by Guided Backprop").first).to_be_visible()
    when = page.get_by_text(re.compile(r"\d+ \w+ 20\d\d, \d\d:\d\d")).filter(visible=True)
    expect(when.first).to_be_visible()
