"""The noise level that a model bears: measured, edited, and put into the forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.methods import noise_job
from components.methods.noise_curve import kept_at
from components.session.jobs.job import Job
from components.session.state.workspace import KEY
from tests.components.test_pages import ROOT, opened, ran, texts
from xai_core.attribution.noise.rule import NoiseLevel
from xai_core.base.errors import Cancelled, MethodError, XaiError

pytestmark = pytest.mark.xdist_group("app")
PAGE = "pages/compare/heatmaps.py"
CURVE = np.array([1.0, 0.96, 0.9, 0.4])
FOUND = NoiseLevel(np.array([0.0, 0.1, 0.2, 0.4]), CURVE, CURVE, 0.12, 0.48, "At 0.12, it falls.")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    app = ran(AppTest.from_file(str(ROOT / "app.py"), default_timeout=600))
    return opened(app, PAGE)


def measured(page: AppTest, found: NoiseLevel = FOUND) -> AppTest:
    space = page.session_state[KEY]
    space.noise_state.found[noise_job.key_of(space, "multiplicative")] = found
    return ran(page)


def test_half_of_each_goes_into_the_form_of_fusiongrad_by_a_click(page: AppTest) -> None:
    assert "parameters of" not in texts(page), "the example has no parameter that came later"
    assert page.text_input(key="parameter-fusiongrad-of").value == ""
    assert "More parameters" in [one.label for one in page.expander]
    measured(page)
    assert "At 0.12, it falls." in texts(page)
    use = page.button(key="noise-use-fusiongrad")
    assert "std = 0.06, sg_std = 0.24 (half of each)" in use.label
    use.click()
    ran(page)
    assert page.number_input(key="parameter-fusiongrad-std").value == pytest.approx(0.06)
    assert page.number_input(key="parameter-fusiongrad-sg_std").value == pytest.approx(0.24)
    settings = page.session_state[KEY].parameters("fusiongrad")
    assert (settings["std"], settings["sg_std"], settings["mean"]) == (0.06, 0.24, 1.0)
    assert "parameters of FusionGrad" in texts(page)


def test_the_levels_can_be_edited_first(page: AppTest) -> None:
    measured(page)
    page.number_input(key="noise-0.12-0.48-std").set_value(0.2)
    ran(page)
    assert "A level of 0.2 on the weights keeps 90% of the predictions." in texts(page)
    assert "std = 0.1, sg_std = 0.24" in page.button(key="noise-use-fusiongrad").label
    page.number_input(key="noise-0.12-0.48-std").set_value(0.7)
    ran(page)
    assert "0.7 on the weights is beyond what was measured" in texts(page)


def test_a_level_that_the_form_cannot_take_is_told(page: AppTest) -> None:
    wide = NoiseLevel(FOUND.levels, CURVE, CURVE, 0.12, 25.5, "So.")
    measured(page, wide)
    assert "FusionGrad cannot take" in texts(page)
    assert "sg_std" in texts(page)


def test_a_method_without_noise_has_no_such_form(page: AppTest) -> None:
    page.session_state[KEY].chosen = ["guided-backprop"]
    page.multiselect(key="methods").set_value(["guided-backprop"])
    ran(page)
    assert "How much noise" not in texts(page)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MethodError("The model has one output and no classes.", "Set it by hand."), "by hand"),
        (Cancelled(), "Cancelled. Nothing has changed."),
    ],
)
def test_why_there_is_no_level_is_told(page: AppTest, error: XaiError, told: str) -> None:
    def work(progress: object, cancel: object) -> NoiseLevel:
        raise error

    job = Job(work)
    job.wait()
    page.session_state[KEY].noise_state.job = job
    ran(page)
    assert told in texts(page)
    assert page.session_state[KEY].noise_state.job is None


def test_true_classes_count_once_all_are_given(page: AppTest) -> None:
    space = page.session_state[KEY]
    space.noise_state.pictures = ["rocket", "cat"]
    space.noise_state.classes = {"rocket": 657}
    assert noise_job.classes(space) is None
    space.noise_state.classes["cat"] = 285
    assert noise_job.classes(space) == [657, 285]
    by_label = noise_job.key_of(space, "multiplicative")
    space.noise_state.classes.clear()
    assert noise_job.key_of(space, "multiplicative") != by_label


def test_what_is_kept_between_two_levels() -> None:
    assert kept_at(FOUND, 0.15) == pytest.approx(0.93)
    assert kept_at(FOUND, 0.41) is None
