"""One quantile on every page, in the address, and after a reload."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_first_minute import OVERVIEW
from tests.dose import soaked


def at_quantile(page: Page, value: float) -> None:
    """The slider stands there, and so does the address; the default needs no word in it."""
    expect(screen.quantile(page)).to_have_value(f"{value:g}")
    if value != 0.2:
        expect(page).to_have_url(re.compile(rf"[?&]quantile={value:g}(&|$)"))


def test_the_value_goes_along_to_every_page_and_is_final_once_quantus_has_computed_it(
    visit: Visit,
) -> None:
    page = visit()
    screen.title(page, OVERVIEW)
    screen.go(page, "Tune")
    at_quantile(page, 0.2)  # the default, too
    expect(page.get_by_text("set to zero 20.0%").first).to_be_visible()
    screen.press(page, "ArrowRight")
    at_quantile(page, 0.21)  # Python has it, too
    screen.removed(page, 21)
    screen.settled(page)
    page.keyboard.press("ArrowRight")  # goes to whatever has the focus now
    at_quantile(page, 0.22)
    value = dragged(page)
    at_quantile(page, value)
    shown = [one.split()[0] for one in page.locator("article .score").all_inner_texts()]
    assert len(shown) == 2
    screen.go(page, "Heatmaps")  # has no slider
    screen.go(page, "Trust")
    at_quantile(page, value)
    screen.home(page, OVERVIEW)
    at_quantile(page, value)
    told = " ".join(screen.scores(page))
    assert all(score in told for score in shown)


def dragged(page: Page) -> float:
    """Drag the handle of the bench; where it stands once Quantus agrees."""
    final = page.get_by_text(re.compile("^Final, computed by Quantus; the browser agrees"))
    expect(final).to_be_visible()
    screen.loaded(page)
    box = screen.quantile(page).bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.22, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=5)
    expect(page.get_by_text(re.compile("^Live, computed in the browser"))).to_be_visible()
    page.mouse.up()
    expect(final).to_be_visible()
    value = float(screen.quantile(page).input_value())
    assert 0.5 < value < 0.7
    return value


@soaked
def test_a_link_opens_its_page_on_a_server_that_has_just_started(
    fresh_address: str, visit: Visit
) -> None:
    page = visit("/?page=ranking&quantile=0.35", at=fresh_address)
    screen.title(page, "Tune")
    expect(page.get_by_role("dialog")).to_have_count(0)
    at_quantile(page, 0.35)
    page.reload()
    screen.title(page, "Tune")
    at_quantile(page, 0.35)
    expect(page.get_by_text("set to zero 35.0%").first).to_be_visible()
