"""Where things are on the screen: by role and label, as a screen reader finds them."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.conftest import CLICK_MS
from tests.browser.still import holds as holds
from tests.browser.still import loaded as loaded
from tests.browser.still import settled as settled

SCORED = re.compile(r"(raw|q = [\d.]+) · [\d.]+ nats$")
SOON_MS = CLICK_MS / 4
PHOTOGRAPHS = "EfficientNet-Lite0 (ImageNet)"
DRAWN = "How the maps are drawn"  # on Heatmaps: the section of opacity, colours and scale


def title(page: Page, text: str) -> None:
    """Wait until a page of this title is there and finished drawing."""
    whole = re.compile(rf"^{re.escape(text)}\b")
    expect(page.get_by_role("heading", level=1, name=whole)).to_be_visible()
    settled(page)


def go(page: Page, name: str, heading: str | None = None) -> None:
    """Choose a page from the menu, once all of this one is there."""
    loaded(page)
    page.get_by_role("link", name=name, exact=True).click()
    title(page, heading or name)


def home(page: Page, heading: str) -> None:
    """Go to the first page, by the logo."""
    loaded(page)
    page.get_by_role("button", name="Navigate to home page").first.click()
    title(page, heading)


def maps(page: Page, name: str | re.Pattern[str] = SCORED) -> Locator:
    """The pictures with such a name; by default the maps with a score."""
    return page.get_by_role("img", name=name)


def scores(page: Page) -> list[str]:
    """What the cards of a bench say of their maps, once Quantus has computed it."""
    loaded(page)
    expect(page.locator("article .score[data-final=true]").first).to_be_visible()
    return [" ".join(one.split()) for one in page.locator("article header").all_inner_texts()]


def removed(page: Page, percent: int) -> None:
    """A bench shows the maps after removal at this quantile, and Quantus has computed it."""
    expect(page.get_by_text(f"set to zero {percent}.0%").first).to_be_visible()
    scores(page)


def quantile(page: Page) -> Locator:
    """The slider's handle."""
    return page.get_by_role("slider", name="Baseline quantile")


def press(page: Page, key: str, times: int = 1) -> None:
    """Move the slider by keys, and wait for what follows."""
    settled(page)
    quantile(page).focus()
    for _ in range(times):
        page.keyboard.press(key)
    settled(page)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box."""
    field = page.get_by_role("combobox", name=re.compile(label))
    _pick(page, field, option, lambda: expect(field).to_have_value(option, timeout=SOON_MS))


def add(page: Page, label: str, option: str) -> None:
    """Choose one more of several."""
    field = page.get_by_role("combobox", name=re.compile(label))
    chosen = page.get_by_role("button", name=f"Remove {option}", exact=True)

    def check() -> None:
        page.keyboard.press("Escape")  # what is chosen is seen once the list is closed
        expect(chosen).to_be_visible(timeout=SOON_MS)

    _pick(page, field, option, check)


def _pick(page: Page, field: Locator, option: str, check: Callable[[], None]) -> None:
    """Typed: a long list moves under the pointer. What is drawn anew meanwhile forgets it."""
    wanted = page.get_by_role("option", name=option, exact=True)
    for left in (2, 1, 0):
        loaded(page)
        try:
            field.fill(option)
            wanted.click(timeout=SOON_MS)
            check()
            break
        except (AssertionError, Error):
            if not left:
                raise
            field.press("Escape")
    settled(page)


def photograph(page: Page, name: str = "rocket") -> None:
    """Choose the large model, which takes its time, and a photo for it."""
    choose(page, "Model", PHOTOGRAPHS)
    choose(page, "Picture", name)
    settled(page)


def compute(page: Page) -> None:
    """Press *Compute*, once what is above it has come."""
    loaded(page)
    page.get_by_role("button", name="Compute", exact=True).click()


def computed(page: Page) -> None:
    """Wait until what is on screen is what is chosen, all of it."""
    expect(page.locator(".st-key-result-bar")).to_contain_text("up to date")
    loaded(page)


def share(page: Page, button: str = "Copy link") -> Locator:
    """Open what is behind *Share*; one of its buttons, once all that is there has come."""
    loaded(page)
    page.get_by_role("button", name="Share").click()
    found = page.get_by_role("button", name=button)
    expect(found).to_be_visible()
    loaded(page)  # the note's field comes late, and moves what is below it
    return found


def draws(page: Page, **counts: int) -> None:
    """On Heatmaps: let FusionGrad draw so many weights, `n`, and pictures for each of them, `m`."""
    name = "Parameters"
    section = page.get_by_test_id("stExpander").filter(has=page.get_by_text(name, exact=True))
    loaded(page)
    if not section.get_by_role("tab").first.is_visible():
        expand(page, name).get_by_role("tab", name="FusionGrad").click()
    for name, count in counts.items():
        field = section.get_by_role("spinbutton", name=name, exact=True)
        field.fill(str(count))
        field.press("Enter")
        settled(page)
        told = re.compile(rf"parameters of FusionGrad.*\b{name} \S+ → {count}\b")
        expect(page.get_by_text(told).first).to_be_visible()


def expand(page: Page, label: str) -> Locator:
    """Unfold a section; its content."""
    section = page.get_by_test_id("stExpander").filter(has=page.get_by_text(label, exact=True))
    heading = section.get_by_text(label, exact=True)
    loaded(page)  # what comes late moves what is below it from under the pointer
    heading.click()
    expect(heading.locator("xpath=ancestor::details[1]")).to_have_attribute("open", "")
    loaded(page)
    return section


def drop_zone(page: Page) -> Locator:
    """On the model page: where files are dropped, unfolded where it is a line."""
    loaded(page)
    if page.get_by_text("Open another model", exact=True).count():
        return expand(page, "Open another model")
    return page.locator("[class*='st-key-open-']").first


def judged(page: Page, name: str) -> None:
    """Wait until a model is open and its verdict stands there."""
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
    loaded(page)  # what was told of the model before has gone
    expect(page.get_by_text(re.compile("^Checked on "))).to_be_visible()
    loaded(page)


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
