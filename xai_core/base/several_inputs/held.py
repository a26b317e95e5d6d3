"""What a module is given beside the picture, as whoever explains several of its inputs sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from xai_core.base.several_inputs.packing import Shapes

if TYPE_CHECKING:
    from torch import Tensor, nn


@runtime_checkable
class HeldInputs(Protocol):
    """A forward pre-hook that adds the fixed inputs to the picture.

    Attributes:
        names: of all inputs. picture: of the one that is left for the picture. pictures: what is
            fixed to a picture, `[1, C, H, W]`.
    """

    names: tuple[str, ...]

    @property
    def picture(self) -> str:
        """Of the one that is left."""

    @property
    def pictures(self) -> dict[str, Tensor]:
        """By name."""

    def freed(self, shapes: Shapes, others: Mapping[str, Tensor]) -> Callable[..., Any]:
        """The hook for one tensor that is packed of these inputs."""


def held_by(module: nn.Module | None) -> HeldInputs | None:
    """What fixes inputs of the module; None where nothing does."""
    hooks: Iterable[Any] = module._forward_pre_hooks.values() if module is not None else ()
    return next((one for one in hooks if isinstance(one, HeldInputs)), None)


def like(value: Tensor, picture: Tensor) -> Tensor:
    """On the picture's device, in its precision, and one for each of its samples."""
    moved = value.to(picture.device, picture.dtype if value.is_floating_point() else value.dtype)
    if moved.ndim == 0 or moved.shape[0] != 1 or len(picture) == 1:
        return moved
    return moved.expand(len(picture), *moved.shape[1:])
