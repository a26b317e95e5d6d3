"""An input shape that a model takes, for files that do not tell theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.input_spec import MAX_CHANNELS, InputSpec

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, int, int]
SECONDS = 20.0


def fitting_shape(module: nn.Module, first: Shape, time_limit: float = SECONDS) -> Shape | None:
    """`first` if the model runs on it, else a usual `(C, H, W)`; None where none fits in time."""
    import torch

    from xai_core.attribution.forward import run
    from xai_core.base.borrow import borrowed
    from xai_core.models.conversion.deadline import deadline
    from xai_core.readiness.setting.shapes import next_try

    def error_of(shape: Shape) -> str | None:
        try:
            run(module, torch.zeros(1, *shape))
        except ModelError as error:
            return str(error)
        return None

    def fits(shape: Shape) -> Shape | None:
        error = error_of(shape)
        better = next_try(shape, error) if error else None
        return shape if error is None else better if better and not error_of(better) else None

    try:
        with deadline(time_limit, "The search for a shape"), torch.no_grad(), borrowed(module):
            return next((found for found in map(fits, _shapes(module, first)) if found), None)
    except ModelError:
        return None


def spec_of(shape: Shape | None) -> InputSpec:
    """The usual preprocessing at that size; the default where no shape is known."""
    return InputSpec.for_shape(*shape) if shape and shape[0] <= MAX_CHANNELS else InputSpec()


def _shapes(module: nn.Module, first: Shape) -> Iterator[Shape]:
    from xai_core.readiness.setting.shapes import candidates

    yield first
    yield from candidates(module)
