"""A reload, and a restart of the server in the middle of a computation, lose nothing."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from components.session.keeping import results
from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_first_minute import OVERVIEW
from tests.browser.test_links import leave, link_of
from tests.browser.test_pictures import give as give_picture
from tests.browser.test_pictures import png
from tests.load.test_load import model_of
from tests.server import free_port, serving

SAMPLES = re.compile(r"\d+ of \d+ samples")
MAIN = '[data-testid="stMain"]'
TAB = "sessionStorage.getItem('pedestal-tab')"
SCROLL = "'pedestal-scroll:' + location.pathname"
AREAS = ("models", "pictures", "code")


def explained(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Class to explain")


def chosen_is_there(page: Page, class_: str) -> None:
    """Model, picture, class and methods, as they were chosen below."""
    expect(page.get_by_role("heading", level=1, name="Heatmaps")).to_be_visible()
    expect(page.get_by_role("combobox", name="Model")).to_have_value("mine.pt")
    expect(page.get_by_role("combobox", name="Picture")).to_have_value("mine.png")
    expect(explained(page)).to_have_value(class_)
    for method in ("Guided Backprop", "FusionGrad", "Saliency"):
        expect(page.get_by_text(method, exact=True).first).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


def links(page: Page) -> tuple[str, str, list[str]]:
    """Of Heatmaps and of the first page once a run is computed, and what that page says."""
    screen.title(page, "Heatmaps")
    screen.draws(page, n=3)
    screen.compute(page)
    expect(page).to_have_url(re.compile(r"[?&]run=[\w-]{22}"))
    screen.loaded(page)
    screen.expand(page, screen.DRAWN)
    screen.choose(page, "Scale", "per picture")
    expect(page.get_by_text("share one scale (score per unit of the input)")).to_be_visible()
    screen.settled(page)
    heatmaps = link_of(page)
    screen.home(page, OVERVIEW)
    screen.removed(page, 31)
    return heatmaps, link_of(page), screen.scores(page)


def choose_all(page: Page) -> str:
    """A model, a picture, a class and methods; the class."""
    screen.go(page, "Model")
    section = screen.drop_zone(page)
    screen.upload(section, "mine.pt", model_of(3), "application/octet-stream")
    expect(page.get_by_role("button", name="Open this model")).to_be_visible()
    screen.loaded(page)
    page.get_by_role("button", name="Open this model").click()
    screen.judged(page, "mine.pt")
    screen.go(page, "Heatmaps")
    give_picture(page, "mine.png", png())
    expect(page.get_by_role("combobox", name="Picture")).to_have_value("mine.png")
    screen.settled(page)
    explained(page).click()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        explained(page).press(key)
    expect(explained(page)).not_to_have_value(re.compile("Top class"))
    screen.settled(page)
    screen.add(page, "Methods", "Saliency")
    return explained(page).input_value()


def test_a_reload_and_a_restart_lose_nothing_and_links_need_no_file(
    visit: Visit, tmp_path: Path
) -> None:
    port = free_port()
    with serving(tmp_path, port=port) as address:
        page = visit("/?page=heatmaps&quantile=0.31", at=address)
        heatmaps, overview, shown = links(page)
        class_ = choose_all(page)
        screen.draws(page, n=500, m=300)
        screen.compute(page)
        expect(page.get_by_text(SAMPLES)).to_be_visible()
        page.locator(MAIN).evaluate("main => main.scrollTop = 120")
        screen.holds(page, f"sessionStorage.getItem({SCROLL}) === '120'")
        page.reload()
        chosen_is_there(page, class_)
        expect(page.get_by_text(SAMPLES)).to_be_visible()
        screen.holds(page, f"document.querySelector('{MAIN}').scrollTop === 120")
        with page.context.expect_page() as opened:  # a copy of the tab is another tab
            page.evaluate("window.open(location.pathname, '', 'popup')")
        screen.holds(opened.value, f"{TAB} !== opener.{TAB}")
        opened.value.close()
        leave(page)
    with serving(tmp_path, port=port):
        come_back(page, address, class_)
        for area in AREAS:  # links are followed without them
            if (tmp_path / area).exists():
                (tmp_path / area).rename(tmp_path / f"no-{area}")
        other = visit(overview, at=address)
        the_same_is_shown(other, shown, heatmaps)
        leave(other)


def come_back(page: Page, address: str, class_: str) -> None:
    """In the same tab, to the server that has started again."""
    page.goto(f"{address}/heatmaps")
    chosen_is_there(page, class_)
    told = results.INTERRUPTED
    expect(page.get_by_text(told)).to_be_visible()
    screen.compute(page)
    expect(page.get_by_text(SAMPLES)).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(told)).to_have_count(0)
    page.goto(f"{address}/?page=baseline")
    expect(page).to_have_url(re.compile(r"quantile=0\.31"))
    leave(page)


def the_same_is_shown(page: Page, shown: list[str], heatmaps: str) -> None:
    """To somebody else, on a server that has computed nothing of it."""
    screen.title(page, OVERVIEW)
    screen.removed(page, 31)
    assert screen.scores(page) == shown
    parts = urlsplit(page.url)
    page.goto(f"{parts.scheme}://{parts.netloc}{heatmaps}")
    screen.title(page, "Heatmaps")
    screen.expand(page, screen.DRAWN)
    expect(page.get_by_role("combobox", name="Scale")).to_have_value("per picture")
    assert parse_qs(urlsplit(link_of(page)).query) == parse_qs(urlsplit(heatmaps).query)
    screen.go(page, "Runs")
    page.get_by_role("button", name="Open run").first.click()
    screen.title(page, "Tune")
