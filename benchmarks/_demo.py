"""The demo network and picture that the benchmarks share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from xai_core.attribution.pace.measurement import measured
from xai_core.base.device import best_device
from xai_core.base.pace import Pace
from xai_core.models.demo import demo_weights
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import InputSpec, open_picture
from xai_core.pictures.preprocessing import prepare as prepare_picture

TARGET = 285


@cache
def efficientnet() -> nn.Module:
    """EfficientNet-Lite0 with its ImageNet weights."""
    from efficientnet_lite_pytorch import EfficientNet

    model = EfficientNet.from_name("efficientnet-lite0")
    model.load_state_dict(torch.load(demo_weights(), weights_only=True))
    return model.eval().to(best_device())


@cache
def resnet50() -> nn.Module:
    """ResNet-50 with random weights: its speed does not depend on them."""
    from xai_core.models.vision_libraries import vision_library

    torch.manual_seed(0)
    return vision_library("torchvision.models").resnet50(weights=None).eval().to(best_device())


@cache
def inputs() -> np.ndarray:
    """The cat, float32 `[1, 3, 224, 224]`."""
    return prepare_picture(open_picture(picture_path("cat")), InputSpec()).inputs


@cache
def picture() -> Tensor:
    """The same, on the device."""
    return torch.from_numpy(inputs()).to(best_device())


@cache
def pace(net: Callable[[], nn.Module]) -> Pace:
    """Measured once for a model, as the dashboard does."""
    return measured(net(), picture())


def slope(model: nn.Module, batch: Tensor) -> Tensor:
    """One forward pass and one backward pass to the input."""
    leaf = batch.detach().clone(memory_format=torch.preserve_format).requires_grad_(True)
    (found,) = torch.autograd.grad(model(leaf)[:, TARGET].sum(), leaf)
    return found
