"""Opening the page: what it is, the ways in, and the live bench on an example that holds."""

from __future__ import annotations

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit

OVERVIEW = "Pedestal"


def test_the_first_page_shows_a_finished_result_and_two_ways_in(visit: Visit) -> None:
    page = visit()
    screen.title(page, OVERVIEW)
    expect(page.get_by_text("See whether a vision model can be explained")).to_be_visible()
    expect(page.get_by_text("Try a model of the gallery")).to_be_visible()
    headline = page.get_by_role("heading", level=2).first
    expect(headline).to_have_text(re.compile("^FusionGrad overtakes Guided Backprop"))
    expect(page.get_by_text("holds for 10 of 10 seeds")).to_be_visible()
    before = screen.scores(page)
    assert [one.split(" nats")[0] for one in before] == [
        "2 Guided Backprop 9.0927",
        "1 FusionGrad 8.9739",
    ]
    a_broken_picture_is_told(page)
    assert screen.scores(page) == before
    screen.press(page, "ArrowRight", 3)
    screen.removed(page, 23)
    expect(page).to_have_url(re.compile(r"[?&]quantile=0.23"))
    assert not set(screen.scores(page)) & set(before)
    zone = page.get_by_test_id("stFileUploader")
    data = png()
    screen.upload(zone.filter(has_text="Drop a picture"), "noise.png", data, "image/png")
    expect(page.get_by_role("combobox", name="Picture")).to_have_value("noise.png")
    expect(page.get_by_text("Chosen since these maps were computed")).to_contain_text("noise.png")
    letter = b"Dear colleague, here is the model. " * 20
    kind = "application/octet-stream"
    screen.upload(zone.filter(has_text="Drop a model"), "letter.pt", letter, kind)
    screen.title(page, "Model")
    expect(page.get_by_text("letter.pt").first).to_be_attached()


def a_broken_picture_is_told(page: Page) -> None:
    """And the picture stays."""
    letter = b"This is a letter, not a picture."
    screen.upload(screen.expand(page, "Upload a picture"), "holiday.png", letter, "image/png")
    expect(page.get_by_role("alert").first).to_contain_text(re.compile("picture", re.IGNORECASE))
    screen.loaded(page)
    expect(page.get_by_role("combobox", name="Picture")).to_have_value("wafer: particle, 17 px")


def png() -> bytes:
    """A picture of noise."""
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()
