"""Keyboard alone, from a file to a link: whatever a mouse can reach, Tab reaches, too."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from playwright.sync_api import Page, expect
from torch import nn

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_first_minute import OVERVIEW

FARTHEST = 200  # presses
FOCUSED = """() => {
    let one = document.activeElement;
    while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    const told = one.getAttribute('aria-label') || one.labels?.[0]?.innerText;
    const name = told || one.innerText || '';
    const box = one.getBoundingClientRect();
    return [one.getAttribute('role') || one.tagName, name.trim(), box.width * box.height > 0];
}"""


def reach(page: Page, kind: str, name: str) -> None:
    """Press Tab until the focus is on an element of this role or tag, and of this name."""
    screen.loaded(page)
    passed = []
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        role, told, visible = page.evaluate(FOCUSED)
        if role.lower() in kind.split("|") and re.search(name, told):
            assert visible
            return
        passed.append((role, told[-18:]))
    raise AssertionError(f"Tab never reaches {name!r}; it reached {passed}")


def test_a_file_is_opened_computed_tuned_and_shared(visit: Visit, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
    model = nn.Sequential(net, nn.Linear(16, 3)).eval()
    torch.jit.script(model).save(tmp_path / "small.pt")
    page = visit()
    screen.title(page, OVERVIEW)
    reach(page, "button", "Upload$")
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Enter")
    asked.value.set_files(tmp_path / "small.pt")
    screen.title(page, "Model")
    expect(page.get_by_role("button", name="Open this model")).to_be_visible()
    reach(page, "button", "Open this model$")
    page.keyboard.press("Enter")
    screen.judged(page, "small.pt")
    reach(page, "a", "^Next: compare its heatmaps")
    page.keyboard.press("Enter")
    screen.title(page, "Heatmaps")
    reach(page, "button", "Compute$")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^The maps below were computed in"))).to_be_visible()
    expect(screen.maps(page, re.compile(r"^FusionGrad: [\d.]+ nats at q = 0\.20"))).to_be_visible()
    reach(page, "a", "^Next: tune|remove the pedestal")
    page.keyboard.press("Enter")
    screen.title(page, "Tune")
    before = screen.scores(page)
    reach(page, "slider|input", "Baseline quantile")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"quantile=0\.23"))
    assert screen.scores(page) != before
    reach(page, "button", r"\bShare\b")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    reach(page, "button", "Copy link$")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("^Copied"))).to_be_visible()
