"""A region of a segmentation: drawn, clicked, moved by keys, and then explained."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit

SIDE = 128  # pixels of the wafer pictures
KIND = "What to explain"
OVERVIEW = "Pedestal"


def drag(page: Page, pane: Locator, start: tuple[int, int], end: tuple[int, int]) -> None:
    """From one pixel of the picture (row, column) to another."""
    screen.loaded(page)
    pane.scroll_into_view_if_needed()
    box = pane.bounding_box()
    assert box is not None
    size = box["width"] / SIDE
    first, last = (
        (box["x"] + (column + 0.5) * size, box["y"] + (row + 0.5) * size)
        for row, column in (start, end)
    )
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=4)
    page.mouse.up()


def number(page: Page, label: str) -> Locator:
    """A field; while a script runs, the one before it may still be there."""
    screen.settled(page)
    return page.get_by_role("spinbutton", name=label)


def test_a_box_is_drawn_and_explained_and_a_region_is_clicked(visit: Visit) -> None:
    page = visit("/?page=heatmaps", height=1400)
    screen.title(page, "Heatmaps")
    expect(page.get_by_text("Explained is the mean score of defect (1)")).to_be_visible()
    screen.choose(page, KIND, "In a box")
    pane = page.get_by_role("application", name="Draw a box on the picture")
    expect(page.get_by_text("in the box of rows 32 to 95, columns 32 to 95")).to_be_visible()
    screen.settled(page)
    drag(page, pane, (20, 30), (79, 69))
    told = re.compile(
        r"Explained is the mean score of defect \(1\) over the 2,400 of 16,384 output pixels "
        r"in the box of rows 20 to 79, columns 30 to 69\."
    )
    expect(page.get_by_text(told)).to_be_visible()
    expect(number(page, "Bottom")).to_have_value("80")
    number(page, "Bottom").fill("60")
    number(page, "Bottom").press("Enter")
    expect(page.get_by_text("in the box of rows 20 to 59, columns 30 to 69")).to_be_visible()
    screen.settled(page)
    pane.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("in the box of rows 21 to 60, columns 30 to 69")).to_be_visible()
    screen.settled(page)
    page.keyboard.press("Shift+ArrowRight")
    told = "in the box of rows 21 to 60, columns 30 to 70"
    expect(page.get_by_text(told)).to_be_visible()
    screen.home(page, OVERVIEW)
    expect(page.get_by_text(told)).to_be_visible()
    screen.compute(page)
    done = re.compile(f"on .* · the mean score of .*{told}")
    expect(page.get_by_text(done)).to_be_visible()
    screen.computed(page)
    screen.go(page, "Heatmaps")
    a_region_is_clicked_and_background_told(page)


def a_region_is_clicked_and_background_told(page: Page) -> None:
    screen.choose(page, KIND, "One predicted region")
    pane = page.get_by_role("application", name="Click a region of the picture")
    expect(page.get_by_text(re.compile(r"defect \(1\) over the \d+ of"))).to_be_visible()
    screen.settled(page)
    drag(page, pane, (3, 4), (3, 4))
    told = "mean score of background (0) over the 16,109 of 16,384 output pixels that it predicts "
    expect(page.get_by_text(f"{told}in one piece around row 3, column 4.")).to_be_visible()
    expect(number(page, "Row")).to_have_value("3")
    screen.settled(page)
