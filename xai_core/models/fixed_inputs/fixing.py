"""Fix the other inputs of a torch module to what was given."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xai_core.base.input_spec import InputSpec
from xai_core.models.fixed_inputs.call import Call, hookable
from xai_core.models.fixed_inputs.settling import settle
from xai_core.models.other_inputs import (
    OtherInput,
    Size,
    array_of,
    check_names,
    is_picture,
)

if TYPE_CHECKING:
    from torch import Tensor, nn


def fix_inputs(module: nn.Module, others: Sequence[OtherInput], spec: InputSpec) -> nn.Module:
    """A torch module that is called with the picture alone: itself, its layers under their names.

    TorchScript, which takes no hooks, stands inside another module.

    Raises:
        ModelError: `other-inputs`, more than the picture has to be given. InputError: as above.
    """
    required, known = _parameters(module)
    if not others and len(required) < 2:
        return module
    names = [*required, *(one.name for one in others if one.name in known - set(required))]
    picture = check_names(names, others)
    order = (picture, *(one.name for one in others))
    opened = {one.name: one for one in others if one.file is None and one.shape is None}
    call = Call(order, _values(others, spec), by_name=True, opened=opened)
    fixed = _fixed(module, call)
    pictures = [one for one in others if is_picture(one)]
    if opened or pictures:
        settle(fixed, call, pictures, spec)
    return fixed


def fix_positions(
    module: nn.Module,
    names: Sequence[str],
    others: Sequence[OtherInput],
    spec: InputSpec,
    forms: Mapping[str, tuple[Sequence[Size], str]] | None = None,
) -> nn.Module:
    """The same for a graph whose inputs have names and an order.

    forms: sizes and number type of each input, where the graph says them.
    """
    if len(names) < 2 and not others:
        return module
    check_names(names, others)
    return _fixed(module, Call(tuple(names), _values(others, spec, forms), by_name=False))


def _values(
    others: Sequence[OtherInput],
    spec: InputSpec,
    forms: Mapping[str, tuple[Sequence[Size], str]] | None = None,
) -> dict[str, Tensor]:
    import torch

    found = {}
    for one in others:
        sizes, kind = (forms or {}).get(one.name, (None, ""))
        value = torch.from_numpy(array_of(one, spec, sizes))
        found[one.name] = value.to(getattr(torch, kind)) if kind else value
    return found


def _fixed(module: nn.Module, call: Call) -> nn.Module:
    outer = hookable(module)
    outer.register_forward_pre_hook(call, with_kwargs=True, prepend=True)
    return outer


def _parameters(module: nn.Module) -> tuple[list[str], set[str]]:
    """Names that `forward` has to be given, in order, and all that it can be given."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        forward: Any = module.forward
        arguments = forward.schema.arguments[1:]
        return [one.name for one in arguments if not one.has_default_value()], {
            one.name for one in arguments
        }
    try:
        found = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return [], set()
    named = [one for one in found if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    return [one.name for one in named if one.default is one.empty], {one.name for one in named}
