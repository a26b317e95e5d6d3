"""Memory of the Streamlit process after the first result: against an empty Streamlit app."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import expect, sync_playwright

from benchmarks._browser import FLAGS, PATIENCE_MS, chromium
from benchmarks.timing import Goal
from tests.server import serving

UNIT, ROUNDS = "MB", 2
EMPTY = str(Path(__file__).with_name("_empty_app.py"))


def resident(script: str, heading: str) -> float:
    """Resident megabytes of the server once a visitor has seen its page."""
    with (
        tempfile.TemporaryDirectory() as data,
        serving(Path(data), script=script) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        page.goto(address)
        expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=PATIENCE_MS)
        # The heading stands long before the result, and what comes between the two takes most.
        expect(page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=PATIENCE_MS
        )
        (server,) = (one for one in psutil.Process().children() if "streamlit" in one.cmdline())
        found = server.memory_info().rss / 1e6
        browser.close()
        return found


OURS, THEIRS = "Pedestal after its first result", "an empty Streamlit app"
CASES = {
    OURS: lambda: resident("app.py", "Pedestal"),
    THEIRS: lambda: resident(EMPTY, "empty"),
}
GOALS = [Goal(OURS, THEIRS, 1.6)]
