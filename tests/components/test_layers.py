"""Layers are chosen by the size of their maps; several give a map each."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.methods.layer_chooser import at_size, sizes
from components.session import backend, run_source
from components.session.state.workspace import KEY, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.attribution.capabilities import Layer

HEATMAPS, RANKING = "pages/compare/heatmaps.py", "pages/compare/tune.py"
pytestmark = pytest.mark.xdist_group("app")


def given(app: AppTest) -> Workspace:
    """The wafer classifier is open, and Grad-CAM chosen."""
    opened(app, "pages/model/readiness.py")
    app.button(key="wafer-classifier").click()
    ran(app)
    space: Workspace = app.session_state[KEY]
    space.chosen = ["grad-cam"]
    opened(app, HEATMAPS)
    return space


def test_a_model_that_is_not_open_is_opened_on_demand(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "is_open", lambda source: False)
    app.session_state[KEY].chosen = ["grad-cam"]
    opened(app, HEATMAPS)
    assert "the last with a feature map" in texts(app)
    app.button(key="parameter-grad-cam-layer-wanted").click()
    ran(app)
    assert "Each picture shows how fine" in texts(app)


def test_two_layers_give_two_maps_on_every_page(app: AppTest) -> None:
    space = given(app)
    fields = [one for one in app.multiselect if str(one.key).startswith("parameter-grad-cam-layer")]
    assert len(fields) >= 2, "sizes"
    assert " × " in fields[0].label
    first, second = fields[0].options[0], fields[1].options[0]
    fields[0].set_value([first.split(" ")[0]])
    fields[1].set_value([second.split(" ")[0]])
    ran(app)
    names = [first.split(" ")[0], second.split(" ")[0]]
    assert space.settings["grad-cam"]["layer"] == ", ".join(names)
    app.button(key="heatmaps-start").click()
    ran(app)
    if space.job is not None:
        space.job.wait(600)
        ran(app)
    assert list(space.run.attributions) == [f"grad-cam@{name}" for name in names]
    assert not app.error
    opened(app, RANKING)
    table = app.dataframe[0].value
    assert set(table["Method"]) == {f"Grad-CAM · {name}" for name in names}
    space.settings.clear()
    run_source.show(space, space.run, own=True)
    assert space.chosen == ["grad-cam"]
    assert space.settings["grad-cam"]["layer"] == ", ".join(names)
    opened(app, HEATMAPS)
    assert "Chosen since these maps" not in texts(app)


def test_a_layer_that_does_not_exist_is_refused_with_what_exists(app: AppTest) -> None:
    space = given(app)
    space.settings["grad-cam"] = {"layer": "nowhere.7"}
    opened(app, RANKING)
    opened(app, HEATMAPS)
    assert "the model has no such layer with a feature map" in texts(app)
    app.button(key="heatmaps-start").click()
    ran(app)
    if space.job is not None:
        space.job.wait(600)
        ran(app)
    assert "The model has no layer" in texts(app)


def test_layers_stand_together_by_size_the_finest_first() -> None:
    layers = [
        Layer("a", "Conv2d", 0, (1, 8, 7, 7), True, (7, 7)),
        Layer("b", "Conv2d", 0, (1, 4, 14, 14), True, (14, 14)),
        Layer("c", "ReLU", 0, (1, 8, 7, 7), True, (7, 7)),
        Layer("d", "LayerNorm", 0, (1, 50, 8), True, (7, 7), 1),
    ]
    assert {grid: [one.name for one in group] for grid, group in sizes(layers).items()} == {
        (14, 14): ["b"],
        (7, 7): ["a", "c", "d"],
    }


def test_the_photo_is_shown_as_coarse_as_the_maps() -> None:
    photo = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    seen = at_size(photo, (2, 3))
    assert seen.shape == (168, 252, 3)
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) == 6
    corner = photo[:30, :30].reshape(-1, 3).mean(0)
    np.testing.assert_allclose(seen[0, 0], corner, atol=1)
