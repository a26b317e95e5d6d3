"""A model of several pictures on the pages: a picture for each input, and a map of each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from components.session.state.workspace import KEY, Source, Workspace
from tests.attribution.inputs.nets import TwoPictures
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.attribution.inputs.result import InputMap
from xai_core.models.formats.base import LoadOptions
from xai_core.models.other_inputs import OtherInput
from xai_core.pictures.preprocessing import InputSpec

pytestmark = pytest.mark.xdist_group("app")


def two_pictures(folder: Path) -> Source:
    """As a person opens it: the photo stays open, the depth is a grey picture."""
    torch.jit.save(torch.jit.script(TwoPictures(torch.nn.ReLU).eval()), folder / "two.ts")  # type: ignore[no-untyped-call]
    grey = np.random.default_rng(0).integers(0, 255, (30, 30), np.uint8)
    Image.fromarray(grey).save(folder / "depth.png")
    spec = InputSpec.for_shape(3, 24, 24)
    depth = OtherInput("depth", file=folder / "depth.png", called="depth.png")
    options = LoadOptions(input_spec=spec, other_inputs=(depth,))
    return Source("two.ts", folder / "two.ts", options)


def computed(app: AppTest, space: Workspace) -> dict[str, tuple[InputMap, ...] | str]:
    app.button(key="all-inputs-start").click().run()
    assert space.every_input.job is not None
    space.every_input.job.wait(600)
    ran(app)
    return space.every_input.found


def test_every_input_has_its_picture_and_its_maps(app: AppTest, tmp_path: Path) -> None:
    space: Workspace = app.session_state[KEY]
    space.add_source(two_pictures(tmp_path))
    space.chosen = ["saliency", "occlusion", "smoothgrad"]
    space.settings["smoothgrad"] = {"of": "grad-cam", "m": 2}
    opened(app, "pages/compare/heatmaps.py")
    assert "and the comparison of two models are of that alone" in texts(app)
    found = computed(app, space)
    maps = [one for one in found.values() if not isinstance(one, str)]
    assert [[one.name for one in several] for several in maps] == [["photo", "depth"]] * 2
    assert maps[0][1].attribution.values.shape == (1, 1, 24, 24)
    assert (
        "**SmoothGrad** gave no map. SmoothGrad around Grad-CAM is of the model's last layer"
        in texts(app)
    )

    app.selectbox(key="further-two.ts-depth").set_value("coffee")
    ran(app)
    (depth,) = space.sources["two.ts"].options.other_inputs
    assert depth.called == "coffee"
    assert app.button(key="all-inputs-start").label == "Explain every input", "they are of another"
