"""Every page can be read and used by all: axe-core finds nothing, and nothing moves at first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.report.test_pair_report import side
from tests.runs.small import small_run
from tests.studies.small_study import small_study
from xai_core.compare.kept import beside
from xai_core.runs.kept_controls import FILE, written
from xai_core.runs.manifest import maps_digest
from xai_core.runs.sanity import Controls
from xai_core.runs.store import RunStore

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
PAGES = {
    "Pedestal": "/",
    "Model": "/model",
    "Heatmaps": "/heatmaps",
    "Tune": "/tune",
    "Trust": "/trust",
    "Many pictures": "/pictures",
    "Two models": "/models",
    "Runs": "/runs",
}
TABBED, TAB = ("Model", "Trust"), "[data-testid=stMain] [role=tabpanel]"
STEADY = ("Pedestal", "Model", "Heatmaps", "Tune", "Trust")
MOST_SHIFT = 0.1
GROUNDS: tuple[tuple[Literal["light", "dark"], str], ...] = (
    ("light", "rgb(255, 255, 255)"),
    ("dark", "rgb(18, 23, 26)"),
)
# What Streamlit draws itself and offers no way to change: rule, selector of all that it may meet.
STREAMLITS = {
    "list": "[data-testid=stSidebarNavItems]",
    "listitem": "[data-testid=stSidebarNavItems] li",
    "td-has-header": "[data-testid=stDataFrame] table",  # beside the canvas of a table
}
SHIFT = """() => new Promise((told) => {
  new PerformanceObserver((list) => told(list.getEntries()
    .reduce((sum, one) => sum + (one.hadRecentInput ? 0 : one.value), 0)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => told(0), 500);
})"""
# Colours are those at the end of a change, not on the way.
STILL = "* { transition: none !important; animation: none !important; }"
DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
SCROLLED = ("html", "[data-testid=stMain]")
WITHIN = "(name, node = document.querySelector(name)) => node.scrollWidth <= node.clientWidth"
FOLDED = "details:not([open]) > summary"
UNFOLD = "all => all.filter(one => one.checkVisibility()).map(one => one.click()).length"
# Colours take three quarters of the time.
# It is looked for here, and not before: another theme draws the whole page anew.
FOUND = """async ([exceptions, part, colours, others]) => {
  const seen = () => [...document.querySelectorAll(part)].find((one) => one.checkVisibility());
  while (!seen()) await new Promise(requestAnimationFrame);
  const rules = axe.getRules(["wcag2a", "wcag2aa"]).map((one) => one.ruleId)
    .filter((one) => one !== "color-contrast");
  const values = [...(colours ? ["color-contrast"] : []),
    ...(others ? [...rules, "heading-order", "image-alt"] : [])];
  const told = await axe.run(seen(), { runOnly: { type: "rule", values },
    resultTypes: ["violations"], elementRef: true });
  return told.violations.flatMap(({ id, nodes }) => nodes
    .filter(({ element }) => !(exceptions[id] && element.matches(exceptions[id])))
    .map(({ target, html, failureSummary }) =>
      [id, target.flat().join(" "), html.slice(0, 200), failureSummary].join(" | ")));
}"""


@pytest.fixture
def kept(data: Path) -> Iterator[dict[str, str]]:
    """Results without a model, kept on the server: the pages that show them, by title."""
    store, run = RunStore(data / "runs"), small_run()
    maps = {name: one.values for name, one in run.attributions.items()}
    controls = Controls({"edges": maps["saliency"]}, {"random-weights": maps})
    name = store.save(run)
    store.add(name, FILE, written(controls, maps_digest(run.attributions)))
    sides = (side(1), side(2, "other"))
    first, second = (store.save(one.run, verdict=one.verdict, beside=beside(one)) for one in sides)
    study = store.save(small_study())
    yield {
        "Trust": f"/?page=trust&run={name}",
        "Many pictures": f"/?page=pictures&study={study}",
        "Two models": f"/?page=models&first={first}&second={second}",
    }
    for one in (name, first, second, study):
        store.delete(one)


def test_every_page_in_both_themes_with_every_section_unfolded_and_on_a_phone(
    visit: Visit, kept: dict[str, str]
) -> None:
    page = visit("/", height=900)
    root = page.url
    found: list[str] = []
    for title, path in {**PAGES, **kept}.items():
        if path != "/":
            page.goto(urljoin(root, path))
        screen.title(page, title)
        screen.loaded(page)
        if title in STEADY and (shift := page.evaluate(SHIFT)) > MOST_SHIFT:
            found.append(f"{title}: a layout shift of {shift:.3f}")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        page.add_style_tag(content=STILL)
        for part in sections(page, title):
            found += violations(page, title, part)
        found += on_a_phone(page, title)
        if title == "Tune":
            page.get_by_role("button", name="Share").click()
            page.get_by_role("tab", name="Code").click()
            screen.loaded(page)
            found += violations(page, "Share", "[data-testid=stPopoverBody]")
    assert not found, "\n".join(found)


def sections(page: Page, title: str) -> Iterator[str]:
    """The whole of a page, unfolded; then the content of each other of its tabs."""
    tabs = page.get_by_test_id("stMain").get_by_role("tab")
    if title in TABBED:
        expect(tabs.first).to_be_visible()
    screen.loaded(page)  # each tab comes by itself
    names = tabs.all_inner_texts()
    for place, name in enumerate(names):
        screen.tab(page, name)
        unfold(page)
        yield TAB if place else "html"
    if not names:
        unfold(page)
        yield "html"


def unfold(page: Page) -> None:
    """Open every section, and those in it."""
    screen.loaded(page)
    folded = page.get_by_test_id("stMain").locator(FOLDED)
    while folded.evaluate_all(UNFOLD):
        screen.loaded(page)


def violations(page: Page, where: str, part: str) -> list[str]:
    """What axe-core finds but Streamlit's own; in the other theme of colours only.

    It begins with the theme that is on: each change draws the whole page anew.
    """
    found: list[str] = []
    first = int(page.evaluate(DARK))
    for theme, ground in (GROUNDS[first], GROUNDS[1 - first]):
        page.emulate_media(color_scheme=theme)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", ground)
        told = page.evaluate(FOUND, [STREAMLITS, part, True, theme == GROUNDS[first][0]])
        found += (f"{where}, {theme}: {one}" for one in told)
    return found


def on_a_phone(page: Page, title: str) -> list[str]:
    """What axe-core finds there, and whether the page or its content is wider than the screen."""
    page.set_viewport_size({"width": 390, "height": 844})
    screen.loaded(page)
    found = page.evaluate(FOUND, [STREAMLITS, "html", False, True])
    for name in SCROLLED:
        try:  # tables and charts fit themselves a moment later
            screen.holds(page, WITHIN, name)
        except AssertionError:
            found.append(f"{name} scrolls sideways")
    page.set_viewport_size({"width": 1440, "height": 900})
    return [f"{title}, 390 px: {one}" for one in found]
