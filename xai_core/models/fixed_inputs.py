"""A torch module whose other inputs are fixed: called with the picture alone."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.input_spec import InputSpec
from xai_core.base.packing import Shapes, places
from xai_core.models.other_inputs import OtherInput, Size, array_of, check_names

if TYPE_CHECKING:
    from torch import Tensor, nn

NUMBER, PICTURE, MASK = 0, -1, -2  # above 0: a vector of so many
SECONDS, MOST = 20.0, 40


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
    call = _Call(order, _values(others, spec), by_name=True, opened=opened)
    fixed = _fixed(module, call)
    if opened:
        _settle(fixed, call, spec)
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
    return _fixed(module, _Call(tuple(names), _values(others, spec, forms), by_name=False))


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


def _settle(module: nn.Module, call: _Call, spec: InputSpec) -> None:
    """Find the shapes of inputs of which only a number is said, by running the module.

    A number alone comes first; then a picture like the explained one, one of one channel, and a
    vector as a linear layer takes it. Where none runs, it stays a number.
    """
    from itertools import islice, product

    from xai_core.models.conversion.deadline import deadline
    from xai_core.models.conversion.fitting import trying
    from xai_core.readiness.setting.shapes import candidates
    from xai_core.readiness.setting.sizes import first_fit

    choices = (NUMBER, PICTURE, MASK, *_widths(module))
    shapes = (spec.shape, *islice(candidates(module), 3))
    limit = deadline(SECONDS, "The search for inputs")
    with suppress(ModelError), limit, trying(module) as attempt:
        for one in islice(product(choices, repeat=len(call.opened)), MOST):
            call.chosen.update(zip(call.opened, one, strict=True))
            if first_fit(attempt, shapes) is not None:
                return
    call.chosen.clear()


def _widths(module: nn.Module) -> list[int]:
    """What its linear layers take."""
    taken = [parameter.shape[1] for parameter in module.parameters() if parameter.ndim == 2]
    return list(dict.fromkeys(taken))[:8]


def _fixed(module: nn.Module, call: _Call) -> nn.Module:
    outer = hookable(module)
    outer.register_forward_pre_hook(call, with_kwargs=True, prepend=True)
    return outer


def hookable(module: nn.Module) -> nn.Module:
    """The module itself; TorchScript, which takes no hooks, inside another one."""
    import torch

    class Outer(torch.nn.Module):
        """Takes the hook in the place of a script."""

        def __init__(self) -> None:
            super().__init__()
            self.script = module

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return self.script(*args, **kwargs)

    return Outer() if isinstance(module, torch.jit.ScriptModule) else module


@dataclass(frozen=True)
class _Call:
    """As `register_forward_pre_hook` asks: the picture in, all inputs out.

    Attributes:
        opened: inputs of which only a number is said. chosen: what shape each has.
    """

    names: tuple[str, ...]
    values: Mapping[str, Tensor]
    by_name: bool
    opened: Mapping[str, OtherInput] = field(default_factory=dict)
    chosen: dict[str, int] = field(default_factory=dict)

    def __call__(
        self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        (picture,) = args
        given = {name: self.value(name, picture) for name in self.names}
        return ((), given) if self.by_name else (tuple(given.values()), {})

    @property
    def picture(self) -> str:
        """The name of the input that is left for the picture."""
        return next(name for name in self.names if name not in self.values)

    @property
    def pictures(self) -> dict[str, Tensor]:
        """What is fixed to a picture, `[1, C, H, W]`, or to an array of that form."""
        return {
            name: value
            for name, value in self.values.items()
            if value.ndim == 4 and len(value) == 1 and min(value.shape[2:]) > 1
        }

    def freed(self, shapes: Shapes, others: Mapping[str, Tensor]) -> _Freed:
        """The same for one tensor, which is packed of these inputs; `others` in place of values."""
        return _Freed(self, shapes, others)

    def value(self, name: str, picture: Tensor) -> Tensor:
        """What an input is given beside this picture."""
        if name not in self.values:
            return picture
        choice = self.chosen.get(name, NUMBER)
        if choice == NUMBER:
            return like(self.values[name], picture)
        number = self.opened[name].number or 0.0
        if choice == PICTURE:
            return picture.detach() * 0 + number
        if choice == MASK:
            return picture.detach()[:, :1] * 0 + number
        return picture.new_full((len(picture), choice), number)


@dataclass(frozen=True)
class _Freed:
    """As `_Call`, for a model of which several inputs are explained at once."""

    held: _Call
    shapes: Shapes
    others: Mapping[str, Tensor]

    def __call__(
        self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        (whole,) = args
        own = {name: like(value, whole) for name, value in self.others.items()}
        for name, place in zip(self.shapes, places(self.shapes.values()), strict=True):
            own[name] = whole[place]
        picture = own[self.held.picture]
        given = {name: own.get(name, picture) for name in self.held.names}
        for name in self.held.values:
            if name not in own:
                given[name] = self.held.value(name, picture)
        return ((), given) if self.held.by_name else (tuple(given.values()), {})


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
