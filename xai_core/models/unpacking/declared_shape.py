"""A model that is opened for the input shape that its package names."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from xai_core.base.errors import XaiError
from xai_core.base.finding import Finding
from xai_core.base.input_spec import InputSpec
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.formats.base import LoadOptions
from xai_core.models.packages.base import Shape


def of_declared_shape(
    load: Callable[[LoadOptions], LoadedModel], options: LoadOptions, shape: Shape | None
) -> LoadedModel:
    """As `load` gives it; again for `shape`, where the model itself took another one.

    What the file itself says of pictures goes first: only a PyTorch model says nothing.
    """
    model = load(options)
    asked = options.input_spec is not None
    if shape is None or asked or model.input_spec.shape == shape:
        return model
    if not model.format.startswith("torch"):
        return model
    try:
        found = load(replace(options, input_spec=InputSpec.for_shape(*shape)))
    except XaiError:
        return model
    if not _runs(found, shape):  # the signature may be another model's; this one was seen to run
        return model
    sizes = " × ".join(map(str, shape))
    message = f"The package says that the model takes pictures of {sizes}."
    declared = Finding("input-declared", "info", message, "Nothing, if it does.")
    return replace(found, findings=(declared, *found.findings))


def _runs(model: LoadedModel, shape: Shape) -> bool:
    import torch

    from xai_core.base.device import device_of

    if model.module is None:
        return False
    with suppress(Exception), torch.no_grad():  # a forward may raise anything
        model.module(torch.zeros(1, *shape, device=device_of(model.module)))
        return True
    return False
