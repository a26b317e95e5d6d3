"""A model dies: the page says so, and model list, picture, finished maps and settings stay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import models, screen
from tests.browser.conftest import Visit
from tests.browser.test_pictures import give as give_picture
from tests.browser.test_pictures import png
from tests.dose import soaked
from tests.faults import conftest as faults

save = faults.save


def open_trusted(page: Page, name: str, path: Path) -> None:
    """Upload a model with its code, and trust both."""
    section = screen.drop_zone(page)
    screen.upload(section, name, path.read_bytes(), "application/octet-stream")
    expect(section.get_by_text("The .py files that define its classes")).to_be_visible()
    screen.upload(section, "faulty.py", faults.CODE.read_bytes(), "text/x-python")
    expect(page.get_by_text("Given: faulty.py")).to_be_visible()
    screen.settled(page)
    page.get_by_text(re.compile("^I trust this file")).click()
    screen.settled(page)
    page.get_by_role("button", name="Open this model").click()


def test_a_process_killed_from_outside_costs_nothing_but_the_run(visit: Visit) -> None:
    page = visit("/?page=heatmaps")
    screen.title(page, "Heatmaps")
    screen.draws(page, n=500)  # more than any machine is done with before the kill
    screen.compute(page)
    expect(page.get_by_text(re.compile(r"\d+ of \d+ samples"))).to_be_visible()
    models.kill()
    expect(page.get_by_text("The process of the model died (SIGKILL).")).to_be_visible()
    expect(screen.maps(page, re.compile("^Guided Backprop:"))).to_be_visible()
    screen.settled(page)
    screen.draws(page, n=2)
    screen.compute(page)
    expect(page.get_by_text(re.compile("died"))).to_have_count(0)
    expect(page.get_by_text(re.compile("^The maps below were computed in"))).to_be_visible()
    expect(screen.maps(page, re.compile(r"^FusionGrad: [\d.]+ nats"))).to_be_visible()


@soaked
def test_a_crash_in_a_method_leaves_models_picture_maps_and_settings(
    visit: Visit, save: faults.Save
) -> None:
    page = visit("/?page=heatmaps")
    screen.title(page, "Heatmaps")
    expect(screen.maps(page, re.compile("^FusionGrad:"))).to_be_visible()
    give_picture(page, "mine.png", png())
    expect(page.get_by_role("combobox", name="Picture")).to_have_value(re.compile("mine"))
    screen.go(page, "Tune")
    screen.press(page, "ArrowRight", 3)
    expect(page).to_have_url(re.compile(r"quantile=0\.23"))
    quantile = screen.quantile(page).input_value()
    screen.go(page, "Model")
    open_trusted(page, "fragile.pt", save("noise", "segfault"))
    screen.judged(page, "fragile.pt")
    screen.go(page, "Heatmaps")
    screen.compute(page)
    expect(page.get_by_text(re.compile("The process of the model died .SIGSEGV"))).to_be_visible()
    expect(page.get_by_text("What was finished by then is kept: Guided Backprop.")).to_be_visible()
    expect(screen.maps(page, re.compile("^Guided Backprop:"))).to_be_visible()
    expect(page.get_by_role("combobox", name="Picture")).to_have_value(re.compile("mine"))
    screen.settled(page)
    page.get_by_role("combobox", name="Model").click()
    expect(page.get_by_role("option", name="fragile.pt")).to_be_visible()
    expect(page.get_by_role("option", name=re.compile("EfficientNet"))).to_be_visible()
    page.keyboard.press("Escape")
    screen.go(page, "Tune")
    expect(screen.quantile(page)).to_have_value(quantile)


@soaked
@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("exit", r"exit code 3"),
        ("lie: type", "breaks the protocol"),
        ("fork bomb", "not permitted"),
    ],
)
def test_what_happens_while_a_model_is_opened_is_told(
    visit: Visit, save: faults.Save, deed: str, told: str
) -> None:
    page = visit("/?page=model")
    screen.title(page, "Model")
    open_trusted(page, "bad.pt", save("load", deed))
    expect(page.get_by_text("Rejected")).to_be_visible()
    expect(page.get_by_text(re.compile(told)).first).to_be_visible()
    expect(page.get_by_text("The model that was open is still open.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("Wafer defect"))
    screen.go(page, "Heatmaps")
    expect(screen.maps(page, re.compile("^FusionGrad:"))).to_be_visible()
