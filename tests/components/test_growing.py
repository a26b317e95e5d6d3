"""A run that comes together on screen, and what is left of one that is cancelled."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.maps import growing as growing_maps
from components.maps.tiles import Look
from components.methods import unfinished
from components.session.jobs.job import Job, Reports
from components.session.jobs.keeper import Keeper
from components.session.state.workspace import KEY, Growing, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.attribution.result import Attribution
from xai_core.base.errors import Cancelled
from xai_core.base.progress import Preview
from xai_core.demo.run import demo_run
from xai_core.maps.recipe import Recipe
from xai_core.runs.run import Run
from xai_core.runs.store import RunStore

pytestmark = pytest.mark.xdist_group("app")
METHODS = ("fusiongrad", "guided-backprop", "saliency")


def part() -> Run:
    """The demo's run before FusionGrad is through."""
    run = demo_run()
    maps = {"guided-backprop": run.attributions["guided-backprop"]}
    return replace(run, attributions=maps, scores={name: run.scores[name] for name in maps})


def test_maps_stand_at_their_places_finished_refined_or_to_come() -> None:
    growing, gate = Growing(METHODS, part()), threading.Event()
    job: Job[Run] = Job(lambda tick, cancel: (gate.wait() and part()) or part())
    space = Workspace({}, {}, "", "", demo_run(), job=job, growing=growing)
    drawn: growing_maps.Drawn = {}

    def notes() -> list[str]:
        found = growing_maps.of(space, Look(), Recipe(), drawn)
        return [f"{one.title}: {one.note}" for one in found]

    try:
        told = ["rocket: what the model sees", "FusionGrad: to come"]
        assert notes()[:2] == told
        assert notes()[2].startswith("Guided Backprop: 9.918 nats at q = 0.20 · ")
        kept = dict(drawn)
        job.preview = Preview(np.ones((224, 224), np.float32), 0.25, "fusiongrad")
        assert notes()[1] == "FusionGrad: so far · standard error 25.0 %"
        assert notes()[3] == "Saliency: to come"
        growing.take(replace(part(), failures={"saliency": "No."}))
        assert notes()[3] == "Saliency: gave no map"
        assert all(drawn[key] is one for key, one in kept.items()), "nothing is drawn twice"
    finally:
        gate.set()


def test_a_cancel_keeps_what_is_finished_unless_it_says_nothing_new(tmp_path: Path) -> None:
    class Scorer:
        def score(self, maps: np.ndarray, metric: str = "complexity") -> np.ndarray:
            return np.full(len(maps), 9.0)

    def kept(before: dict[str, Attribution]) -> bool:
        growing = Growing(METHODS, part())

        def work(tick: Reports[Run], cancel: threading.Event) -> Run:
            unfinished.keep(growing, before, Scorer(), Keeper(RunStore(tmp_path), ""), tick)
            raise Cancelled

        job = Job(work)
        job.wait()
        assert isinstance(job.error, Cancelled)
        assert growing.kept == (job.result is not None)
        return growing.kept

    again = {name: replace(one, seconds=1.0) for name, one in part().attributions.items()}
    other = {name: replace(one, seed=7) for name, one in again.items()}
    assert [kept(again), kept(other), kept({})] == [False, True, True]
    assert len(RunStore(tmp_path).entries()) == 2


def test_a_page_says_what_a_cancel_has_kept(app: AppTest) -> None:
    def work(tick: Reports[Run], cancel: threading.Event) -> Run:
        tick.settle_for(part())
        raise Cancelled

    space: Workspace = app.session_state[KEY]
    space.growing, space.job = Growing(METHODS, part(), kept=True), Job(work)
    space.job.wait()
    opened(app, "pages/compare/heatmaps.py")
    ran(app)
    assert list(space.run.attributions) == ["guided-backprop"]
    assert "finished by then is kept: Guided Backprop. Not computed: FusionGrad" in texts(app)
    assert not app.error
