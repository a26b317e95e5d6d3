"""An input shape that a model takes, for files that do not tell theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.input_spec import MAX_CHANNELS, InputSpec

if TYPE_CHECKING:
    from torch import nn

    from xai_core.readiness.setting.sizes import Attempt

Shape = tuple[int, int, int]
SECONDS = 20.0


def fitting_shape(module: nn.Module, first: Shape, time_limit: float = SECONDS) -> Shape | None:
    """`first` if the model runs on it, else a usual `(C, H, W)`; None where none fits in time."""
    from xai_core.models.conversion.deadline import deadline
    from xai_core.readiness.setting.sizes import first_fit

    try:
        with deadline(time_limit, "The search for a shape"), trying(module) as attempt:
            return first_fit(attempt, _shapes(module, first))
    except ModelError:
        return None


@contextmanager
def trying(module: nn.Module) -> Iterator[Attempt]:
    """Runs a module on one picture of a shape, and leaves it as it was."""
    import torch

    from xai_core.attribution.forward import run
    from xai_core.base.device import device_of
    from xai_core.base.draws import same_draws
    from xai_core.readiness.setting.one_sample import check_one
    from xai_core.readiness.setting.pristine import pristine

    def attempt(shape: Shape) -> str | None:
        try:
            with same_draws():
                check_one(run(module, torch.full((1, *shape), 0.5, device=device_of(module))))
        except ModelError as error:
            return str(error.__cause__ or error)
        return None

    with torch.no_grad(), pristine(module):
        yield attempt


def spec_of(shape: Shape | None) -> InputSpec:
    """The usual preprocessing at that size; the default where no shape is known."""
    return InputSpec.for_shape(*shape) if shape and shape[0] <= MAX_CHANNELS else InputSpec()


def _shapes(module: nn.Module, first: Shape) -> Iterator[Shape]:
    from xai_core.readiness.setting.shapes import candidates

    yield first
    yield from candidates(module)
