"""Layers whose own definition says on which axis of a four-axis output the channels are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

CHANNELS_FIRST = frozenset(
    {
        *("Conv2d", "ConvTranspose2d", "_BatchNorm", "SyncBatchNorm", "_InstanceNorm"),
        *("GroupNorm", "LocalResponseNorm", "Dropout2d", "FeatureAlphaDropout", "Softmax2d"),
        *("MaxPool2d", "AvgPool2d", "LPPool2d", "FractionalMaxPool2d", "MaxUnpool2d"),
        *("AdaptiveMaxPool2d", "AdaptiveAvgPool2d"),
        *("Upsample", "PixelShuffle", "PixelUnshuffle", "ChannelShuffle"),
    }
)
"""Classes of torch.nn, by what holds their `forward`."""


def defined_layout(layer: nn.Module) -> str:
    """`NCHW` by definition; empty where the layer's kind says nothing.

    A class that has a `forward` of its own may permute in it, as the `LayerNorm2d` of torchvision
    and timm do, whatever it is derived from.
    """
    maker = next((kind for kind in type(layer).__mro__ if "forward" in vars(kind)), None)
    own = maker is not None and maker.__module__.startswith("torch.nn.modules.")
    return "NCHW" if own and maker is not None and maker.__name__ in CHANNELS_FIRST else ""


def works_on_last_axis(layer: nn.Module) -> bool:
    """Whether the layer takes the last axis for the channels: `Linear`, `LayerNorm` over one."""
    from torch import nn

    forward = type(layer).forward
    if forward is nn.LayerNorm.forward:
        return len(getattr(layer, "normalized_shape", ())) == 1
    return forward is nn.Linear.forward


def layout_of_keras(module: nn.Module) -> str:
    """What Keras layers of a model say of it; empty for a model without any."""
    said = {getattr(child, "data_format", None) for child in module.modules()}
    if "channels_last" in said:
        return "NHWC"
    return "NCHW" if "channels_first" in said else ""
