"""The score behind a saturated softmax, through every file format that torch runs.

Sources: tf-keras-vis #71, keras-grad-cam #25, tf-explain #54, keras #5881: at p = 1.0 the gradient
of the probability is zero, and a map of it rounding.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.attribution.test_final_activation import PICTURE, body, cosine, slope
from tests.dose import pairs
from xai_core import explain
from xai_core.models.formats.base import LoadOptions
from xai_core.models.keras.backend import import_keras
from xai_core.models.loading import load_model
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness import assess

OPTIONS = LoadOptions(input_spec=InputSpec.for_shape(3, 16, 16), trust=True)
PIECES = torch.from_numpy(PICTURE)


def saturated(scale: float) -> nn.Sequential:
    """Of weight 60 · scale: at 100 its probabilities are 0 and 1, and their gradient is 0."""
    net = nn.Sequential(*body(), nn.Softmax(1)).eval()
    net[-2].weight.data.mul_(scale)
    return net


def write(net: nn.Module, name: str, path: Path) -> None:
    if name == "eager":
        torch.save(net, path)
    elif name == "script":
        torch.jit.script(net).save(str(path))
    elif name == "trace":
        torch.jit.trace(net, PIECES).save(str(path))
    elif name == "pt2":
        torch.export.save(torch.export.export(net, (PIECES,)), path.with_suffix(".pt2"))
        path.with_suffix(".pt2").rename(path)
    else:
        torch.onnx.export(net, (PIECES,), str(path), dynamo=False)


@pytest.mark.parametrize(
    ("name", "scale"), pairs(["eager", "script", "trace", "pt2", "onnx"], [1.0, 100.0])
)
def test_a_map_is_that_of_the_logit(name: str, scale: float, tmp_path: Path) -> None:
    net = saturated(scale)
    write(net, name, tmp_path / "model")
    model = load_model(tmp_path / "model", OPTIONS)
    verdict = assess(model, PICTURE)
    assert verdict.level == "ready"
    assert verdict.evidence["explained"].endswith("before the softmax")
    found = explain(model, PICTURE, 1, "saliency", absolute=False).values
    assert cosine(found, slope(net[:-1], 1)) > 0.999


def test_a_keras_network_ends_before_its_activation(tmp_path: Path) -> None:
    keras = import_keras()
    keras.utils.set_random_seed(0)
    given = keras.Input((16, 16, 3))
    maps = keras.layers.Conv2D(6, 3, activation="relu")(given)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    kind = keras.layers.Dense(4, activation="softmax", name="kind")(pooled)
    box = keras.layers.Dense(2, name="box")(pooled)
    keras.Model(given, {"box": box, "kind": kind}).save(tmp_path / "model.keras")
    model = load_model(tmp_path / "model.keras", LoadOptions(input_spec=OPTIONS.input_spec))
    (found,) = explain(model, PICTURE, 2, "saliency").explained
    assert found.sentence == "the score of class 2 before the softmax"
    assert found.chosen["path"] == "['kind']"


def test_the_named_output_of_an_onnx_graph_is_the_scores(tmp_path: Path) -> None:
    class Two(nn.Module):
        """Keras' `{box, kind}` as exported: the first output is no class score."""

        def __init__(self) -> None:
            super().__init__()
            self.body, self.box = body(), nn.Linear(4, 2)

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            scores = self.body(x)
            return self.box(scores), scores.softmax(1)

    net, path = Two().eval(), tmp_path / "two.onnx"
    names = ["box", "kind"]
    torch.onnx.export(net, (PIECES,), str(path), output_names=names, dynamo=False)
    found = explain(load_model(path, OPTIONS), PICTURE, 3, "saliency", absolute=False)
    assert found.explained[0].chosen["path"] == "['kind']"
    assert cosine(found.values, slope(net.body, 3)) > 0.999
    assert np.isfinite(found.values).all()
