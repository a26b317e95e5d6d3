"""Files that are a model, and files that are none."""

from __future__ import annotations

import io
import re

import torch
from playwright.sync_api import Page, expect
from torch import nn

from tests.browser import screen
from tests.browser.conftest import Visit


def small_network() -> bytes:
    """A whole eager module, as `torch.save` writes it."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(6, 6, 3, stride=2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, 4),
    )
    buffer = io.BytesIO()
    torch.save(net.eval(), buffer)
    return buffer.getvalue()


def give(page: Page, name: str, data: bytes) -> None:
    screen.upload(screen.drop_zone(page), name, data, "application/octet-stream")


def no_model_is_told_and_the_open_model_stays(page: Page) -> None:
    give(page, "letter.pt", b"Dear colleague, here is the model. " * 20)
    expect(page.get_by_text("Rejected")).to_be_visible()
    expect(page.get_by_text("The model that was open is still open.")).to_be_visible()
    expect(page.get_by_text("Next: ")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("Wafer defect"))
    page.get_by_role("button", name="Remove this file").click()
    expect(page.get_by_text("Rejected")).to_have_count(0)
    expect(page.get_by_text("Next: compare its heatmaps")).to_be_visible()
    expect(page.get_by_text("It is looked into without being run")).to_be_visible()


def test_an_eager_module_is_opened_after_a_letter_judged_and_explained(visit: Visit) -> None:
    page = visit("/?page=model")
    screen.title(page, "Model")
    no_model_is_told_and_the_open_model_stays(page)
    screen.settled(page)
    give(page, "small.pt", small_network())
    expect(page.get_by_text("Loads without running code of the file.")).to_be_visible()
    screen.loaded(page)
    page.get_by_role("button", name="Open this model").click()
    screen.judged(page, "small.pt")
    expect(page.get_by_role("heading", name="It can be explained")).to_be_visible()
    file = screen.tab(page, "File")
    expect(file.get_by_role("row", name="Format torch-eager")).to_be_visible()
    expect(file.get_by_text(re.compile("on: no file but the model"))).to_be_visible()
    screen.go(page, "Heatmaps")
    screen.compute(page)
    expect(page.get_by_text(re.compile("^small.pt on wafer: particle"))).to_be_visible()
    for name in ("Guided Backprop", "FusionGrad"):
        expect(screen.maps(page, re.compile(f"^{name}"))).to_be_visible()
    screen.computed(page)
