"""Several sets of weights, and a head whose activations are a guess: chosen on the model page."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

from components.session.state.workspace import KEY, Source, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran
from xai_core.models.formats.base import LoadOptions
from xai_core.models.vision_libraries import vision_library
from xai_core.pictures.preprocessing import InputSpec

TITLE = "team.pth"
pytestmark = pytest.mark.xdist_group("app")


def checkpoint(path: Path) -> Path:
    """A known body under a head of two layers, raw and averaged."""
    torch.manual_seed(0)
    net = vision_library("torchvision.models").shufflenet_v2_x0_5()
    net.fc = nn.Sequential(nn.Linear(1024, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 4))
    net.train()(torch.randn(4, 3, 32, 32))
    state = net.eval().state_dict()
    torch.save({"state_dict": state, "state_dict_ema": state}, path)
    return path


def test_both_are_chosen_and_open_the_model_anew(app: AppTest, tmp_path: Path) -> None:
    space: Workspace = app.session_state[KEY]
    small = LoadOptions(input_spec=InputSpec.for_shape(3, 64, 64))
    space.add_source(Source(TITLE, checkpoint(tmp_path / TITLE), small))
    opened(app, "pages/model/readiness.py")
    assert not app.error, [one.value for one in app.error]
    app.selectbox(key=f"weights-{TITLE}").select("state_dict")
    ran(app)
    assert space.sources[TITLE].options.weights == "state_dict"
    app.radio(key=f"head-activation-{TITLE}").set_value("gelu")
    ran(app)
    assert space.sources[TITLE].options.head_activation == "gelu"
    assert space.sources[TITLE].options.weights == "state_dict"
    assert app.radio(key=f"head-activation-{TITLE}").value == "gelu"
    assert not app.error
