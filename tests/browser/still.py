"""When a page stands still: nothing runs, nothing is asked for, nothing moves."""

from __future__ import annotations

import time
from contextlib import suppress

from playwright.sync_api import Error, Page

from tests.browser.conftest import PATIENCE_MS

# Frames in a row: what an element is drawn with may ask for the next script. A page that nobody
# looks at draws none.
FRAME = """new Promise((frame) => {
  requestAnimationFrame(frame);
  setTimeout(frame, 50);
})"""
IDLE = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  return app?.dataset.testScriptState === "notRunning" && !window.pedestalScripts?.pending();
}"""
SETTLED = f"""async (frames) => {{
  for (; frames && ({IDLE})(); frames -= 1) await {FRAME};
  return !frames;
}}"""
STANDS_STILL = f"""async (patience) => {{
  const end = performance.now() + patience;
  const idle = {IDLE};
  const waits = () => {{
    if (!idle()) return "a script runs";
    if (document.querySelector("[data-stale=true]")) return "something stale is shown";
    if (document.querySelector(".st-key-opening-cancel, .st-key-opening-beside-cancel"))
      return "a model is being opened";
    if (document.getAnimations().some((one) => one.constructor === Animation
        && one.playState === "running")) return "a section unfolds";
    return [...document.querySelectorAll("[data-testid=stSkeleton]")]
      .some((one) => one.checkVisibility()) && "the code of an element has not come";
  }};
  for (let frames = 0; frames < 12; ) {{
    await {FRAME};
    const why = waits();
    frames = why ? 0 : frames + 1;
    if (performance.now() > end) throw new Error(`the page never stands still: ${{why}}`);
  }}
}}"""


def settled(page: Page) -> None:
    """Wait until no script runs, and none is asked for."""
    holds(page, SETTLED, 4)


def loaded(page: Page) -> None:
    """Wait until the code of every element has come, and what it draws stands still."""
    page.evaluate(STANDS_STILL, PATIENCE_MS)


def holds(page: Page, expression: str, arg: object = None) -> None:
    """Wait until it is true. Pages forbid the `eval` by which Playwright itself looks again."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while True:
        with suppress(Error):  # it goes to another address just now, or a part is not there yet
            if page.evaluate(expression, arg):
                return
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)
