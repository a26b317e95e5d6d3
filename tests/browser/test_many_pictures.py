"""A zip of pictures: computed, cancelled, gone on with, and one of them opened."""

from __future__ import annotations

import io
import re
import zipfile

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from xai_core.pictures.demo import PICTURES, picture_path


def archive() -> bytes:
    """Four parts of the demo's photos, in folders, and a file that is none."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for index, name in enumerate([*PICTURES, "cat"]):
            with Image.open(picture_path(name)) as photo:
                part = photo.convert("RGB").crop((20 * index, 10 * index, 280, 260))
                part = Image.fromarray(np.asarray(part)[:, :: 1 if index < 3 else -1])
            picture = io.BytesIO()
            part.save(picture, "PNG")
            packed.writestr(f"photos/part {index}.png", picture.getvalue())
        packed.writestr("photos/broken.png", b"This is a letter.")
    return buffer.getvalue()


def done(page: Page) -> int:
    """How many pictures the page says are computed."""
    text = page.get_by_text(re.compile(r"^(Cancelled\. )?\d of 4 pictures are computed and kept"))
    return int(re.search(r"(\d) of 4", text.inner_text()).group(1))  # type: ignore[union-attr]


def test_a_zip_is_computed_cancelled_gone_on_with_and_opened(visit: Visit) -> None:
    page = visit("/?page=heatmaps")
    screen.title(page, "Heatmaps")
    screen.draws(page, n=13)  # one picture at a time
    screen.go(page, "Many pictures")
    section = screen.expand(page, "Add many pictures")
    screen.upload(section, "photos.zip", archive(), "application/zip")
    expect(page.get_by_text("4 uploaded pictures")).to_be_visible()
    expect(page.get_by_text("1 file is left out")).to_be_visible()
    told = "The demo's photos have left, since your own came."
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_text(re.compile("^4 pictures"))).to_be_visible()

    screen.compute(page)
    expect(page.get_by_text(re.compile("^[12] of 4 pictures"))).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("button", name="Go on", exact=True)).to_be_visible()
    assert 1 <= done(page) <= 3

    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text("All 4 pictures are computed.")).to_be_visible()
    expect(page.get_by_text("of 4 pictures at q = 0.20; mean")).to_be_visible()
    expect(page.get_by_text(re.compile("Kendall's W = "))).to_be_visible()

    opening = page.locator("[class*='st-key-many-open']").get_by_role("button")
    for tenth in range(3, 10):  # until the order of some picture is reversed
        screen.press(page, "PageUp")
        expect(page.get_by_text(re.compile(rf"at q = 0\.{tenth}0"))).to_be_visible()
        screen.settled(page)
        if opening.count():
            break
    opening.first.click()
    screen.title(page, "Heatmaps")
    expect(page.get_by_role("combobox", name="Picture")).to_have_value(re.compile("photos/part"))
    expect(page.get_by_text("Chosen since these maps were computed")).to_be_visible()
