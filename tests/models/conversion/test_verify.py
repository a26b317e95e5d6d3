from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from xai_core.base.arrays import Inputs
from xai_core.base.loaded_model import Predictor
from xai_core.models.conversion.certificate import Certificate, findings_of
from xai_core.models.conversion.verify import sample_inputs, verify


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3),
        nn.ReLU6(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    ).eval()


def predictor(module: nn.Module) -> Predictor:
    def predict(inputs: Inputs) -> np.ndarray:
        with torch.no_grad():
            return module(torch.from_numpy(inputs)).numpy()

    return predict


def certify(module: nn.Module, source: nn.Module, side: int = 32) -> Certificate:
    inputs = sample_inputs((3, side, side))
    return verify(module, predictor(source), inputs, converter="hand", version="1")


class Detaching(nn.Module):
    """The forward pass of `inner`, with the gradient of half of it."""

    def __init__(self, inner: nn.Module, keep: float) -> None:
        super().__init__()
        self.inner, self.keep = inner, keep

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mixed = self.keep * x + (1 - self.keep) * x.detach()
        return self.inner(mixed)


@pytest.mark.parametrize("side", [16, 64])
@pytest.mark.parametrize("head", [nn.Identity(), nn.Softmax(1), nn.Sigmoid()])
def test_an_equal_module_passes(side: int, head: nn.Module) -> None:
    source = nn.Sequential(network(), head).eval()
    found = certify(copy.deepcopy(source), source, side)
    assert found.passed, found
    assert found.finite_difference_error is not None
    assert found.finite_difference_error < 0.1
    assert found.logit_error < 1e-5
    assert (found.top1_agreement, found.samples) == (1.0, 3)
    assert findings_of(found).code == "converted-verified"
    assert findings_of(found).severity == "info"


def test_the_same_certificate_at_every_call() -> None:
    source = network()
    assert certify(source, source) == certify(source, source)


@pytest.mark.parametrize("keep", [0.0, 0.5, 2.0])
def test_a_wrong_gradient_is_found_though_outputs_agree(keep: float) -> None:
    source = network()
    found = certify(Detaching(copy.deepcopy(source), keep), source)
    assert not found.passed
    assert found.logit_error < 1e-5
    finding = findings_of(found)
    assert (finding.code, finding.severity) == ("converted-unverified", "error")
    assert "gradient" in finding.message


class Straight(nn.Module):
    """`x` with a gradient where there is none."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + (x.round() - x).detach()


class Rounding(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.round()


def test_a_gradient_that_the_source_has_not_is_found() -> None:
    ours, source = (
        nn.Sequential(layer, nn.Flatten(), nn.Linear(192, 3)) for layer in (Straight(), Rounding())
    )
    ours[2].load_state_dict(source[2].state_dict())
    assert not certify(ours, source, 8).passed


def test_other_outputs_fail() -> None:
    source, other = network(), network()
    with torch.no_grad():
        other[8].bias += 0.5
    assert certify(other, source).why_not == "The outputs differ."
    shorter = nn.Sequential(source, nn.Linear(5, 4))
    assert "shape" in (certify(shorter, source).why_not or "")


def test_a_failing_module_fails_and_time_is_bounded() -> None:
    source = network()
    assert not certify(nn.Linear(2, 2), source).passed
    inputs = sample_inputs((3, 16, 16))
    late = verify(source, predictor(source), inputs, converter="hand", version="1", time_limit=-1.0)
    assert not late.passed
    assert "limit" in (late.why_not or "")


def test_the_module_comes_back_as_it_was() -> None:
    source = network()
    before = copy.deepcopy(source.state_dict())
    certify(source, source)
    assert all(p.grad is None and p.requires_grad for p in source.parameters())
    assert all(torch.equal(before[name], value) for name, value in source.state_dict().items())
