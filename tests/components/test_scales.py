"""The scale of the heatmaps: by the map, by the picture, over a set, against good parts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from components.maps import scale_pictures
from components.maps.scale import PER_PICTURE, PER_SET, REFERENCE
from components.runs import link
from components.session.jobs.job import Job
from components.session.state.workspace import KEY, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.base.errors import Cancelled, InputError, XaiError
from xai_core.demo.run import demo_run
from xai_core.studies.kept_maps import SHORT

PAGE = "pages/compare/heatmaps.py"
pytestmark = pytest.mark.xdist_group("app")


def scaled(app: AppTest, scale: str) -> Workspace:
    opened(app, PAGE)
    app.selectbox(key="scale").set_value(scale)
    ran(app)
    space: Workspace = app.session_state[KEY]
    return space


def test_methods_share_a_scale_only_where_their_unit_is_the_same(app: AppTest) -> None:
    run = demo_run()
    cam = replace(run.attributions["guided-backprop"], method="grad-cam")
    run = replace(run, attributions={**run.attributions, "grad-cam": cam})
    app.session_state[KEY].run = run
    app.session_state[KEY].chosen = list(run.attributions)
    scaled(app, PER_PICTURE)
    assert "share one scale (score per unit of the input)" in texts(app)
    assert "Grad-CAM has a scale of its own" in texts(app)


def test_without_reference_pictures_the_page_asks_for_some(app: AppTest) -> None:
    scaled(app, REFERENCE)
    assert "Mark pictures of good parts" in texts(app)
    assert not app.error


def test_what_is_missing_is_said_and_a_model_that_is_gone(app: AppTest) -> None:
    space = app.session_state[KEY]
    space.run = replace(space.run, input_spec=space.run.input_spec or _spec())
    scaled(app, PER_SET)
    count = len(scale_pictures.group(space))
    assert f"The maps of {count - 1} of {count} pictures are not computed yet" in texts(app)
    space.run = replace(space.run, model_sha256="f" * 64)
    ran(app)
    app.button(key="scale-start").click()
    ran(app)
    assert "The model of the maps on screen is not in this session" in texts(app)


def test_an_early_run_asks_to_be_computed_again(app: AppTest) -> None:
    space = app.session_state[KEY]
    space.run = replace(space.run, input_spec=None)
    scaled(app, PER_SET)
    assert "These maps are of an early version" in texts(app)


@pytest.mark.parametrize(
    ("error", "said"),
    [(InputError("No room.", "Wait."), "No room"), (Cancelled(), "that were done by then")],
)
def test_what_ends_early_is_said(app: AppTest, error: XaiError, said: str) -> None:
    space = app.session_state[KEY]
    space.run = replace(space.run, input_spec=space.run.input_spec or _spec())
    scaled(app, PER_SET)

    def work(progress: object, cancel: object) -> dict[str, str]:
        raise error

    space.scaling.job = job = Job(work)
    job.wait()
    ran(app)
    assert said in texts(app)
    assert space.scaling.job is None


def test_one_click_shows_that_good_parts_stay_dark(app: AppTest) -> None:
    opened(app, "pages/model/readiness.py")
    app.button(key="wafer-scale").click()
    ran(app)
    space: Workspace = app.session_state[KEY]
    opened(app, PAGE)
    for _ in range(10):  # the maps on screen, then by themselves those of the other pictures
        for job in (space.job, space.scaling.job):
            if job is not None:
                job.wait(600)
        ran(app)
        told = texts(app)
        if "of good parts, all for" in told:
            break
    assert "Percentile 99.5 of the maps of 4 pictures of good parts, all for bridge" in told
    assert "Complexity does not change" in told
    assert not app.error
    before = {name: one.after for name, one in space.run.scores.items()}
    app.selectbox(key="percentile").set_value(95.0)
    ran(app)
    assert "Percentile 95 of the maps of 4 pictures" in texts(app)
    assert {name: one.after for name, one in space.run.scores.items()} == before


def test_an_address_carries_the_pictures() -> None:
    space = Workspace({}, {}, "", "", demo_run())
    ids = ["0" * SHORT, "a1" * (SHORT // 2)]
    scale_pictures.take(space, {"reference": ",".join(ids), "pictures": "../../etc,zz"})
    assert space.scaling.reference == ids
    assert space.scaling.group is None
    assert scale_pictures.words(space, "reference")["reference"] == ",".join(ids)
    assert scale_pictures.words(space, "picture") == {}
    assert "scale" in link.LOOKS


def _spec() -> object:
    from xai_core.pictures.preprocessing import InputSpec

    return InputSpec()
