"""From the start of the server to the first finished result: against `streamlit hello`.

The warm disk is part of the question: each is started once before it is timed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright
from streamlit import hello

from benchmarks._browser import FLAGS, PATIENCE_MS, chromium
from benchmarks.timing import Goal
from tests.server import serving

HELLO = str(Path(hello.__file__).with_name("streamlit_app.py"))


def started(script: str, text: str) -> None:
    """A server, a browser and a page on which `text` can be read."""
    with (
        tempfile.TemporaryDirectory() as data,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with serving(Path(data), script=script) as address:
            page = browser.new_page()
            page.goto(address)
            expect(page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)
        browser.close()


def pedestal() -> None:
    started("app.py", "once the pedestal is removed")


def streamlit_hello() -> None:
    started(HELLO, "Welcome to Streamlit")


def prepare(titles: list[str]) -> None:
    """Warms the disk."""
    pedestal()
    streamlit_hello()


OURS, THEIRS = "Pedestal, first finished result", "streamlit hello, first paint"
CASES = {OURS: pedestal, THEIRS: streamlit_hello}
GOALS = [Goal(OURS, THEIRS, 1.5)]
