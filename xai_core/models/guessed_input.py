"""The input form of a module: what it carries, else a guess."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import XaiError
from xai_core.base.finding import Finding
from xai_core.base.input_spec import MAX_CHANNELS, InputSpec
from xai_core.models.declared_input import input_form
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


def input_of(
    module: nn.Module, held: Any, usual: InputSpec | None = None
) -> tuple[InputSpec, tuple[Finding, ...]]:
    """What the module says (timm keeps `pretrained_cfg`), else the checkpoint, else the usual form.

    Args:
        held: the checkpoint that it lay in, or the module itself.
        usual: of its architecture, where that is known: its own settings are then the library's.
    """
    known = usual is not None
    usual = usual or guess_input_spec(module)
    size = _built_for(module)
    # Its own settings come first, also where a team's class holds timm's network.
    own = [vars(one) for one in module.modules() if hasattr(one, "pretrained_cfg")]
    places = [*(() if known else own[:1]), *(() if held is module else [held])]
    for place in places:
        spec, findings = input_form(place, usual, size)
        if findings:
            return spec, findings
    return input_form(None, usual, size)


def _built_for(module: nn.Module) -> tuple[int, int] | None:
    """The only size that a vision transformer of torchvision or timm takes."""
    for one in module.modules():
        fixed = one if hasattr(one, "pos_embedding") or hasattr(one, "conv_proj") else None
        embedding = getattr(one, "patch_embed", fixed)
        size = getattr(embedding, "img_size", getattr(embedding, "image_size", None))
        if isinstance(size, int):
            size = (size, size)
        if isinstance(size, tuple) and len(size) == 2 and all(type(x) is int for x in size):
            return (size[0], size[1]) if min(size) > 0 else None
    return None
