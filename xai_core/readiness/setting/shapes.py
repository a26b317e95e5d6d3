"""Input shapes that a model may want, likely ones first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, int, int]

SIZES = (224, 32, 28, 64, 96, 128, 160, 192, 256, 299, 384, 448, 512, 48, 16, 8)


def candidates(module: nn.Module) -> Iterator[Shape]:
    """`(C, H, W)` worth trying: channels from the first convolution, sizes from a short list.

    A model that starts with a linear layer gets the square pictures that flatten to its features.
    """
    seen: set[Shape] = set()
    for shape in (*_of_linear(module), *_of_sizes(module)):
        if shape not in seen:
            seen.add(shape)
            yield shape


def _of_linear(module: nn.Module) -> Iterator[Shape]:
    from torch import nn

    first = next((m for m in module.modules() if isinstance(m, nn.Linear | nn.Conv2d)), None)
    features = first.in_features if isinstance(first, nn.Linear) else 0
    if first is None:  # of a script the weights tell: those of a linear layer have two axes
        weights = (one for one in module.parameters() if one.ndim in (2, 4))
        shape = next((one.shape for one in weights), ())
        features = int(shape[1]) if len(shape) == 2 else 0
    for channels in (1, 3):
        side = math.isqrt(features // channels)
        if channels * side * side == features and side > 1:
            yield (channels, side, side)


def _of_sizes(module: nn.Module) -> Iterator[Shape]:
    first = _channels(module)
    for channels in dict.fromkeys((first, 3, 1)):
        for size in SIZES:
            yield (channels, size, size)


def _channels(module: nn.Module) -> int:
    for child in module.modules():
        channels = getattr(child, "in_channels", None)
        if isinstance(channels, int) and channels > 0:
            return channels
    for parameter in module.parameters():
        if parameter.ndim == 4:  # [out, in, h, w], or [h, w, in, out] of Keras
            likely = [n for n in (parameter.shape[1], parameter.shape[2]) if n in (1, 3, 4)]
            return likely[0] if likely else int(parameter.shape[1])
    return 3
