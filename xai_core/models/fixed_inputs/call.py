"""The hook that gives a module what it takes beside the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xai_core.base.several_inputs.held import like
from xai_core.base.several_inputs.packing import Shapes, places
from xai_core.models.other_inputs import OtherInput

if TYPE_CHECKING:
    from torch import Tensor, nn

NUMBER, PICTURE, MASK = 0, -1, -2  # above 0: a vector of so many


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
class Call:
    """As `register_forward_pre_hook` asks: the picture in, all inputs out.

    Attributes:
        opened: inputs of which only a number is said. chosen: what shape each has.
    """

    names: tuple[str, ...]
    values: dict[str, Tensor]
    by_name: bool
    opened: Mapping[str, OtherInput] = field(default_factory=dict)
    chosen: dict[str, int] = field(default_factory=dict)

    def __call__(
        self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and named arguments of the module."""
        (picture,) = args
        given = {name: self.value(name, picture) for name in self.names}
        return ((), given) if self.by_name else (tuple(given.values()), {})

    @property
    def picture(self) -> str:
        """The name of the input that is left for the picture."""
        return next(name for name in self.names if name not in self.values)

    @property
    def pictures(self) -> dict[str, Tensor]:
        """What is fixed to a picture, `[1, C, H, W]`, or to an array of that form; a mask of whole
        numbers is none, which no gradient reaches.
        """
        return {
            name: value
            for name, value in self.values.items()
            if value.is_floating_point()
            and value.ndim == 4
            and len(value) == 1
            and min(value.shape[2:]) > 1
        }

    def freed(self, shapes: Shapes, others: Mapping[str, Tensor]) -> Freed:
        """The same for one tensor, which is packed of these inputs; `others` in place of values."""
        return Freed(self, shapes, others)

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
class Freed:
    """As `Call`, for a model of which several inputs are explained at once."""

    held: Call
    shapes: Shapes
    others: Mapping[str, Tensor]

    def __call__(
        self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and named arguments of the module."""
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
