"""Grad-CAM on networks that keep channels last or tokens in an order of their own.

The networks are those of the report (shared FACTS 9 and 14): before, `swin_t`'s default layer was
read as 7 channels of 7 × 768, and Hiera's unrolled tokens as if they lay row by row. Each map is
compared with a Grad-CAM written here, whose reading comes from the network's own source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.dose import dose
from xai_core import explain
from xai_core.models.vision_libraries import vision_library

Reading = Callable[[nn.Module, Tensor], Tensor]
"""What a layer gave -> `[1, K, h, w]`, as the network's own code reads it."""


def last(net: nn.Module, x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def first(net: nn.Module, x: Tensor) -> Tensor:
    return x


def rerolled(block: int) -> Reading:
    return lambda net, x: net.reroll(x, block).permute(0, 3, 1, 2)  # timm's own way back


def deblocked(net: nn.Module, x: Tensor) -> Tensor:
    side = round((x.shape[1] * x.shape[2]) ** 0.5 / x.shape[1] ** 0.5)
    return vision_library("timm.models.nest").deblockify(x, side).permute(0, 3, 1, 2)


def rows(height: int, width: int) -> Reading:
    return lambda net, x: x.transpose(1, 2).reshape(1, -1, height, width)


@dataclass(frozen=True)
class Case:
    """name: of timm, or of torchvision behind `tv:`. size: of the picture, and of the network
    where it is built for one. layer: empty for the default, which is then `default`.
    """

    name: str
    size: tuple[int, int]
    default: str
    read: Reading
    layer: str = ""
    built: dict[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.name}-{self.size[0]}x{self.size[1]}-{self.layer or self.default}"


def sized(name: str, size: tuple[int, int], *more: Any) -> Case:
    return Case(name, size, *more, built={"img_size": size})


CASES = [
    Case("tv:swin_t", (96, 128), "norm", last),
    Case("tv:swin_t", (128, 96), "norm", last),
    Case("tv:swin_t", (96, 128), "", last, "features.5.1.mlp.0"),
    Case("tv:swin_v2_t", (96, 128), "norm", last),
    Case("tv:swin_v2_t", (128, 128), "norm", last),
    Case("tv:convnext_tiny", (96, 128), "features", first),
    Case("tv:convnext_tiny", (128, 96), "", last, "features.7.2.block.5"),
    sized("swin_tiny_patch4_window7_224", (112, 112), "norm", last),
    sized("swin_tiny_patch4_window7_224", (112, 224), "norm", last),
    sized("nest_tiny", (112, 112), "norm", last),
    sized("nest_tiny", (64, 64), "", deblocked, "levels.0.transformer_encoder"),
    sized("nest_tiny", (64, 64), "norm", last),
    sized("hiera_tiny_224", (128, 128), "blocks.11", rerolled(11)),
    sized("hiera_tiny_224", (128, 128), "", rerolled(0), "blocks.0"),
    sized("hiera_tiny_224", (96, 160), "", rerolled(9), "blocks.9"),
    sized("hiera_tiny_224", (96, 160), "blocks.11", rerolled(11)),
    Case("mambaout_femto", (96, 128), "stages", last),
    Case("mambaout_femto", (160, 96), "stages", last),
    Case("caformer_s18", (96, 128), "stages", first),
    Case("caformer_s18", (128, 96), "", rows(8, 6), "stages.2.blocks.8"),
    Case("focalnet_tiny_srf", (96, 128), "norm", first),
    Case("focalnet_tiny_srf", (160, 96), "norm", first),
    sized("maxvit_rmlp_pico_rw_256", (128, 128), "", last, "stages.3.blocks.0.attn_grid"),
    sized("maxvit_rmlp_pico_rw_256", (128, 192), "norm", first),
]


@cache
def network(name: str, size: tuple[int, int] | None) -> nn.Module:
    torch.manual_seed(0)
    library, _, inner = name.rpartition(":")
    if library:
        net = getattr(vision_library("torchvision").models, inner)(weights=None)
    else:
        built = {} if size is None else {"img_size": size}
        net = vision_library("timm").create_model(name, pretrained=False, **built)
    for weights in net.parameters():
        if not weights.any():  # timm starts some heads at zero: no score, no map
            nn.init.normal_(weights, std=0.02)
    return net.eval()


def by_hand(net: nn.Module, x: Tensor, layer: str, read: Reading) -> tuple[int, Tensor]:
    """The first class whose map is not empty, and that map at the layer's own size."""
    kept: list[Tensor] = []
    inner = net.get_submodule(layer)
    handle = inner.register_forward_hook(lambda _, __, out: kept.append(out))
    scores = net(x.clone().requires_grad_(True))[0]
    handle.remove()
    for target in range(20):
        (slope,) = torch.autograd.grad(scores[target], kept[-1], retain_graph=True)
        features, slope = read(net, kept[-1]).detach(), read(net, slope)
        cam = (slope.mean((2, 3), keepdim=True) * features).sum(1, keepdim=True).relu()
        if bool(cam.any()):
            return target, cam
    raise AssertionError("every map is empty")


DOSE = [CASES[place] for place in (0, 4, 10, 13, 16, 19, 22)]  # each library and each reading


@pytest.mark.parametrize("case", dose(DOSE, CASES), ids=str)
def test_grad_cam_reads_the_layer_as_the_network_does(case: Case) -> None:
    net = network(case.name, case.built.get("img_size"))
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(1, 3, *case.size)))
    x = x.to(torch.float32)
    target, cam = by_hand(net, x, case.layer or case.default, case.read)
    expected = F.interpolate(cam, size=case.size, mode="bilinear", align_corners=False)
    given = {"layer": case.layer} if case.layer else {}
    result = explain(net, x.numpy(), target, "grad-cam", **given)
    assert result.native_size == tuple(cam.shape[2:])
    assert result.chosen["layer"] == (case.layer or case.default)
    mine, theirs = result.values.ravel(), expected.numpy().ravel()
    cosine = float(mine @ theirs / np.linalg.norm(mine) / np.linalg.norm(theirs))
    assert cosine > 0.999
