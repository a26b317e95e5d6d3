"""An empty map is said, with its cause: negative everywhere, saturated, dead."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import xai_core
from xai_core.attribution import emptiness, remarks

PICTURE = np.random.default_rng(0).random((1, 3, 16, 16), np.float32) + 0.5


def classifier(bias: float, *last: nn.Module, sign: float = 1.0) -> nn.Module:
    """Two classes; `sign` is that of the weights behind the only convolution."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2), *last
    )
    with torch.no_grad():
        net[0].weight.abs_()
        net[0].bias.fill_(bias)
        net[4].weight.copy_(sign * net[4].weight.abs())
    return net.eval()


@pytest.mark.parametrize(
    ("net", "method", "cause"),
    [
        (classifier(0.0, sign=-1.0), "grad-cam", "negative"),  # FACTS: an all-zero file, no word
        (classifier(-1e3), "saliency", "dead"),
        (classifier(-1e3), "guided-backprop", "dead"),
    ],
)
def test_the_cause_is_told(net: nn.Module, method: str, cause: str) -> None:
    found = xai_core.explain(net, PICTURE, 0, method)
    assert not found.values.any()
    assert found.chosen[emptiness.EMPTY] == cause
    assert emptiness.CAUSES[cause] in remarks.told(found)


def test_a_saturated_probability_is_told() -> None:
    # tf-keras-vis #71, keras-grad-cam #25: at p = 1 the slope of a softmax is zero
    net = classifier(0.0, nn.Softmax(1))
    with torch.no_grad():
        net[4].weight.zero_()
        net[4].bias.copy_(torch.tensor([500.0, 0.0]))
    found = xai_core.explain(net, PICTURE, xai_core.Target("probability", {"index": 0}), "saliency")
    assert found.chosen[emptiness.EMPTY] == "saturated"


def test_of_a_dead_neuron_no_probability_is_said_to_be_sure() -> None:
    net = nn.Sequential(nn.Conv2d(3, 1, 3), nn.ReLU(), nn.Flatten(), nn.Linear(196, 2)).eval()
    with torch.no_grad():
        net[0].bias.fill_(-1e3)
    found = xai_core.explain(net, PICTURE, xai_core.Target("neuron", {"layer": "1"}), "saliency")
    assert found.chosen[emptiness.EMPTY] == "dead"


def test_of_a_batch_each_picture_counts() -> None:
    net = classifier(-20.0)
    pair = np.concatenate([PICTURE, 40 * PICTURE])
    found = xai_core.explain(net, pair, 0, "saliency")
    assert found.chosen[emptiness.EMPTY] == ["dead", None]
    assert "Maps are empty" in remarks.told(found)


def test_a_map_that_shows_something_is_not_called_empty() -> None:
    found = xai_core.explain(classifier(0.0), PICTURE, 0, "grad-cam")
    assert emptiness.EMPTY not in found.chosen
    assert remarks.told(found) == ""
