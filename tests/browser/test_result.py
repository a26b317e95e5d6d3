"""In a browser: a shared result with a note, dimmed when something else is chosen, and put back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.canaries import Listener
from tests.browser.conftest import Visit
from tests.browser.test_canaries import is_text
from tests.browser.test_links import COPIED
from xai_core.demo.run import demo_run
from xai_core.runs.store import RunStore

PICTURES = (
    "window.ClipboardItem = class { constructor(given) { this.given = given; } };"
    "Object.defineProperty(navigator, 'clipboard', {configurable: true, value: {write:"
    " async ([one]) => { window.copied = (await one.given['image/png']).size; }}})"
)


def opacity(page: Page) -> float:
    """Of the block that holds the bench."""
    return float(
        page.locator("[class*='st-key-tune-bench-place']").evaluate(
            "node => { let least = 1; for (; node; node = node.parentElement)"
            " least = Math.min(least, getComputedStyle(node).opacity); return least; }"
        )
    )


@pytest.fixture
def run(data: Path, listener: Listener) -> Iterator[str]:
    """The name of a kept run with a note that leads elsewhere."""
    store = RunStore(data / "runs")
    name = store.save(demo_run())
    store.change(name, note=f"Look at the left edge {' '.join(listener.texts)}"[:500])
    yield name
    store.delete(name)


def test_a_shared_result_says_whose_it_is_and_what_was_chosen_since(
    visit: Visit, run: str, listener: Listener
) -> None:
    page = visit(f"/?page=tune&run={run}")
    screen.title(page, "Tune")
    expect(page.get_by_text("Note of the sender: Look at the left edge")).to_be_visible()
    bar = page.locator(".st-key-result-bar")
    expect(bar).to_contain_text("on rocket · missile (657) · baseline quantile 0.20")
    is_text(page, listener)
    screen.loaded(page)
    assert opacity(page) == 1
    page.locator("[class*='st-key-likely']").get_by_text(re.compile("^projectile")).click()
    expect(bar).to_contain_text("not what is chosen now")
    expect(page.get_by_text("class missile (657) → projectile (744)")).to_be_visible()
    screen.loaded(page)
    assert opacity(page) < 0.7
    page.get_by_role("button", name="Put back the selection").click()
    expect(bar).to_contain_text("up to date")
    screen.loaded(page)
    assert opacity(page) == 1
    copy = screen.share(page, "Copy picture")
    expect(page.get_by_text("Only this computer can open this link")).to_be_visible()
    page.evaluate(PICTURES)
    copy.click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate(COPIED) > 10_000
    page.get_by_role("button", name="Share").click()
    screen.go(page, "Heatmaps")
    page.get_by_text("Swipe to the map after removal, q = 0.20").click()
    divider = page.get_by_role("slider", name="FusionGrad: before removal on the left")
    divider.press("Home")
    clip = page.locator(".after").last
    expect(clip).to_have_css("clip-path", "inset(0px 0px 0px 0%)")
