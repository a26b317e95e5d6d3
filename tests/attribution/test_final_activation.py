"""The score is what goes into the last softmax or sigmoid, in every pass of every method.

Sources: keras-vis/tf-keras-vis #71, keras-grad-cam #25, tf-explain #54, Quantus #186,
tensorflow #44462: the gradient of a saturated probability is zero or rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.attribution.settings import ON_CONVOLUTIONS, fast
from xai_core import explain
from xai_core.attribution.context import explained_of
from xai_core.base.target import Target
from xai_core.targets.marks import mark_of

PICTURE = np.random.default_rng(0).random((1, 3, 16, 16)).astype(np.float32)
FEW = {
    "smoothgrad": {"m": 9},
    "noisegrad": {"n": 3},
    "fusiongrad": {"n": 3, "m": 4},
    "integrated-gradients": {"n_steps": 8},
}


def body() -> nn.Sequential:
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2)]
    net = nn.Sequential(*layers, nn.Conv2d(6, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4))
    with torch.no_grad():
        net[-1].weight.mul_(60)
    return net.eval()


class Ending(nn.Module):
    """The body, and behind it a function."""

    def __init__(self, end: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.body, self.end = body(), end

    def forward(self, x: Tensor) -> Any:
        return self.end(self.body(x))


def slope(net: Callable[[Tensor], Tensor], index: int) -> np.ndarray:
    leaf = torch.from_numpy(PICTURE).requires_grad_(True)
    (found,) = torch.autograd.grad(net(leaf)[0, index], leaf)
    return found.numpy()


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    a, b = np.float64(one).ravel(), np.float64(other).ravel()
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


ENDS: dict[str, tuple[str, Callable[[Tensor], Any]]] = {
    "module": ("softmax", nn.Softmax(1)),
    "function": ("softmax", lambda z: F.softmax(z, dim=-1)),
    "method": ("softmax", lambda z: z.softmax(1)),
    "special": ("softmax", lambda z: torch.special.softmax(z, 1)),
    "named argument": ("softmax", lambda z: torch.softmax(input=z, dim=1)),
    "arranged": ("softmax", lambda z: z.view(-1, 2, 2).flatten(1).softmax(1).view(-1, 4).clone()),
    "clamped": ("softmax", lambda z: z.softmax(1).clamp(1e-7, 1 - 1e-7)),
    "in a mapping": ("softmax", lambda z: {"loss": z.sum(), "probs": z.softmax(1)}),
    "log-softmax": ("log-softmax", nn.LogSoftmax(1)),
    "log of a softmax": ("log-softmax", lambda z: z.softmax(1).log()),
    "sigmoid": ("sigmoid", nn.Sigmoid()),
    "in place": ("sigmoid", lambda z: z.sigmoid_()),
    "expit": ("sigmoid", torch.special.expit),
    "aten": ("sigmoid", torch.ops.aten.sigmoid.default),
}


@pytest.mark.parametrize("name", ENDS)
def test_its_gradient_is_that_of_the_logit(name: str) -> None:
    kind, end = ENDS[name]
    found = explain(Ending(end).eval(), PICTURE, 2, "saliency", absolute=False)
    assert cosine(found.values, slope(body(), 2)) > 0.999
    assert found.explained[0].sentence == f"the score of class 2 before the {kind}"


@pytest.mark.parametrize("method", ON_CONVOLUTIONS)
def test_every_method_gives_the_map_of_the_net_without_it(method: str) -> None:
    parameters: dict[str, Any] = {**fast(method), **FEW.get(method, {})}
    ours = explain(nn.Sequential(*body(), nn.Softmax(1)).eval(), PICTURE, 1, method, **parameters)
    plain = explain(body(), PICTURE, 1, method, **parameters)
    np.testing.assert_allclose(ours.values, plain.values, rtol=1e-5, atol=1e-6)


def test_without_an_activation_nothing_is_said_and_no_pass_is_watched() -> None:
    (found,) = explained_of(body(), PICTURE, 1)
    assert found.sentence == "the score of class 1"
    assert dict(found.chosen) == {"index": 1, "kind": "classes"}


@pytest.mark.parametrize(
    "end",
    [
        lambda z: z.softmax(1) @ torch.ones(4, 4).triu(),  # an attention: its values are read
        lambda z: z * z.sigmoid(),
        lambda z: z.softmax(1).mean(1, keepdim=True),
    ],
)
def test_an_activation_inside_is_not_the_last_one(end: Callable[[Tensor], Tensor]) -> None:
    (found,) = explained_of(Ending(end).eval(), PICTURE)
    assert "before" not in found.chosen


def test_a_detached_output_stays_without_a_gradient() -> None:
    (found,) = explained_of(Ending(lambda z: z.softmax(1).detach()).eval(), PICTURE)
    assert "before" not in found.chosen


def test_a_dense_softmax_is_averaged_before_it() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Softmax(1)).eval()
    found = explain(net, PICTURE, 3, "saliency", absolute=False)
    expected = slope(lambda x: net[0](x).mean((2, 3)), 3)
    assert cosine(found.values, expected) > 0.999
    assert found.explained[0].sentence == (
        "the mean score of class 3 before the softmax over the picture"
    )


@pytest.mark.parametrize("end", ["module", "sigmoid"])
def test_the_probability_itself_can_be_explained(end: str) -> None:
    net = Ending(ENDS[end][1]).eval()
    net.body[-1].weight.data.mul_(0.01)
    found = explain(net, PICTURE, Target("probability", {"index": 2}), "saliency", absolute=False)
    assert cosine(found.values, slope(net, 2)) > 0.999


def test_the_margin_is_of_scores() -> None:
    net, target = Ending(nn.Softmax(1)).eval(), Target("margin", {"index": 1, "against": 3})
    found = explain(net, PICTURE, target, "saliency", absolute=False)
    assert cosine(found.values, slope(body(), 1) - slope(body(), 3)) > 0.999


def test_an_output_comes_as_the_model_gives_it() -> None:
    net, picture = Ending(nn.Softmax(1)).eval(), torch.from_numpy(PICTURE)
    explain(net, PICTURE, 1, "saliency")
    assert mark_of(net(picture)).before is None
