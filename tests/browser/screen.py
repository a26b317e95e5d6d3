"""Where things are on the screen: by role and label, as a screen reader finds them."""

from __future__ import annotations

import re
import time
from contextlib import suppress

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.conftest import CLICK_MS, PATIENCE_MS

SCORED = re.compile(r"(raw|q = [\d.]+) · [\d.]+ nats$")
PHOTOGRAPHS = "EfficientNet-Lite0 (ImageNet)"
DRAWN = "How the maps are drawn"  # on Heatmaps: the section of opacity, colours and scale
# For several frames in a row: what an element is drawn with may ask for the next script.
STANDS_STILL = """async (patience) => {
  const end = performance.now() + patience;
  const waits = () => {
    const app = document.querySelector("[data-testid=stApp]");
    if (app?.dataset.testScriptState !== "notRunning") return "a script runs";
    if (document.querySelector("[data-stale=true]")) return "something stale is shown";
    return [...document.querySelectorAll("[data-testid=stSkeleton]")]
      .some((one) => one.checkVisibility()) && "the code of an element has not come";
  };
  for (let frames = 0; frames < 12; ) {
    await new Promise(requestAnimationFrame);
    const why = waits();
    frames = why ? 0 : frames + 1;
    if (performance.now() > end) throw new Error(`the page never stands still: ${why}`);
  }
}"""


def title(page: Page, text: str) -> None:
    """Wait until a page of this title is there and finished drawing."""
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()
    settled(page)


def settled(page: Page) -> None:
    """Wait until no script runs."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


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


def go(page: Page, name: str, heading: str | None = None) -> None:
    """Choose a page from the menu, once all of this one is there."""
    loaded(page)
    page.get_by_role("link", name=name, exact=True).click()
    title(page, heading or name)


def home(page: Page, heading: str) -> None:
    """Go to the first page, by the logo."""
    page.get_by_role("button", name="Navigate to home page").first.click()
    title(page, heading)


def maps(page: Page, name: str | re.Pattern[str] = SCORED) -> Locator:
    """The pictures with such a name; by default the maps with a score."""
    return page.get_by_role("img", name=name)


def scores(page: Page) -> list[str]:
    """What the cards of a bench say of their maps, once Quantus has computed it."""
    expect(page.locator("article .score[data-final=true]").first).to_be_visible()
    return [" ".join(one.split()) for one in page.locator("article header").all_inner_texts()]


def removed(page: Page, percent: int) -> None:
    """A bench shows the maps after removal at this quantile, and Quantus has computed it."""
    scores(page)
    expect(page.get_by_text(f"set to zero {percent}.0%").first).to_be_visible()


def quantile(page: Page) -> Locator:
    """The slider's handle."""
    return page.get_by_role("slider", name="Baseline quantile")


def press(page: Page, key: str, times: int = 1) -> None:
    """Move the slider by keys, and wait for what follows."""
    quantile(page).focus()
    for _ in range(times):
        page.keyboard.press(key)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box. Typed: a long list moves under the pointer."""
    settled(page)  # what is drawn anew forgets what was typed
    field = page.get_by_role("combobox", name=re.compile(label))
    wanted = page.get_by_role("option", name=option, exact=True)
    field.fill(option)
    try:
        wanted.click(timeout=CLICK_MS / 4)
    except Error:  # it was drawn anew meanwhile, and is opened once more
        field.press("Escape")
        field.fill(option)
        wanted.click()


def add(page: Page, label: str, option: str) -> None:
    """Choose one more of several."""
    choose(page, label, option)
    page.keyboard.press("Escape")
    settled(page)


def photograph(page: Page, name: str = "rocket") -> None:
    """Choose the large model, which takes its time, and a photo for it."""
    choose(page, "Model", PHOTOGRAPHS)
    choose(page, "Picture", name)
    settled(page)


def draws(page: Page, **counts: int) -> None:
    """On Heatmaps: let FusionGrad draw so many weights, `n`, and pictures for each of them, `m`."""
    name = "Parameters"
    section = page.get_by_test_id("stExpander").filter(has=page.get_by_text(name, exact=True))
    if not section.get_by_role("tab").first.is_visible():
        expand(page, name).get_by_role("tab", name="FusionGrad").click()
    for name, count in counts.items():
        field = section.get_by_role("spinbutton", name=name, exact=True)
        field.fill(str(count))
        field.press("Enter")
        settled(page)
    expect(page.get_by_text(re.compile("parameters of FusionGrad"))).to_be_visible()


def expand(page: Page, label: str) -> Locator:
    """Unfold a section; its content."""
    section = page.get_by_test_id("stExpander").filter(has=page.get_by_text(label, exact=True))
    section.get_by_text(label, exact=True).click()
    return section


def drop_zone(page: Page) -> Locator:
    """On the model page: where files are dropped, unfolded where it is a line."""
    loaded(page)  # what comes late moves what is below it from under the pointer
    if page.get_by_text("Open another model", exact=True).count():
        return expand(page, "Open another model")
    return page.locator("[class*='st-key-open-']").first


def judged(page: Page, name: str) -> None:
    """Wait until a model is open and its verdict stands there."""
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
    expect(page.get_by_text(re.compile("^Checked on "))).to_be_visible()
    settled(page)


def tab(page: Page, name: str) -> Locator:
    """Open one of the tabs below a verdict; its content."""
    page.get_by_role("tab", name=name, exact=True).press("Enter")
    settled(page)
    return page.get_by_role("tabpanel", name=name, exact=True)


def open_exhibit(page: Page, section: str, key: str, heading: str) -> None:
    """Open a model of a gallery on the model page."""
    go(page, "Model")
    drop_zone(page)
    expand(page, section)
    loaded(page)
    page.locator(f".st-key-{key}").get_by_role("button").click()
    judged(page, f"Gallery: {heading}")


def open_wafers(page: Page) -> None:
    """Open a network that is so small that what takes many passes is soon done."""
    wafers = "Inspect a wafer, where the defect is known"
    open_exhibit(page, wafers, "wafer-classifier", "Wafer defect kind")


def upload(section: Locator, name: str, data: bytes, mime: str) -> None:
    """Give a file to the uploader in a section; to the one for files, where one takes folders."""
    given = {"name": name, "mimeType": mime, "buffer": data}
    # The browser fetches each uploader's code when it is needed, so any of them may come first.
    section.locator("input[type=file]:not([webkitdirectory])").first.set_input_files(given)
