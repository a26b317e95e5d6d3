"""How a picture tensor `[B, C, H, W]` is laid out for a Keras model."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, Literal

from xai_core.base.errors import ModelError
from xai_core.base.input_spec import MAX_CHANNELS

if TYPE_CHECKING:
    from torch import Tensor

Order = Literal["channels_last", "channels_first"]
Kind = Literal["channels_last", "channels_first", "grey", "flat"]
CHANNELS = (1, 3)  # of photos: where they stand tells the order of the axes
SIZE = 224  # where the model takes any


@dataclass(frozen=True)
class Layout:
    """The input that a model takes.

    Attributes:
        kind: `grey` has no channel axis; `flat` is a vector of height, width, channels.
        features: channel order of the feature maps inside the model.
    """

    kind: Kind
    channels: int
    height: int
    width: int
    features: Order

    def arrange(self, inputs: Tensor) -> Tensor:
        """`[B, C, H, W]` as the model takes it."""
        if self.kind == "channels_first":
            return inputs
        if self.kind == "grey":
            return inputs[:, 0]
        last = inputs.permute(0, 2, 3, 1)
        return last.flatten(1) if self.kind == "flat" else last


def layout_of(shape: tuple[int | None, ...], data_format: str | None) -> Layout:
    """The layout of an input shape with its batch axis.

    Raises:
        ModelError: `forward-failed`, no picture has that shape.
    """
    features: Order = "channels_first" if data_format == "channels_first" else "channels_last"
    sizes = shape[1:]
    if len(sizes) == 3:
        kind = _order(sizes, features)
        channels, height, width = sizes if kind == "channels_first" else (sizes[2], *sizes[:2])
        height, width = height or width or SIZE, width or height or SIZE
        if (channels or 3) <= MAX_CHANNELS:
            return Layout(kind, channels or 3, height, width, features)
    if len(sizes) == 2:
        return Layout("grey", 1, sizes[0] or SIZE, sizes[1] or SIZE, features)
    if len(sizes) == 1 and sizes[0]:
        for channels in CHANNELS:
            side = isqrt(sizes[0] // channels)
            if channels * side * side == sizes[0] and side > 1:
                return Layout("flat", channels, side, side, features)
    text = " × ".join("any" if size is None else str(size) for size in sizes)
    raise ModelError(
        f"A picture was expected as input; the model takes {text}.",
        "Pedestal explains models of single pictures.",
        code="forward-failed",
        input_shape=list(shape),
    )


def _order(sizes: tuple[int | None, ...], features: Order) -> Order:
    first, last = sizes[0] in CHANNELS, sizes[2] in CHANNELS
    if first != last:
        return "channels_first" if first else "channels_last"
    return features
