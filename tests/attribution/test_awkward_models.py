"""Models that only predict, take one sample at a time, hide their calls, or meet a torch bug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests import reference
from tests.attribution.nets import layered, pictures
from tests.attribution.settings import ON_CONVOLUTIONS, fast
from tests.dose import pairs
from xai_core.attribution.batches.explaining import Batches
from xai_core.attribution.explanation import explain
from xai_core.attribution.methods.base import METHODS
from xai_core.base.arrays import Inputs
from xai_core.base.errors import MethodError
from xai_core.base.loaded_model import LoadedModel
from xai_core.pictures.preprocessing import InputSpec

PARAMETERS = {"window": 4, "stride": 3}


def predictor(inputs: Inputs) -> dict[str, np.ndarray]:
    with torch.no_grad():
        return {"scores": layered()(torch.from_numpy(inputs)).numpy()}


def only_predicts() -> LoadedModel:
    spec = InputSpec.for_shape(3, 12, 10)
    return LoadedModel(Path("m.onnx"), "onnx", "0", 1, None, spec, "a test", reference=predictor)


def test_occlusion_works_on_what_only_predicts():
    ours = explain(only_predicts(), pictures(2), 2, "occlusion", **PARAMETERS)
    theirs = explain(layered(), pictures(2), 2, "occlusion", **PARAMETERS)
    np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", ["occlusion", "saliency"])
def test_an_output_that_is_not_finite_is_told_as_one_of_the_causes(method):
    net = nn.Sequential(layered(), nn.LogSigmoid()).eval()
    with torch.no_grad():
        next(net.parameters()).fill_(float("nan"))
    with pytest.raises(MethodError, match="not finite") as refused:
        explain(net, pictures(), 2, method, **(PARAMETERS if method == "occlusion" else {}))
    assert "output or its gradients" in str(refused.value)


@pytest.mark.parametrize("method", [m.name for m in METHODS if m.needs_gradient])
def test_other_methods_refuse_what_only_predicts(method):
    with pytest.raises(MethodError) as refused:
        explain(only_predicts(), pictures(), 2, method)
    assert refused.value.code == "inference-format"


class OneAtATime(nn.Module):
    """As exported with a fixed batch of 1."""

    def __init__(self) -> None:
        super().__init__()
        self.net = layered()

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x.reshape(1, 3, 12, 10))


class Mixing(OneAtATime):
    """Its samples see each other."""

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x) / len(x)


@pytest.mark.parametrize(("method", "kind"), pairs(ON_CONVOLUTIONS, [OneAtATime, Mixing]))
def test_models_for_one_sample_at_a_time(method, kind):
    ours = explain(kind(), pictures(2), 2, method, **fast(method)).values
    theirs = explain(layered(), pictures(2), 2, method, batch_size=1, **fast(method)).values
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


class AcrossTheBatch(nn.Module):
    """Its norm takes the statistics of whatever is in the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.net = layered()
        self.net[1].track_running_stats, self.net[1].running_mean = False, None
        self.net[1].running_var = None

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def test_samples_of_a_black_picture_do_not_see_each_other_either():
    black, how = 0 * pictures(2), {"m": 9, "sg_std": 0.5}
    together = explain(AcrossTheBatch(), black[:1], 2, "smoothgrad", batch_size=9, **how)
    apart = explain(AcrossTheBatch(), black[:1], 2, "smoothgrad", batch_size=1, **how)
    np.testing.assert_allclose(together.values, apart.values, rtol=1e-4, atol=1e-7)
    several = Batches(AcrossTheBatch()).explain(black, {"smoothgrad": how}, 2)
    for one in several:
        np.testing.assert_allclose(one["smoothgrad"].values, apart.values, rtol=1e-4, atol=1e-7)


class OneNumber(nn.Module):
    """Its output has no axis for the batch where that is one, or never has."""

    def __init__(self, number: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.net, self.number = layered(), number

    def forward(self, x: Tensor) -> Tensor:
        return self.number(self.net(x)[:, 2:3])


@pytest.mark.parametrize("number", [Tensor.squeeze, Tensor.mean])
@pytest.mark.parametrize("method", ["occlusion", "rise"])
def test_an_output_of_one_number_without_an_axis(method, number):
    ours = explain(OneNumber(number), pictures(2), None, method, **fast(method)).values
    theirs = explain(layered(), pictures(2), 2, method, **fast(method)).values
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("way", ["scripted", "traced", "frozen", "exported"])
def test_graphs_give_the_gradient_of_the_module(way):
    x = torch.from_numpy(pictures())
    graph = {
        "scripted": lambda: torch.jit.script(layered()),
        "traced": lambda: torch.jit.trace(layered(), x),
        "frozen": lambda: torch.jit.freeze(torch.jit.script(layered())),
        "exported": lambda: torch.export.export(layered(), (x,)).module(),
    }[way]()
    ours = explain(graph, pictures(), 2, "saliency").values
    theirs = explain(layered(), pictures(), 2, "saliency").values
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


class NoGradient(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.detach().flatten(1)[:, :5]


@pytest.mark.parametrize("method", ["saliency", "integrated-gradients", "fusiongrad", "smoothgrad"])
def test_a_gradient_that_does_not_reach_the_input(method):
    with pytest.raises(MethodError) as refused:
        explain(NoGradient(), pictures(), 2, method, **fast(method))
    assert refused.value.code in ("no-gradient", "no-float-parameters")


class RowNorm(nn.Module):
    """Meets torch 2.13's batch normalisation bug: a feature map of height 1, turned about."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.norm = nn.BatchNorm2d(8)
        self.head = nn.Linear(8, 5)
        with torch.no_grad():
            self.norm.weight.uniform_(0.5, 2)
            self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.norm(x).permute(0, 3, 2, 1)).tanh().sum((1, 2))


def test_batch_normalisation_of_a_single_row():
    net = RowNorm().eval()
    x = torch.randn(1, 8, 1, 6, generator=torch.Generator().manual_seed(0))
    slope = reference.difference_quotients(net, x, 2)
    ours = explain(net, x.numpy(), 2, "saliency", absolute=False).values
    np.testing.assert_allclose(ours, slope, rtol=1e-3, atol=1e-5)
