"""Weights as an initialiser draws them are told, and those that learned something never are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from xai_core import load_model
from xai_core.demo.wafer.exhibits import wafer_exhibits
from xai_core.models.demo import DEMO
from xai_core.models.vision_libraries import vision_library
from xai_core.readiness import assess
from xai_core.readiness.numerics.initial_weights import look_untrained


@pytest.mark.parametrize("name", ["mobilenet_v2", "squeezenet1_0", "regnet_y_400mf"])
def test_an_untrained_network_of_torchvision(name: str) -> None:
    torch.manual_seed(0)
    assert look_untrained(vision_library("torchvision.models").get_model(name, weights=None))


@pytest.mark.parametrize("name", ["convnext_atto", "levit_128s", "vit_tiny_patch16_224"])
def test_an_untrained_network_of_timm(name: str) -> None:
    torch.manual_seed(0)
    assert look_untrained(vision_library("timm").create_model(name))


@pytest.mark.parametrize("draw", ["glorot_uniform", "he_normal", "truncated_normal"])
def test_the_initialisers_of_keras(draw: str) -> None:
    rng = np.random.default_rng(1)
    shapes = [(3, 3, 3, 32), (3, 3, 32, 64), (64, 10)]
    kinds = {
        "glorot_uniform": lambda shape: rng.uniform(-0.1, 0.1, shape),
        "he_normal": lambda shape: rng.normal(0, 0.1, shape),
        "truncated_normal": lambda shape: np.clip(rng.normal(0, 0.1, shape), -0.2, 0.2),
    }
    tensors = [nn.Parameter(torch.from_numpy(kinds[draw](shape)).float()) for shape in shapes]
    assert look_untrained(nn.ParameterList(tensors))


def test_trained_networks_are_not() -> None:
    trained = [load_model(DEMO), *(load_model(one.model_path) for one in wafer_exhibits())]
    assert not any(look_untrained(one.module) for one in trained if one.module is not None)


def test_fifty_steps_of_training_are_seen() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    assert look_untrained(net)
    inputs = torch.randn(200, 64)
    classes = (inputs[:, :10] * 2).argmax(1)
    steps = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
    for _ in range(50):
        steps.zero_grad()
        nn.functional.cross_entropy(net(inputs), classes).backward()
        steps.step()
    assert float((net(inputs).argmax(1) == classes).float().mean()) > 0.5
    assert not look_untrained(net)


def test_it_is_told_gently() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(
        *(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)),
    ).eval()
    verdict = assess(net, np.random.default_rng(0).normal(size=(1, 3, 16, 16)).astype(np.float32))
    (found,) = (one for one in verdict.findings if one.code == "untrained")
    assert (verdict.level, found.severity) == ("ready", "warning")
    assert "almost equally probable" in found.message
    assert verdict.evidence["prediction_entropy"] > 0.95
