"""Links: what is copied, by which way, and what it names."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.dose import soaked
from tests.server import serving
from tests.studies.small_study import small_study
from xai_core.runs.store import RunStore

COPIED = "window.copied"
OFFERED = "Object.defineProperty(navigator, 'clipboard', {configurable: true, value: %s})"
CLIPBOARD = OFFERED % "{writeText: async (text) => { window.copied = text; }}"
NO_CLIPBOARD = OFFERED % "undefined"


def link_of(page: Page) -> str:
    """What a click behind *Share* copies, without the server's address."""
    page.evaluate(CLIPBOARD)
    screen.share(page).click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    screen.loaded(page)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Copy link")).to_have_count(0)
    parts = urlsplit(str(page.evaluate(COPIED)))
    assert f"{parts.scheme}://{parts.netloc}/" in page.url
    assert parts.path == "/"
    return f"/?{parts.query}"


def leave(*pages: Page) -> None:
    """Before the server ends, so that no page complains about that."""
    for page in pages:
        page.goto("about:blank")


@soaked
def test_a_link_to_a_study_shows_it_after_a_restart_without_the_files(
    tmp_path: Path, visit: Visit
) -> None:
    store = RunStore(tmp_path / "runs")
    name = store.save(small_study(8, model="<b>net</b> **bold**"))
    with serving(tmp_path) as address:
        page = visit(f"/?page=pictures&study={name}&quantile=0.4", at=address)
        screen.title(page, "Many pictures")
        expect(page.get_by_text("<b>net</b> **bold**").first).to_be_visible()
        headline = page.get_by_role("heading", level=2)
        expect(headline).to_contain_text("q = 0.40")
        told = headline.inner_text()
        link = link_of(page)
        assert parse_qs(urlsplit(link).query)["study"] == [name]
        report = screen.share(page, "Report (HTML)")
        with page.expect_download() as given:
            report.click()
        assert told.rstrip(".") in Path(given.value.path()).read_text(encoding="utf-8")
        leave(page)
    with serving(tmp_path) as address:
        page = visit(link, at=address)
        screen.title(page, "Many pictures")
        expect(page.get_by_role("heading", level=2)).to_have_text(told)
        page.reload()
        expect(page.get_by_role("heading", level=2)).to_contain_text("pictures at q = ")
        page.get_by_role("button", name="Choose pictures").click()
        expect(page.get_by_text("There is no result yet.")).to_be_visible()
        expect(page).not_to_have_url(re.compile("study="))
        leave(page)


def test_checks_and_metrics_have_links_of_their_own(visit: Visit) -> None:
    page = visit("/?page=metrics&quantile=0.3&metrics=sparseness,mst-c,nonsense")
    screen.title(page, "Trust")
    chosen = page.get_by_test_id("stMultiSelect").filter(has_text="Metrics")
    expect(chosen).to_contain_text("Sparseness")
    expect(chosen).not_to_contain_text("Complexity")
    words = parse_qs(urlsplit(link_of(page)).query)
    assert (words["page"], words["metrics"]) == (["trust"], ["sparseness,mst-c"])
    assert words["section"] == ["metrics"]
    assert words["quantile"] == ["0.3"]
    page.get_by_role("tab", name="Sanity checks").click()
    expect(page.get_by_role("button", name="Compute controls")).to_be_visible()
    words = parse_qs(urlsplit(link_of(page)).query)
    assert (words["page"], words["section"]) == (["trust"], ["checks"])
