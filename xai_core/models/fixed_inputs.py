"""A torch module whose other inputs are fixed: called with the picture alone."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.base.input_spec import InputSpec
from xai_core.models.other_inputs import OtherInput, array_of, check_names

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
    return _fixed(module, _Call(order, _values(others, spec), by_name=True))


def fix_positions(
    module: nn.Module, names: Sequence[str], others: Sequence[OtherInput], spec: InputSpec
) -> nn.Module:
    """The same for a graph whose inputs have names and an order."""
    if len(names) < 2 and not others:
        return module
    check_names(names, others)
    return _fixed(module, _Call(tuple(names), _values(others, spec), by_name=False))


def _values(others: Sequence[OtherInput], spec: InputSpec) -> dict[str, Tensor]:
    import torch

    return {one.name: torch.from_numpy(array_of(one, spec)) for one in others}


def _fixed(module: nn.Module, call: _Call) -> nn.Module:
    import torch

    class Outer(torch.nn.Module):
        """Takes the hook in the place of a script."""

        def __init__(self) -> None:
            super().__init__()
            self.script = module

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return self.script(*args, **kwargs)

    outer = Outer() if isinstance(module, torch.jit.ScriptModule) else module
    outer.register_forward_pre_hook(call, with_kwargs=True, prepend=True)
    return outer


@dataclass(frozen=True)
class _Call:
    """As `register_forward_pre_hook` asks: the picture in, all inputs out."""

    names: tuple[str, ...]
    values: Mapping[str, Tensor]
    by_name: bool

    def __call__(
        self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        (picture,) = args
        given = {
            name: like(self.values[name], picture) if name in self.values else picture
            for name in self.names
        }
        return ((), given) if self.by_name else (tuple(given.values()), {})


def like(value: Tensor, picture: Tensor) -> Tensor:
    """On the picture's device, in its precision, and one for each of its samples."""
    moved = value.to(picture.device, picture.dtype if value.is_floating_point() else value.dtype)
    if moved.ndim == 0 or moved.shape[0] != 1 or len(picture) == 1:
        return moved
    return moved.expand(len(picture), *moved.shape[1:])


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
