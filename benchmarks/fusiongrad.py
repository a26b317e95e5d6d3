"""FusionGrad, n = m = 10, on EfficientNet-Lite0 at 224×224: what do 100 noisy samples cost?

Against the plain reading of the paper (a pass for each sample, weights restored by
`load_state_dict` each time), and against what no implementation can do without: the forward and
the input-backward pass of as many samples at a good batch size, with no noise at all.
"""

from __future__ import annotations

import copy
from functools import cache

import torch
from torch import Tensor, nn

from xai_core.demo.models import demo_weights
from xai_core.demo.pictures import picture_path
from xai_core.device import best_device
from xai_core.explanation import explain
from xai_core.images import InputSpec, open_picture
from xai_core.images import prepare as prepare_picture

TARGET, N, M, BATCH = 285, 10, 10, 5
STD, SG_STD = 0.05, 0.2


@cache
def net() -> nn.Module:
    from efficientnet_lite_pytorch import EfficientNet

    model = EfficientNet.from_name("efficientnet-lite0")
    model.load_state_dict(torch.load(demo_weights(), weights_only=True))
    return model.eval().to(best_device())


@cache
def picture() -> Tensor:
    prepared = prepare_picture(open_picture(picture_path("cat")), InputSpec())
    return torch.from_numpy(prepared.inputs).to(best_device())


def prepare() -> None:
    """Loads the model and wakes the kernels up."""
    _slope(net(), picture())


def bare() -> None:
    model = copy.deepcopy(net()).requires_grad_(False)
    for _ in range(N * M // BATCH):
        _slope(model, picture().repeat(BATCH, 1, 1, 1))


def pedestal() -> None:
    explain(
        net(),
        picture().cpu().numpy(),
        TARGET,
        "fusiongrad",
        n=N,
        m=M,
        std=STD,
        sg_std=SG_STD,
        batch_size=BATCH,
    )


def nested_loop() -> None:
    model = copy.deepcopy(net())
    trained = copy.deepcopy(model.state_dict())
    total = torch.zeros_like(picture())
    for _ in range(N):
        for _ in range(M):
            model.load_state_dict(trained)
            with torch.no_grad():
                for weight in model.parameters():
                    weight.mul_(1 + STD * torch.randn_like(weight))
            leaf = (picture() + SG_STD * torch.randn_like(picture())).requires_grad_(True)
            model.zero_grad()
            model(leaf)[:, TARGET].sum().backward()
            assert leaf.grad is not None
            total += leaf.grad.abs() / (N * M)


def _slope(model: nn.Module, inputs: Tensor) -> Tensor:
    leaf = inputs.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(model(leaf)[:, TARGET].sum(), leaf)
    return slope.cpu()


CASES = {
    f"bare forward and input backward, batches of {BATCH}": bare,
    "Pedestal's FusionGrad": pedestal,
    "nested loop of single passes, weights restored each time": nested_loop,
}
