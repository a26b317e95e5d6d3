"""Autocast is offered where the model's process says so, and its effect is said with the maps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from components.maps import scale_job
from components.methods import compute, precision
from components.session import backend, run_source
from components.session.backend import OpenModel
from components.session.state.workspace import KEY, Source, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.base.pace import Pace
from xai_core.demo.run import demo_run
from xai_core.runs.run import Run

PAGE = "pages/compare/heatmaps.py"
pytestmark = pytest.mark.xdist_group("app")


def narrow_run() -> Run:
    """The demo's, its FusionGrad under autocast."""
    run = demo_run()
    chosen = {"samples": 100, "autocast_cosine": 0.99395, "autocast_difference": 0.111}
    one = replace(run.attributions["fusiongrad"], pace=Pace(autocast=True), chosen=chosen)
    return replace(run, attributions={**run.attributions, "fusiongrad": one})


def on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process says that its model runs where autocast is offered."""
    really = backend.opened

    def says(source: Source) -> OpenModel:
        found = really(source)
        return replace(found, card=replace(found.card, device="a GPU", autocast=True))

    monkeypatch.setattr(backend, "opened", says)


def page_with_open_model(app: AppTest) -> Workspace:
    opened(app, "pages/model/readiness.py")
    opened(app, PAGE)
    space: Workspace = app.session_state[KEY]
    assert backend.is_open(space.sources[space.source])
    return space


def toggles(app: AppTest) -> list[str | None]:
    return [one.key for one in app.toggle]


def test_on_a_cpu_nothing_is_shown_or_asked(app: AppTest) -> None:
    space = page_with_open_model(app)
    source = space.sources[space.source]
    if backend.opened(source).card.autocast:
        pytest.skip("this machine has a GPU")
    assert precision.KEY not in toggles(app)
    space.autocast = True  # of a run that was computed elsewhere
    ran(app)
    assert precision.KEY not in toggles(app)
    assert not precision.pace_of(space, source).autocast
    assert not compute.request_of(space, space.source).pace.autocast


def test_where_the_process_has_a_gpu_it_can_be_chosen(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_gpu(monkeypatch)
    space = page_with_open_model(app)
    assert app.toggle(key=precision.KEY).value is False
    assert "autocast of" not in texts(app)
    app.toggle(key=precision.KEY).set_value(True)
    ran(app)
    assert "Chosen since these maps were computed: autocast of FusionGrad." in texts(app)
    request = compute.request_of(space, space.source)
    assert request.pace == Pace(autocast=True)
    opened(app, "pages/compare/models.py")
    assert app.toggle(key=precision.KEY).value is True
    assert app.toggle(key=precision.KEY).help == precision.HELP


def test_before_the_model_is_open_nothing_is_offered(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_gpu(monkeypatch)
    monkeypatch.setattr(backend, "is_open", lambda source: False)
    opened(app, PAGE)
    assert precision.KEY not in toggles(app)


def test_the_effect_stands_with_the_map(app: AppTest) -> None:
    app.session_state[KEY].run = narrow_run()
    opened(app, PAGE)
    sentence = "on the first samples cosine 0.9939 with the map in float32"
    (described,) = [one.value for one in app.markdown if "**FusionGrad** —" in one.value]
    assert sentence in described
    assert "autocast_cosine" not in texts(app)
    (other,) = [one.value for one in app.markdown if "**Guided Backprop** —" in one.value]
    assert "autocast" not in other


def test_a_kept_run_brings_its_autocast_back(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_gpu(monkeypatch)
    space = page_with_open_model(app)
    for run, wanted in ((narrow_run(), True), (demo_run(), False)):
        run_source._settle(space, run)
        assert space.autocast is wanted
        opened(app, PAGE)
        assert app.toggle(key=precision.KEY).value is wanted


class Kept:
    """Maps of other pictures, of which none is known."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def knows(self, *args: object) -> bool:
        return False

    def of_map(self, *args: object) -> None:
        return None

    def keep(self, picture: str, method: str, *args: object) -> None:
        self.taken.append(method)


def test_such_maps_are_not_set_beside_those_of_other_pictures() -> None:
    run, kept = narrow_run(), Kept()
    methods = {name: one.parameters for name, one in run.attributions.items()}
    which = [run.picture_sha256[: scale_job.SHORT]]
    scale_job.own(Workspace({}, {}, "", "", run), kept, which, methods)  # type: ignore[arg-type]
    assert kept.taken == ["guided-backprop"]
