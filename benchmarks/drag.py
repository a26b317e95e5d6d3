"""One drag event of the quantile, 8 maps at 224×224: the tuning bench against Streamlit's slider.

Both run in Chromium, from the key that moves the slider to the figures that belong to it. A case is
`STEPS` events; Streamlit's page has a fragment of eight pictures, two histograms and a bar chart.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks._browser import FLAGS, PATIENCE_MS, chromium
from benchmarks._maps import maps
from benchmarks.timing import Goal
from tests.browser.bench_page import Bench
from tests.server import serving

COUNT, STEPS = 8, 10
_open = ExitStack()
atexit.register(_open.close)


@cache
def _browser() -> Browser:
    playwright = _open.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    _open.callback(browser.close)
    return browser


@cache
def open_bench() -> Bench:
    return Bench(_browser().new_page(viewport={"width": 1440, "height": 2000}), maps(COUNT))


@cache
def _slider() -> Page:
    script = str(Path(__file__).with_name("_slider_app.py"))
    address = _open.enter_context(serving(Path(mkdtemp(prefix="drag-")), script=script))
    page = _browser().new_page(viewport={"width": 1440, "height": 2000})
    page.goto(address)
    expect(page.get_by_text("shown: 0.20")).to_be_visible(timeout=PATIENCE_MS)
    return page


def prepare(titles: list[str]) -> None:
    """Opens both pages and drags once."""
    bench()
    streamlit()


def bench() -> None:
    page = open_bench()
    page.slider.press("Home")
    for _ in range(STEPS):
        page.slider.press("ArrowRight")
        page.settled()


def streamlit() -> None:
    page = _slider()
    start = round(100 * float(page.get_by_text("shown:").inner_text().split()[-1]))
    way = 1 if start < 50 else -1
    for step in range(1, STEPS + 1):
        page.get_by_role("slider").press("ArrowRight" if way > 0 else "ArrowLeft")
        shown = f"shown: {(start + way * step) / 100:.2f}"
        expect(page.get_by_text(shown)).to_be_visible(timeout=PATIENCE_MS)


OURS, THEIRS = f"tuning bench, {COUNT} maps, {STEPS} drag events", "Streamlit's slider and figures"
CASES = {OURS: bench, THEIRS: streamlit}
GOALS = [Goal(OURS, THEIRS, 1 / 5)]
