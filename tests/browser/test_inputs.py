"""How pictures become inputs: a TIFF of 16 bit, a preset that is found, other inputs, names."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from PIL import Image
from playwright.sync_api import Page, expect
from torch import Tensor, nn

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_models import give
from tests.dose import soaked
from xai_core.pictures.demo import picture_path

SECTION = "Input form"


def coffee_of_12_bit() -> bytes:
    """The demo picture as a camera of 12 bit has it, in a file of 16."""
    pixels = np.asarray(Image.open(picture_path("coffee")).convert("RGB")).astype(np.uint16) * 16
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, photometric="rgb")
    return buffer.getvalue()


def give_picture(page: Page, name: str, data: bytes) -> None:
    section = screen.expand(page, "Upload a picture")
    screen.upload(section, name, data, "application/octet-stream")
    expect(page.get_by_role("heading", name=f"Top classes for {name}")).to_be_visible()
    screen.settled(page)


def wrong_numbers_are_told(page: Page) -> None:
    """And nothing is lost."""
    expect(page.get_by_text(re.compile("8-bit whole numbers"))).to_be_visible()
    channels = page.get_by_role("textbox", name="Channels for the model")
    for given in ("2, 1", "0, 1, 2"):
        screen.loaded(page)
        channels.fill(given)
        page.get_by_role("button", name="Use for this model").click()
        told = page.get_by_text(re.compile("takes 3 channels; the order names 2"))
        expect(told).to_have_count(1 if given == "2, 1" else 0)
        expect(page.get_by_text(re.compile("8-bit whole numbers"))).to_be_visible()
    expect(channels).to_have_value("0, 1, 2")
    screen.settled(page)


@soaked
def test_wrong_numbers_are_told_and_a_tiff_of_16_bit_gets_its_range_and_its_preset(
    visit: Visit,
) -> None:
    page = visit("/?page=model")
    screen.title(page, "Model")
    screen.photograph(page)
    screen.judged(page, screen.PHOTOGRAPHS)
    screen.tab(page, SECTION)
    wrong_numbers_are_told(page)
    give_picture(page, "coffee.tif", coffee_of_12_bit())
    screen.tab(page, SECTION)
    told = re.compile("16-bit whole numbers from 0 to 4080; 0 becomes 0 and 65535 becomes 1")
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_text(re.compile("uses 6.2% of the range"))).to_be_visible()
    page.get_by_role("button", name="Find the likely preset").click()
    expect(page.get_by_text(re.compile(r"surest with values in \[−1, 1\]"))).to_be_visible()
    expect(page.get_by_text(re.compile("Likely"))).to_be_visible()  # the badge; case counts
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text(re.compile("0 becomes 0 and 4080 becomes 1"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"numbers from -1 to"))).to_be_visible()
    expect(page.get_by_role("combobox", name="Class to explain")).to_have_value(
        re.compile("espresso")
    )
    expect(page.get_by_role("combobox", name="Value range")).to_have_value("values in [−1, 1]")


class Masked(nn.Module):
    """A picture and a mask that weighs it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU())
        self.head = nn.Linear(6, 3)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        return self.head((self.body(image) * mask).mean((2, 3)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@soaked
def test_a_model_of_two_inputs_is_opened_with_one_fixed(visit: Visit, tmp_path: Path) -> None:
    torch.jit.script(Masked().eval()).save(tmp_path / "masked.pt")
    page = visit("/?page=model")
    screen.title(page, "Model")
    give(page, "masked.pt", (tmp_path / "masked.pt").read_bytes())
    expect(page.get_by_role("button", name="Open this model")).to_be_visible()
    page.get_by_role("button", name="Open this model").click()
    expect(page.get_by_text(re.compile(r"takes 2 inputs \(image, mask\)"))).to_be_visible()
    lines = page.get_by_role("textbox", name="Other inputs")
    screen.loaded(page)
    if not lines.is_visible():
        page.get_by_text("Its Python code, class names and other inputs").click()
    expect(lines).to_have_value("mask = 0")  # as proposed
    screen.settled(page)
    lines.fill("mask = 0.5")
    lines.blur()
    screen.settled(page)
    page.get_by_role("button", name="Open this model").click()
    expect(page.get_by_role("heading", level=2, name="masked.pt")).to_be_visible()
    expect(page.get_by_role("heading", name="It can be explained at its input")).to_be_visible()
    section = screen.tab(page, "Class names")
    screen.upload(section, "names.json", b'["crack", "void"]', "application/json")
    expect(page.get_by_text(re.compile("3 outputs; 2 class names"))).to_be_visible()
    screen.settled(page)
    screen.upload(section, "names.json", b'{"0": "crack", "1": "void", "2": "ok"}', "text/plain")
    expect(page.get_by_role("combobox", name="Class to explain")).to_have_value(
        re.compile("crack|void|ok")
    )
