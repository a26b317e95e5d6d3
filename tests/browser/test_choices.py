"""What was chosen is still chosen on the next page, and after a model that allows less."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit

WAFER, PREDICTS = "Gallery: Wafer defect pixels", "Argmax as output"


def chosen(page: Page, *methods: str) -> None:
    """Wait until these methods are chosen, and the page is drawn."""
    screen.settled(page)
    tags = page.get_by_test_id("stMultiSelect").filter(has=page.get_by_text("Methods", exact=True))
    expect(tags.locator("[data-tag]")).to_have_text(list(methods))


def test_a_method_stays_chosen(visit: Visit) -> None:
    page = visit("/?page=model")
    screen.title(page, "Model")
    gallery = "Try a model of the gallery"
    screen.open_exhibit(page, gallery, "gallery-argmax_output", PREDICTS)
    screen.holds(page, "document.querySelector('[data-testid=stMain]').scrollTop === 0")
    expect(page.get_by_text(gallery)).to_be_hidden()
    expect(page.get_by_text("Next: ")).to_have_count(0)  # no method can run on it
    screen.go(page, "Heatmaps")
    chosen(page)
    screen.choose(page, "Model", WAFER)
    chosen(page, "Guided Backprop", "FusionGrad")
    screen.add(page, "Methods", "Grad-CAM")
    three = ("Guided Backprop", "FusionGrad", "Grad-CAM")
    chosen(page, *three)
    for name in ("cat", "coffee"):  # each of several in a row is heard
        screen.choose(page, "Picture", name)
        expect(page.get_by_role("combobox", name="Picture")).to_have_value(name)
        screen.settled(page)
    screen.choose(page, "Model", f"Gallery: {PREDICTS}")
    chosen(page)
    screen.go(page, "Model")
    screen.go(page, "Heatmaps")
    screen.choose(page, "Model", WAFER)
    chosen(page, *three)
