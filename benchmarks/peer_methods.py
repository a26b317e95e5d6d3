"""LRP, DeepLIFT, GradientSHAP and LeGrad: against zennit, Captum and torchcam at their own best.

Networks of torchvision with random weights, on which the libraries are right: their speed does not
depend on the weights. Each library as its documentation shows it, in the same run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from captum.attr import DeepLift, GradientShap
from torch import nn

from benchmarks._demo import TARGET, efficientnet, inputs, picture, resnet50
from benchmarks.timing import Goal
from xai_core.attribution.explanation import explain
from xai_core.attribution.relevance.library import zennit
from xai_core.base.device import best_device
from xai_core.models.vision_libraries import vision_library

ROUNDS = 7
PLACES = 20


@cache
def vgg() -> nn.Module:
    torch.manual_seed(0)
    layers = vision_library("torchvision.models.vgg").make_layers([64, "M", 128, "M", 256, 256])
    head = (nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(256 * 49, TARGET + 1))
    return nn.Sequential(layers, *head).eval().to(best_device())


@cache
def vit() -> nn.Module:
    torch.manual_seed(0)
    made = vision_library("torchvision.models").vit_b_16(weights=None).eval()
    nn.init.normal_(made.heads.head.weight, std=0.02)
    return made.to(best_device())


def of(net: Callable[[], nn.Module], method: str, **parameters: object) -> Callable[[], None]:
    def run() -> None:
        explain(net(), inputs(), TARGET, method, **parameters)

    return run


def zennit_lrp() -> None:
    canonizers = [zennit("torchvision").ResNetCanonizer()]
    rules = zennit("composites").EpsilonPlus(zero_params="bias", canonizers=canonizers)
    x = picture().clone().requires_grad_(True)
    with rules.context(resnet50()) as changed:
        score = changed(x)[0, TARGET]
        torch.autograd.grad(score, x, score.detach())


def captum_deep_lift() -> None:
    DeepLift(vgg()).attribute(picture(), target=TARGET)


def captum_gradient_shap() -> None:
    baselines = torch.from_numpy(np.zeros((PLACES, *inputs().shape[1:]), np.float32))
    GradientShap(efficientnet()).attribute(
        picture(), baselines.to(best_device()), target=TARGET, n_samples=PLACES
    )


def torchcam_legrad() -> None:
    from torchcam.methods import LeGrad

    net = vit()
    with LeGrad(net, list(net.encoder.layers)) as extractor:
        net(picture())
        extractor(TARGET)


def prepare(titles: list[str]) -> None:
    """Loads the models and wakes the kernels up."""
    for title in titles:
        CASES[title]()


CASES = {
    "LRP, ResNet-50": of(resnet50, "lrp"),
    "zennit's EpsilonPlus": zennit_lrp,
    "DeepLIFT, VGG": of(vgg, "deep-lift"),
    "Captum's DeepLIFT": captum_deep_lift,
    "GradientSHAP, 20 places": of(
        efficientnet, "gradient-shap", starts=PLACES, start="constant", sg_std=0.0
    ),
    "Captum's GradientSHAP": captum_gradient_shap,
    "LeGrad, ViT-B/16": of(vit, "legrad"),
    "torchcam's LeGrad": torchcam_legrad,
}
_titles = list(CASES)
WORKER = _titles[::2]
GOALS = [Goal(ours, theirs, 1.0) for ours, theirs in zip(_titles[::2], _titles[1::2], strict=True)]
