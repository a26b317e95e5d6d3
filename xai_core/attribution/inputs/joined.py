"""A model of several inputs, called with one tensor that is packed of them."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.layers.inner_output import twin_of
from xai_core.base.errors import InputError, MethodError
from xai_core.base.several_inputs.held import HeldInputs, held_by, like
from xai_core.base.several_inputs.packing import Shapes, places

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.base.loaded_model import LoadedModel


def joined(
    model: LoadedModel | nn.Module,
    shapes: Shapes,
    others: Mapping[str, np.ndarray],
    order: Sequence[str],
) -> nn.Module:
    """Another object of the same layers, under the same names, that takes one tensor.

    Args:
        shapes: of the inputs that it is packed of. others: inputs that stay as they are.
        order: of all of them, for a model that does not know their names.

    Raises:
        MethodError: it is no module whose inputs can be named. InputError: it has no such input.
    """
    import torch

    from xai_core.base.device import device_of

    module = model if isinstance(model, torch.nn.Module) else _module_of(model)
    if isinstance(module, torch.jit.ScriptModule):
        raise MethodError(
            "Several inputs are explained of a PyTorch module, and this is bare TorchScript.",
            "Give the module itself, or open the file with its other inputs fixed.",
        )
    device = device_of(module)
    fixed = {name: torch.as_tensor(one).to(device) for name, one in others.items()}
    twin = twin_of(module)
    if (held := held_by(module)) is not None:
        check_named(held, (*shapes, *fixed))
        _alone(module, held)
        hooks: Iterable[tuple[int, Any]] = module._forward_pre_hooks.items()
        freed = held.freed(shapes, fixed)
        own = ((key, freed if one is held else one) for key, one in hooks)
        vars(twin)["_forward_pre_hooks"] = OrderedDict(own)
        return twin
    for name in ("_forward_pre_hooks", "_forward_pre_hooks_with_kwargs"):
        vars(twin)[name] = vars(module)[name].copy()
    signature = inspect.signature(module.forward)
    by_name = {*shapes, *fixed} <= set(signature.parameters)
    call = _Call(shapes, fixed, signature if by_name else tuple(order))
    # The model's own hooks come behind it, and see its inputs as they are.
    twin.register_forward_pre_hook(call, with_kwargs=True, prepend=True)
    return twin


def check_named(held: HeldInputs, names: tuple[str, ...]) -> None:
    """Raises `InputError` where the model has no input of a name."""
    strange = [name for name in names if name not in held.names]
    if strange:
        told = f"The model has no input {strange[0]} that was given when it was opened."
        raise InputError(told, f"Its inputs are: {', '.join(held.names)}.")


def _module_of(model: LoadedModel) -> nn.Module:
    from xai_core.attribution.forward import module_of

    module = module_of(model)
    if held_by(module) is None:
        raise MethodError(
            "This file was opened with one input: whatever else it takes is a constant of its "
            f"graph ({model.format}), or there is nothing else.",
            "Open the PyTorch model it was made of, with a picture for each further input "
            "(`--input NAME=FILE`).",
        )
    return module


def _alone(module: nn.Module, held: HeldInputs) -> None:
    if len(module._forward_pre_hooks) > 1:
        raise MethodError(
            "This model takes its picture in another form than float32 [B, C, H, W], and it is not "
            "known whether its other inputs do, too.",
            "Explain one input at a time, or wrap the model so that all are [B, C, H, W].",
        )


@dataclass(frozen=True)
class _Call:
    """As `register_forward_pre_hook` asks: one tensor of all pictures in, all inputs out.

    order: what the model calls its inputs; else theirs, where it does not know their names.
    """

    shapes: Shapes
    others: Mapping[str, Tensor]
    order: inspect.Signature | tuple[str, ...]

    def __call__(
        self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        (whole,) = args
        ends = zip(self.shapes, places(self.shapes.values()), strict=True)
        parts = {name: whole[place] for name, place in ends}
        parts |= {name: like(value, whole) for name, value in self.others.items()}
        if isinstance(self.order, tuple):
            return tuple(parts[name] for name in self.order), {}
        given = self.order.bind(**parts)
        return given.args, given.kwargs
