"""Which layer Grad-CAM looks at, in every layout."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.nets import NETS, dense, layered, pictures
from xai_core.attribution.capabilities import Layer
from xai_core.attribution.explanation import explain
from xai_core.attribution.layers.feature_layers import propose
from xai_core.attribution.probe import probe
from xai_core.base.errors import InputError, MethodError


def layer(name: str, kind: str, *shape: int) -> Layer:
    return Layer(name, kind, 0, shape, len(shape) == 4 and shape[2] * shape[3] > 1)


def test_the_last_layer_that_makes_features_is_taken():
    layers = [
        layer("conv", "Conv2d", 1, 8, 14, 14),
        layer("relu", "ReLU", 1, 8, 14, 14),
        layer("drop", "Dropout2d", 1, 8, 14, 14),
        layer("pool", "AdaptiveAvgPool2d", 1, 8, 2, 2),
        layer("flat", "Flatten", 1, 32),
        layer("head", "Linear", 1, 10),
    ]
    assert propose(layers, (1, 10)).name == "relu"
    assert propose(layers[3:], (1, 10)).name == "pool"


def test_a_dense_output_is_explained_at_the_narrowest_place():
    layers = [
        layer("down", "Conv2d", 1, 8, 14, 14),
        layer("deepest", "Conv2d", 1, 64, 7, 7),
        layer("up", "ConvTranspose2d", 1, 8, 14, 14),
        layer("scores", "Conv2d", 1, 5, 14, 14),
    ]
    assert propose(layers, (1, 5, 14, 14)).name == "deepest"
    assert explain(dense(), pictures(), 1, "grad-cam").native_size == (6, 5)


def test_without_feature_maps_there_is_no_proposal():
    with pytest.raises(MethodError) as refused:
        propose([layer("head", "Linear", 1, 10)], (1, 10))
    assert refused.value.code == "no-spatial-layer"


@pytest.mark.parametrize(("name", "kind"), [("nonsense", InputError), ("7", MethodError)])
def test_a_layer_that_does_not_serve(name, kind):
    with pytest.raises(kind):
        explain(layered(), pictures(), 1, "grad-cam", layer=name)


def test_a_layer_beside_the_way_to_the_score():
    class ControlScores(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net, self.other = layered(), nn.Conv2d(3, 2, 3)

        def forward(self, x: Tensor) -> Tensor:
            self.other(x)
            return self.net(x)

    with pytest.raises(MethodError, match="does not depend") as refused:
        explain(ControlScores(), pictures(), 1, "grad-cam", layer="other")
    assert refused.value.code == "no-gradient"


class LastAxis(nn.Module):
    """A convolution with its channels on the last axis, as in Keras."""

    data_format = "channels_last"

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = [conv]  # out of sight of hooks

    def forward(self, x: Tensor) -> Tensor:
        return self.conv[0](x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class ChannelsLast(nn.Module):
    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.first, self.second = LastAxis(net[0]), LastAxis(net[3])
        self.norm = [net[1]]
        self.head = net[5:]

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        x = self.norm[0](x).relu().permute(0, 2, 3, 1)
        return self.head(self.second(x).relu().permute(0, 3, 1, 2))


def test_channels_on_the_last_axis():
    last = ChannelsLast(layered()).eval()
    expected = explain(layered(), pictures(), 1, "grad-cam", layer="3")
    result = explain(last, pictures(), 1, "grad-cam", layer="second")
    assert result.native_size == expected.native_size == (8, 6)
    np.testing.assert_allclose(result.values, expected.values, rtol=1e-5, atol=1e-7)
    seen = probe(last, torch.from_numpy(pictures()))
    assert [found.name for found in seen.spatial_layers[:2]] == ["first", "second"]


def test_the_probe_reports_what_methods_need():
    seen = probe(NETS["functional"](), torch.from_numpy(pictures()))
    assert (seen.predicts, seen.input_gradient, seen.rectifiers) == (True, True, 3)
    assert [found.name for found in seen.spatial_layers] == ["first", "second", "third"]
    assert seen.float_parameters == sum(p.numel() for p in NETS["functional"]().parameters())


@pytest.mark.parametrize("method", ["grad-cam", "guided-grad-cam"])
def test_the_layer_taken_is_on_record(method):
    proposed = explain(layered(), pictures(), 1, method)
    assert proposed.chosen["layer"] == "4"
    asked = explain(layered(), pictures(), 1, method, layer="4")
    np.testing.assert_array_equal(asked.values, proposed.values)
