"""The page of metrics: what is there at once, what is asked for, what goes wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.session.jobs.job import Job
from components.session.state.workspace import KEY
from components.trust import sections
from components.trust.metric_picker import _label
from components.trust.metric_scatter import headline
from tests.components.test_pages import ROOT, opened, ran, texts, with_map
from xai_core.base.errors import Cancelled, WorkerError, XaiError
from xai_core.demo.run import demo_run
from xai_core.scores.metrics.base import METRICS, GroupMetric
from xai_core.scores.ranking import rank

pytestmark = pytest.mark.xdist_group("app")  # the scoring worker is shared by a process
PAGE = "pages/compare/trust.py"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    app = ran(AppTest.from_file(str(ROOT / "app.py"), default_timeout=600))
    app.session_state[sections.KEPT] = "metrics"
    return opened(app, PAGE)


def test_metrics_of_maps_are_there_at_once(page: AppTest) -> None:
    table = page.dataframe[0].value
    assert list(table.index) == ["Guided Backprop", "FusionGrad"]
    assert list(table.columns)[:2] == ["Complexity ↓", "Sparseness ↑"]
    assert table["Complexity ↓"].tolist() == pytest.approx([9.093, 8.974], abs=1e-3)
    assert np.isfinite(table.drop(columns="Pixel Flipping ↓")).all(axis=None)
    assert np.isnan(table["Pixel Flipping ↓"]).all()
    assert "Pixel Flipping. That sends 202 samples" in texts(page)
    assert "No map has a Complexity and a Pixel Flipping yet" in texts(page)


def test_every_metric_can_be_chosen_and_none(page: AppTest) -> None:
    offered = [one.name for one in METRICS if not isinstance(one, GroupMetric)]
    assert _options(page) == offered  # the defect of the example is known
    page.multiselect(key="metrics-chosen").set_value(offered)
    ran(page)
    table = page.dataframe[0].value
    assert len(table.columns) == len(offered)
    assert np.isfinite(table["AUC ↑"]).all()
    assert "The mask of localisation is the known defect." in texts(page)
    space = page.session_state[KEY]
    space.run = replace(space.run, pixels=255 - space.run.pixels)
    ran(page)
    unmasked = [name for name in offered if METRICS[name].needs != "masks"]
    assert _options(page) == page.multiselect(key="metrics-chosen").value == unmasked
    assert "Metrics of localisation are offered where it is known" in texts(page)
    page.multiselect(key="metrics-chosen").set_value([])
    ran(page)
    assert "Choose two metrics" in texts(page)
    assert not page.error


def _options(page: AppTest) -> list[str]:
    told = {_label(name): name for name in METRICS.names()}
    return [told[label] for label in page.multiselect(key="metrics-chosen").options]


def test_two_metrics_of_maps_are_set_against_each_other(page: AppTest) -> None:
    page.selectbox(key="metrics-y").set_value("mst-c")
    ran(page)
    assert "**FusionGrad** is the best of 2 by Complexity, and the last by MST-C." in texts(page)


def test_a_map_without_a_score_says_why(page: AppTest) -> None:
    dead = np.zeros_like(demo_run().attributions["fusiongrad"].values)
    page.session_state[KEY].run = with_map(dead, float("nan"))
    ran(page)
    assert "MST-C of FusionGrad: The map is zero everywhere" in texts(page)


def test_without_the_model_of_the_maps_it_says_what_to_do(page: AppTest) -> None:
    space = page.session_state[KEY]
    space.run = replace(space.run, model="gone", model_sha256="0" * 64)
    ran(page)
    assert page.button(key="metrics-model-start").disabled
    assert "open its file on the page Model" in page.button(key="metrics-model-start").help


@pytest.mark.parametrize(
    ("error", "told"), [(Cancelled(), "is kept"), (WorkerError("It died.", "Again."), "It died")]
)
def test_a_computation_that_ends_early_says_so(page: AppTest, error: XaiError, told: str) -> None:
    def work(progress: object, cancel: object) -> None:
        raise error

    job: Job[None] = Job(work)
    job.wait()
    page.session_state[KEY].measuring.job = job
    ran(page)
    assert told in texts(page)
    assert page.session_state[KEY].measuring.job is None


def test_the_sentence_says_where_the_most_focused_stands() -> None:
    focus = rank({"saliency": 1.0, "fusiongrad": 2.0, "occlusion": 3.0})

    def told(**scores: float) -> str:
        return headline(focus, rank(scores, "pixel-flipping"))

    last = told(saliency=0.9, fusiongrad=0.1, occlusion=0.5)
    assert last.endswith("the last by Pixel Flipping: focused is not the same as right.")
    assert "only number 2 by" in told(saliency=0.3, fusiongrad=0.1, occlusion=0.5)
    assert "alike" in told(saliency=0.1, fusiongrad=0.3, occlusion=0.5)
    assert headline(focus, rank({"occlusion": 0.1}, "pixel-flipping")).startswith("**Occlusion**")
