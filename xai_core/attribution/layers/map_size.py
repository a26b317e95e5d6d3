"""How large a map may be that has a layer's channels instead of the picture's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from xai_core.base.errors import InputError

MOST_CHANNELS = 4096
MOST_BYTES = 2**29  # of one picture's map, float32: 2,048 channels at 224 x 224 take 411 MB
SINGLE = 4  # bytes of a float32


def widest(given: Iterable[Mapping[str, Any]], shape: tuple[int, ...]) -> tuple[int, float]:
    """The most channels of maps of inputs `[B, C, H, W]`, and the most bytes of them together.

    Args:
        given: the parameters of each method.
    """
    batch, channels, *size = shape
    if not any(one.get("by_channel") for one in given):
        return channels, math.inf
    own = SINGLE * channels * math.prod(size)
    return max(channels, MOST_CHANNELS), batch * max(own, MOST_BYTES)


def check_channels(channels: int, size: tuple[int, int]) -> None:
    """Raise `InputError` where a map of so many channels is above what one may have."""
    found = SINGLE * channels * math.prod(size)
    if channels > MOST_CHANNELS or found > MOST_BYTES:
        raise InputError(
            f"A map by channels has at most {MOST_CHANNELS:,} channels and {MOST_BYTES:,} bytes; "
            f"of this layer it has {channels:,} channels and {found:,} bytes.",
            "Choose a layer with fewer channels, or leave `by_channel` out.",
        )
