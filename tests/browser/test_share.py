"""A view that is taken away: the picture brings it back, the report needs no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_links import NO_CLIPBOARD
from tests.studies.small_study import small_study
from xai_core.demo.run import demo_run
from xai_core.maps.theme import STYLES
from xai_core.report import stamp
from xai_core.report.forms import render
from xai_core.report.study.subject import study_subject_of
from xai_core.report.subject import subject_of
from xai_core.scores.statistics import statistics


def test_a_view_is_taken_away_as_a_link_and_a_picture_brings_it_back(visit: Visit) -> None:
    page = visit("/?page=ranking&quantile=0.4")  # of an earlier version
    screen.title(page, "Tune")
    page.evaluate(NO_CLIPBOARD)
    screen.share(page).click()
    link = page.get_by_role("textbox", name="Link to this view")
    expect(link).to_be_visible()
    assert "page=tune" in link.input_value()
    assert "quantile=0.4" in link.input_value()
    with page.expect_download() as given:
        page.get_by_role("button", name="Picture, light (PNG)").click()
    data = Path(given.value.path()).read_bytes()
    found = stamp.read(data)
    assert found is not None
    assert found.recipe.quantile == 0.4
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Copy link")).to_have_count(0)
    screen.press(page, "Home")
    screen.removed(page, 0)
    upload = screen.expand(page, "Upload a picture")
    screen.upload(upload, "card.png", data, "image/png")
    expect(page.get_by_text("brought its view back")).to_be_visible()
    expect(screen.quantile(page)).to_have_value("0.4")
    expect(page.get_by_role("combobox", name="Picture")).to_have_value("wafer: particle, 17 px")
    screen.removed(page, 40)
    page.get_by_role("button", name="Use it as a photo anyway").click()
    expect(page.get_by_role("combobox", name="Picture")).to_have_value("card.png")


@pytest.fixture
def offline(browser: Browser) -> Iterator[Page]:
    """A page without a network, of a reader whose system is dark, that must not complain."""
    context = browser.new_context(offline=True, color_scheme="dark")
    page, complaints = context.new_page(), []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda one: complaints.append(one.url) if asks(one.url) else None)
    yield page
    context.close()
    assert not complaints


def asks(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:"))


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def ink(page: Page) -> str:
    return str(page.evaluate("document.querySelector('.bench').model.ink.kept"))


def test_the_report_needs_no_network_and_removes_the_baseline(
    offline: Page, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(render(subject_of(demo_run()), "html"))
    offline.goto(file.as_uri())
    card = offline.get_by_role("article", name="FusionGrad")
    expect(card).to_contain_text("9.9115 nats")
    expect(offline.locator(".status")).to_contain_text("Final, computed by Quantus")
    offline.get_by_role("slider", name="Baseline quantile").press("PageUp")
    expect(card).to_contain_text("set to zero 30.0%")
    expect(card).not_to_contain_text("9.9115 nats")
    expect(offline.locator(".status")).to_contain_text("at 0.20 Quantus computed it")


def test_the_report_is_dark_or_light_as_its_reader_likes_and_light_on_paper(
    offline: Page, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(render(subject_of(demo_run()), "html"))
    offline.goto(file.as_uri())
    expect(offline.get_by_role("article", name="FusionGrad")).to_be_visible()
    dark, light = "rgb(18, 23, 26)", "rgb(255, 255, 255)"
    assert background(offline) == dark
    offline.evaluate(
        "addEventListener('beforeprint', () => { window.printed ="
        " [getComputedStyle(document.body).backgroundColor,"
        " document.querySelector('.bench').model.ink.kept]; })"
    )
    assert offline.pdf(format="A4").startswith(b"%PDF")
    assert offline.evaluate("window.printed") == [light, STYLES["light"].accent]
    assert background(offline) == dark
    offline.get_by_role("button", name="Light").click()
    assert background(offline) == light
    expect(offline.get_by_role("button", name="Dark")).to_be_visible()
    screen.holds(offline, "document.querySelector('.bench').model.frame === null")
    assert ink(offline) == STYLES["light"].accent


def test_the_report_of_a_study_moves_through_the_quantiles(offline: Page, tmp_path: Path) -> None:
    study = small_study(12)
    file = tmp_path / "report.html"
    file.write_bytes(render(study_subject_of(study), "html"))
    offline.goto(file.as_uri())
    shown = offline.locator("[data-quantile]:visible")
    expect(shown).to_have_attribute("data-quantile", "0.20")
    line = offline.locator("#here")
    before = line.get_attribute("x1")
    offline.get_by_role("slider", name="Baseline quantile").press("ArrowRight")
    expect(shown).to_have_attribute("data-quantile", "0.25")
    mean = statistics(study.table.at(0.25)).means.mean
    for value in mean:
        expect(shown).to_contain_text(f"{value:.4f}")
    expect(line).not_to_have_attribute("x1", before or "")
    assert background(offline) == "rgb(18, 23, 26)"
    assert offline.pdf(format="A4").startswith(b"%PDF")
