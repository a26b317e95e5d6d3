"""Two models are opened on the page itself and compared."""

from __future__ import annotations

import io
import re

from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.dose import soaked

SECOND, FIRST = "Second model (B)", "First model (A)"


def weights(seed: int) -> bytes:
    import torch

    from tests.compare.test_model_comparison import network

    buffer = io.BytesIO()
    torch.save(network(seed), buffer)
    return buffer.getvalue()


def open_second(page: Page, name: str, data: bytes) -> None:
    section = screen.expand(page, "Open a model file")
    screen.upload(section, name, data, "application/octet-stream")
    expect(page.get_by_role("button", name="Open this model")).to_be_visible()
    page.get_by_role("button", name="Open this model").click()
    expect(page.get_by_role("combobox", name=SECOND)).to_have_value(name)
    screen.settled(page)


def compute(page: Page) -> None:
    screen.compute(page)
    expect(page.get_by_text("Both results are kept as runs.")).to_be_visible()
    screen.settled(page)


def seen_on_a_phone(page: Page, *models: str) -> None:
    """Neither name in the bar is cut."""
    size = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    screen.loaded(page)
    bar = page.locator(".st-key-result-bar p")
    for model in models:
        line = bar.locator("> span", has=page.get_by_text(model, exact=True))
        assert line.locator("strong").first.evaluate(
            "one => one.getBoundingClientRect().right <= "
            "one.closest('p').getBoundingClientRect().right"
        )
        assert line.count() == 1
    page.set_viewport_size(size or {"width": 1440, "height": 1000})
    screen.loaded(page)


@soaked
def test_two_uploads_are_compared(visit: Visit) -> None:
    page = visit("/?page=models")
    screen.title(page, "Two models")
    open_second(page, "yesterday.pt", weights(0))
    screen.loaded(page)
    page.locator(".st-key-pair-swap").get_by_role("button").click()
    expect(page.get_by_role("combobox", name=FIRST)).to_have_value("yesterday.pt")
    screen.settled(page)
    open_second(page, "today.pt", weights(1))
    compute(page)
    expect(page.get_by_text(re.compile("Their maps differ; .* differs most"))).to_be_visible()
    expect(screen.maps(page, re.compile("^A: yesterday.pt"))).to_have_count(2)
    expect(screen.maps(page, re.compile("^B: today.pt"))).to_have_count(2)
    expect(screen.maps(page, re.compile("^difference: B − A"))).to_have_count(2)
    seen_on_a_phone(page, "A yesterday.pt", "B today.pt")

    open_second(page, "same.pt", weights(0) + b"")
    expect(page.get_by_text("The choice has changed since this was computed.")).to_be_visible()
    page.get_by_role("button", name="Zoom in").first.click()
    compute(page)
    expect(page.get_by_text("Their maps are the same but for rounding.")).to_be_visible()
