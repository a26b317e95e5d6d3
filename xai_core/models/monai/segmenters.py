"""MONAI's networks for segmentation: UNet, BasicUNet, SegResNet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xai_core.models.architectures.base import Shapes
from xai_core.models.families.base import refuse_volumes
from xai_core.models.monai.design import Design, counted, norm_of

AFFINE = ("instance", {"affine": True})
GROUPS = 8


def unet(shapes: Shapes) -> Iterator[Design]:
    """Its levels lie inside each other: `model.1.submodule.1.submodule` is the third."""
    levels = list(_levels(shapes))
    if len(levels) < 2 or not any(name.startswith("model.2.") for name in shapes):
        return
    first = shapes[f"{levels[0]}{_first(shapes, levels[0])}"]
    refuse_volumes("MONAI UNet", first)
    units = len(counted(shapes, f"{levels[0]}.conv.unit{{}}.conv.weight"))
    up = shapes.get("model.2.0.conv.weight", shapes.get("model.2.conv.weight", (0, 0)))
    act = levels[0] + (".conv.unit0" if units else "") + ".adn"
    norm, doubtful = norm_of(shapes, f"{act}.N", "instance")
    parametric = f"{act}.A.weight" in shapes
    options: dict[str, Any] = {
        "spatial_dims": 2,
        "in_channels": first[1],
        "out_channels": up[1],
        "channels": [shapes[f"{level}{_first(shapes, level)}"][0] for level in levels],
        "strides": [_stride(shapes, level, units) for level in levels[:-1]],
        "kernel_size": first[2],
        "up_kernel_size": up[2] if len(up) > 2 else 3,
        "num_res_units": units,
        "norm": norm,
        "act": "PRELU" if parametric else "RELU",
        "bias": f"{levels[0]}{_first(shapes, levels[0])}".replace("weight", "bias") in shapes,
    }
    doubtful += () if parametric else ("the activation ReLU",)
    assumed = () if units else ("stride 2 between the levels",)
    yield Design("UNet", options, up[1], first[1], assumed, doubtful)


def basic_unet(shapes: Shapes) -> Iterator[Design]:
    """Five levels; the last width is that of the last step up."""
    stem, final = "conv_0.conv_0.conv.weight", "final_conv.weight"
    last = "upcat_1.convs.conv_1.conv.weight"
    downs = counted(shapes, "down_{}.convs.conv_0.conv.weight", 1)
    if not {stem, final, last} <= shapes.keys() or len(downs) != 4:
        return
    refuse_volumes("MONAI BasicUNet", shapes[stem])
    norm, doubtful = norm_of(shapes, "conv_0.conv_0.adn.N", AFFINE)
    deconv = "upcat_1.upsample.deconv.weight" in shapes
    options = {
        "spatial_dims": 2,
        "in_channels": shapes[stem][1],
        "out_channels": shapes[final][0],
        "features": [shapes[stem][0], *(down[0] for down in downs), shapes[last][0]],
        "norm": norm,
        "bias": "conv_0.conv_0.conv.bias" in shapes,
        "upsample": "deconv" if deconv else "nontrainable",
    }
    assumed = ("leaky ReLU with a slope of 0.1",)
    yield Design("BasicUNet", options, shapes[final][0], shapes[stem][1], assumed, doubtful)


def seg_resnet(shapes: Shapes) -> Iterator[Design]:
    """As many blocks a level as there are tensors of."""
    stem, final = "convInit.conv.weight", "conv_final.2.conv.weight"
    if not {stem, "down_layers.0.1.conv1.conv.weight"} <= shapes.keys():
        return
    refuse_volumes("MONAI SegResNet", shapes[stem])
    width, channels = shapes[stem][:2]
    levels = range(len(counted(shapes, "down_layers.{}.1.conv1.conv.weight")))
    ups = range(len(counted(shapes, "up_layers.{}.0.conv1.conv.weight")))
    batch = "down_layers.0.1.norm1.running_mean" in shapes
    options = {
        "spatial_dims": 2,
        "init_filters": width,
        "in_channels": channels,
        "out_channels": shapes.get(final, (1,))[0],
        "use_conv_final": final in shapes,
        "norm": "batch" if batch else ("group", {"num_groups": GROUPS}),
        "blocks_down": [
            len(counted(shapes, f"down_layers.{n}.{{}}.conv1.conv.weight", 1)) for n in levels
        ],
        "blocks_up": [len(counted(shapes, f"up_layers.{n}.{{}}.conv1.conv.weight")) for n in ups],
        "upsample_mode": "deconv" if "up_samples.0.1.deconv.weight" in shapes else "nontrainable",
    }
    assumed = ("ReLU",) if batch else ("ReLU", f"group normalisation with {GROUPS} groups")
    yield Design("SegResNet", options, shapes.get(final, (width,))[0], channels, assumed)


def _levels(shapes: Shapes) -> Iterator[str]:
    """Where the block of each level lies, from the top down."""
    at = "model"
    while _first(shapes, f"{at}.0"):
        yield f"{at}.0"
        at += ".1.submodule"
    if at != "model" and _first(shapes, at):
        yield at


def _first(shapes: Shapes, block: str) -> str:
    """What the first convolution of a block is called in it; empty where it has none."""
    names = (".conv.unit0.conv.weight", ".conv.weight")
    return next((name for name in names if f"{block}{name}" in shapes), "")


def _stride(shapes: Shapes, level: str, units: int) -> int:
    # A shortcut has a kernel of its own where the block takes steps of more than 1.
    kernel = shapes.get(f"{level}.residual.weight", (1, 1, 1, 1))[-1]
    return 2 if not units or kernel > 1 else 1
