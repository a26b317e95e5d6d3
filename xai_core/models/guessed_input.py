"""The input form of a module that comes without one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import XaiError
from xai_core.base.input_spec import MAX_CHANNELS, InputSpec
from xai_core.models.huggingface.library import processor_defaults
from xai_core.models.huggingface.picture_form import picture_form, size_of

if TYPE_CHECKING:
    from torch import nn


def guess_input_spec(module: nn.Module) -> InputSpec:
    """The usual preprocessing with the channels that the first convolution takes.

    A module of transformers says more: its family and, mostly, its size.
    """
    config: Any = getattr(module, "config", None)
    family = getattr(config, "model_type", None)
    if isinstance(family, str):
        with suppress(XaiError, TypeError, AttributeError):  # an own class of such a name
            held = config.to_dict()
            return picture_form(held, processor_defaults(family), size_of(held)).spec
    for layer in module.modules():
        channels = getattr(layer, "in_channels", None)
        if isinstance(channels, int) and 1 <= channels <= MAX_CHANNELS:
            return InputSpec.for_shape(channels, InputSpec.height, InputSpec.width)
        if channels is not None:
            break
    return InputSpec()
