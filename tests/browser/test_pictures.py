"""Another photo, a picture of one's own, and files that are none."""

from __future__ import annotations

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_first_minute import OVERVIEW
from tests.dose import soaked


def png() -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 48, 3), np.uint8)
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


def give(page: Page, name: str, data: bytes) -> None:
    section = screen.expand(page, "Upload a picture")
    screen.upload(section, name, data, "image/png")


@soaked
def test_another_photo_is_computed(visit: Visit) -> None:
    page = visit("/?page=heatmaps")
    screen.title(page, "Heatmaps")
    screen.draws(page, n=2)
    screen.home(page, OVERVIEW)
    screen.photograph(page, "cat")
    told = page.get_by_text(
        re.compile("^Chosen since these maps were computed: .*picture .* → cat")
    )
    expect(told).to_be_visible()
    expect(page.get_by_role("combobox", name="Class to explain")).to_have_value(
        re.compile("Egyptian cat")
    )
    screen.compute(page)
    expect(page.get_by_text(re.compile(r"on cat · Egyptian cat \(285\)"))).to_be_visible()
    screen.computed(page)
    assert len(screen.scores(page)) == 2
