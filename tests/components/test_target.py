"""The choice of a target in the sidebar: only what fits, its form, its sentence, its region."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from components.session.state.workspace import KEY, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran
from tests.components.test_pages import texts as escaped
from xai_core.base.target import Target

pytestmark = pytest.mark.xdist_group("app")


def texts(app: AppTest) -> str:
    """What is on the page, as it reads."""
    return escaped(app).replace("\\", "")


def box(app: AppTest, label: str) -> object:
    return next(one for one in app.selectbox if one.label == label)


def choose(app: AppTest, kind: str) -> None:
    box(app, "What to explain").set_value(kind)
    ran(app)


def wafer(app: AppTest, name: str) -> Workspace:
    opened(app, "pages/model/readiness.py")
    app.button(key=f"wafer-{name}").click()
    ran(app)
    space: Workspace = app.session_state[KEY]
    space.chosen = ["saliency"]
    return space


def compute(app: AppTest) -> None:
    opened(app, "pages/start/overview.py")
    app.button(key="overview-start").click()
    ran(app)
    job = app.session_state[KEY].job
    if job is not None:  # it may have ended already
        job.wait(600)
    ran(app)


def test_a_classifiers_margin_is_chosen_computed_and_told(app: AppTest) -> None:
    space = wafer(app, "classifier")
    assert box(app, "What to explain").options[:3] == [
        "Class score",
        "Class probability",
        "Log-odds",
    ]
    choose(app, "margin")
    assert isinstance(space.target, Target)
    assert "Explained is the score of bridge (" in texts(app)
    assert "the strongest other" in texts(app)
    compute(app)
    assert space.run.asked == space.target
    assert space.run.target_label.startswith("the score of bridge (")
    assert f":small[{space.run.target_label} ·]" in texts(app)
    choose(app, "probability")
    assert "what is explained" in texts(app)
    choose(app, "neuron")
    layer = box(app, "Layer")
    assert space.target.parameters["layer"] == layer.value
    assert f"Explained is the mean of layer {layer.value}" in texts(app)
    next(one for one in app.text_input if one.label == "Unit").set_value("1")
    ran(app)
    assert f"Explained is the mean of channel 1 of layer {layer.value}" in texts(app)
    choose(app, "logit")
    assert space.target is None


def test_a_segmentations_regions_keep_the_class(app: AppTest) -> None:
    space = wafer(app, "segmenter")
    assert "Margin to the runner-up" not in box(app, "What to explain").options
    assert "Explained is the mean score of defect (1) over the picture" in texts(app)
    choose(app, "predicted-region")
    assert "output pixels where the model predicts it" in texts(app)
    choose(app, "box")
    assert space.target.parameters == {
        **{"index": 1, "top": 32, "left": 32, "bottom": 96, "right": 96}
    }
    choose(app, "connected-region")
    assert "mean score of defect (1)" in texts(app)
    assert "in one piece around row" in texts(app)


def test_a_box_that_is_none_is_refused_and_mended(app: AppTest) -> None:
    space = wafer(app, "segmenter")
    choose(app, "box")
    bottom = next(one for one in app.number_input if one.label == "Bottom")
    bottom.set_value(3)
    ran(app)
    assert "has no pixel in a picture of 128 rows" in texts(app)
    kept = space.run
    compute(app)
    assert space.run is kept
    assert "has no pixel" in texts(app)
    next(one for one in app.number_input if one.label == "Bottom").set_value(100)
    ran(app)
    assert "Explained is the mean score of defect (1)" in texts(app)
    assert space.target.parameters["bottom"] == 100


def test_a_mask_is_uploaded_or_refused(app: AppTest) -> None:
    space = wafer(app, "segmenter")
    choose(app, "mask")
    assert "There is no mask yet" in texts(app)
    uploader = next(one for one in app.file_uploader if one.label.startswith("Mask"))
    uploader.set_value(("mask.png", picture((50, 60)), "image/png"))
    ran(app)
    assert "The mask has 60×50 pixels" in texts(app)
    uploader = next(one for one in app.file_uploader if one.label.startswith("Mask"))
    uploader.set_value(("mask.png", picture((128, 128)), "image/png"))
    ran(app)
    assert "over the 256 of 16,384 output pixels of the mask" in texts(app)
    assert space.target.parameters["mask"].startswith("128x128:")


def test_a_regression_is_explained_downwards(app: AppTest) -> None:
    space = wafer(app, "sizer")
    choose(app, "regression")
    box(app, "Direction").set_value("down")
    ran(app)
    assert "Explained is what lowers the only output" in texts(app)
    compute(app)
    assert space.run.target_label == "what lowers the only output"
    assert space.run.target is None


def test_another_picture_of_the_session_is_compared_with(app: AppTest) -> None:
    wafer(app, "classifier")
    choose(app, "similarity")
    other = box(app, "Other picture")
    assert f"the cosine similarity to the embedding of {other.value}" in texts(app)


def picture(size: tuple[int, int]) -> bytes:
    pixels = np.zeros(size, np.uint8)
    pixels[16:32, 16:32] = 255
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
