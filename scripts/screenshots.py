"""Takes the pictures of the README and the documentation: `python -m scripts.screenshots`.

Starts the dashboard on a port and a data folder of its own and looks at its pages in Chromium, in
both themes and at two widths.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import screen
from tests.chromium import chromium
from tests.server import serving

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
PAGES = {
    "overview": "/",
    "heatmaps": "/?page=heatmaps",
    "tune": "/?page=tune&quantile=0.3",
    "trust": "/?page=trust&section=metrics",
}
PHONE = ("overview", "tune")
SIZES = {1440: 1000, 390: 844}
PRESETS = "[class*=st-key-methods-preset-]"  # Heatmaps: they come once the verdict is there
THEMES = ("light", "dark")
PATIENCE_MS = 120_000
DRAWN = "() => !document.querySelector('[data-testid=stSkeleton]')"  # code of charts comes late
SETTLING_MS = 2_500  # fonts, charts and transitions


def main() -> int:
    """Take all of them."""
    browser_path = chromium()
    if browser_path is None:
        print("There is no Chromium: `make test` installs it.", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory() as data,
        serving(Path(data)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, path in PAGES.items():
            for theme in THEMES:
                for width, height in SIZES.items():
                    if width < 1000 and name not in PHONE:
                        continue
                    picture = FOLDER / f"{name}-{theme}-{width}.png"
                    _take(browser, address + path, picture, theme, (width, height))
        browser.close()
    return 0


def _take(browser: Browser, address: str, target: Path, theme: str, size: tuple[int, int]) -> None:
    scheme = "dark" if theme == "dark" else "light"
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.get_by_role("heading", level=1).first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE_MS)
    screen.holds(page, DRAWN)
    if "heatmaps" in address:
        page.locator(PRESETS).first.wait_for(timeout=PATIENCE_MS)
        page.get_by_text("Choose by family", exact=True).click()
    page.wait_for_timeout(SETTLING_MS)
    page.screenshot(path=target)
    context.close()
    print(target.name, flush=True)


if __name__ == "__main__":
    sys.exit(main())
