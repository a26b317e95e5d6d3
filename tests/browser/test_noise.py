"""FusionGrad that sets itself, and what is seen of it while it samples."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.dose import soaked


@soaked
def test_the_noise_level_is_measured_and_put_into_the_form_by_a_click(visit: Visit) -> None:
    page = visit("/?page=heatmaps")
    screen.title(page, "Heatmaps")
    screen.photograph(page)  # takes its time
    section = screen.expand(page, "Parameters")
    section.get_by_role("button", name="Measure the noise level").click()
    expect(section.get_by_text(re.compile(r"\d+ of at most \d+ predictions"))).to_be_visible()
    section.get_by_role("button", name="Cancel", exact=True).click()
    expect(section.get_by_text("Cancelled. Nothing has changed.")).to_be_visible()

    section.get_by_role("button", name="Measure the noise level").click()
    expect(section.get_by_text(re.compile("agreement with the clean model's top"))).to_be_visible()
    use = section.get_by_role("button", name=re.compile("^(done )?Use for FusionGrad"))
    std, sg_std = re.findall(r"std = ([\d.]+)", use.inner_text())
    use.click()
    section.get_by_role("tab", name="FusionGrad").click()
    expect(section.get_by_role("spinbutton", name="std", exact=True)).to_have_value(std)
    expect(section.get_by_role("spinbutton", name="sg_std", exact=True)).to_have_value(sg_std)
    expect(page.get_by_text(re.compile("parameters of FusionGrad"))).to_be_visible()
