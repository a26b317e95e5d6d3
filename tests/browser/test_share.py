"""A view that is taken away: the picture brings it back, the report needs no network."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_first_minute import OVERVIEW
from xai_core.demo.run import demo_run
from xai_core.report import stamp
from xai_core.report.forms import render
from xai_core.report.subject import subject_of


def test_a_picture_brings_its_view_back(visit: Visit) -> None:
    page = visit("/?quantile=0.4")
    screen.title(page, OVERVIEW)
    page.get_by_role("button", name="Share").click()
    with page.expect_download() as given:
        page.get_by_role("button", name="Picture, light (PNG)").click()
    data = Path(given.value.path()).read_bytes()
    found = stamp.read(data)
    assert found is not None
    assert found.recipe.quantile == 0.4
    other = visit("/")
    screen.title(other, OVERVIEW)
    expect(screen.quantile(other)).to_have_value("0.2")
    screen.upload(screen.expand(other, "Upload a picture"), "card.png", data, "image/png")
    expect(other.get_by_text("brought its view back")).to_be_visible()
    expect(screen.quantile(other)).to_have_value("0.4")
    expect(other.get_by_role("combobox", name="Picture")).to_have_value("rocket")
    expect(screen.maps(other, re.compile(r"q = 0\.40 · [\d.]+ nats$"))).to_have_count(2)
    other.get_by_role("button", name="Use it as a photo anyway").click()
    expect(other.get_by_role("combobox", name="Picture")).to_have_value("card.png")


def test_the_report_needs_no_network(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(render(subject_of(demo_run()), "html"))
    context = browser.new_context(offline=True)
    try:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda one: asked.append(one.url))
        asked: list[str] = []
        page.goto(file.as_uri())
        expect(page.locator("#bench .slider-labels").first).to_be_visible()
        expect(page.locator("#bench .heatmaplayer image")).to_have_count(2)
        page.locator("#bench .slider-rail-touch-rect").click(position={"x": 400, "y": 8})
        expect(page.locator("#bench .annotation-text").first).not_to_contain_text("9.918")
        assert not complaints
        assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)
    finally:
        context.close()
