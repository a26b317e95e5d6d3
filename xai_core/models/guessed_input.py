"""The input form of a module that comes without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.base.input_spec import MAX_CHANNELS, InputSpec

if TYPE_CHECKING:
    from torch import nn


def guess_input_spec(module: nn.Module) -> InputSpec:
    """The usual preprocessing with the channels that the first convolution takes."""
    for layer in module.modules():
        channels = getattr(layer, "in_channels", None)
        if isinstance(channels, int) and 1 <= channels <= MAX_CHANNELS:
            return InputSpec.for_shape(channels, InputSpec.height, InputSpec.width)
        if channels is not None:
            break
    return InputSpec()
