"""A server and a Chromium for the whole session; each test is a visitor of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser import asked
from tests.browser.canaries import Listener, listening
from tests.browser.twice import look_again
from tests.chromium import chromium
from tests.server import serving

# Two slow cores, shared with other tests: for what is computed, and for what is only drawn.
PATIENCE_MS, CLICK_MS = 240_000, 60_000
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
# What shimmers while it waits is drawn by the processor, and takes two fifths of its time.
STILL: Literal["reduce"] = "reduce"
# Streamlit looks for its server beside the page that was reloaded, then at the root.
PROBED = re.compile(r"/\w+/_stcore/(health|host-config)$")
Visit = Callable[..., Page]
FAILED, MOST = pytest.StashKey[bool](), 3000


def pytest_itemcollected(item: pytest.Item) -> None:
    """One process runs all tests of this folder: one server, one browser."""
    item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """So that `visit` knows whether to tell what was on screen."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server that all tests share. Who keeps a run there deletes it again."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def address(data: Path) -> Iterator[str]:
    """Of the server that all tests share."""
    with serving(data) as found:
        yield found


@pytest.fixture
def fresh_address(tmp_path: Path) -> Iterator[str]:
    """Of a server that nobody has visited. Ask for it before `visit`, so that it ends later."""
    with serving(tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without its window where that is installed by itself."""
    found = chromium()
    if found is None:
        pytest.fail("There is no Chromium. `make test` installs it where it may.")
    expect.set_options(timeout=PATIENCE_MS)
    look_again()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """What must hear nothing."""
    with listening() as found:
        yield found


class Visitor:
    """A page whose complaints are kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(CLICK_MS)
        page.set_default_navigation_timeout(PATIENCE_MS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.add_init_script(asked.COUNTS)
        # Caught from the start: told only before the key, Chromium may hear it after the click.
        page.on("filechooser", lambda _: None)

    def check(self) -> None:
        """No exception box, nothing on the console, no request that leaves this machine."""
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        assert not self.complaints

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not PROBED.search(message.location.get("url", "")):
            self.complaints.append(f"console: {message.text} ({message.location})")

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "localhost":
            self.complaints.append(f"left this machine: {url}")


@pytest.fixture(scope="session")
def warm(browser: Browser) -> Iterator[BrowserContext]:
    """Keeps Streamlit's scripts, read and compiled, from test to test, and nothing of a visitor."""
    context = browser.new_context(reduced_motion=STILL)
    yield context
    context.close()


@pytest.fixture
def visit(
    browser: Browser, address: str, warm: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Opens an address (of another server, where `at` is given) as a visitor of its own."""
    visitors: list[Visitor] = []

    def open_(path: str = "/", *, at: str = address, width: int = 1440, height: int = 1000) -> Page:
        context = browser.new_context(reduced_motion=STILL) if visitors else warm
        contexts.callback(context.close if visitors else partial(forget, context))
        visitors.append(Visitor(context.new_page()))
        visitors[-1].page.set_viewport_size({"width": width, "height": height})
        visitors[-1].page.goto(at + path)
        return visitors[-1].page

    with ExitStack() as contexts:
        yield open_
        for visitor in visitors if request.node.stash.get(FAILED, False) else ():
            print(visitor.page.url, visitor.page.locator("body").inner_text()[:MOST], sep="\n")
        for visitor in visitors:
            visitor.check()


def forget(context: BrowserContext) -> None:
    """The next visitor is another one: no cookie, nothing stored, no page left."""
    for page in context.pages:
        page.evaluate("location.protocol.startsWith('http') && localStorage.clear()")
        page.close()
    context.clear_cookies()
