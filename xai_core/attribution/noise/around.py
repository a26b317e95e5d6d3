"""Which method's maps are averaged over noise: the gradient, or any other that has one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_core.attribution.methods.base import METHODS, Method, Task
from xai_core.attribution.noise.parameters import WeightNoise
from xai_core.base.errors import InputError
from xai_core.base.parameters import build

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.scorer import Scorer


def inner(parameters: Any) -> Method | None:
    """The method; None for the plain gradient.

    Raises:
        InputError: there is no such method, or it has no gradient, or noise of its own; or it
            reads the weights in the backward pass, where they are without their noise.
    """
    name = parameters.of
    if not name:
        return None
    names = [one.name for one in METHODS if one.needs_gradient and one.family != "noise"]
    if name not in names:
        raise InputError(f"Noise cannot be put around {name!r}.", f"There are: {', '.join(names)}.")
    found = METHODS[name]
    if found.reads_weights and isinstance(parameters, WeightNoise):
        raise InputError(
            f"Noise on the weights cannot be put around {name!r}, which reads the trained weights.",
            "Take SmoothGrad, whose noise is on the picture, or another method in `of`.",
        )
    return found


def unit_of(parameters: Any, plain: str) -> str:
    """The unit of the average; empty for its own. plain: that of the gradient."""
    if parameters.average in ("squared", "variance"):
        return ""
    found = inner(parameters)
    return plain if found is None else found.unit


def samples_each(parameters: Any, shape: tuple[int, int, int]) -> int:
    """How many samples one map takes."""
    found = inner(parameters)
    return 1 if found is None else found.samples(build(found.Parameters, {}), shape)


def maps_of(task: Task, scorer: Scorer, batch: Tensor) -> Tensor:
    """One map of each picture, `[B, C, H, W]`; one without channels is shared out over them."""
    import torch

    found = inner(task.parameters)
    if found is None:
        return scorer.gradient(batch)
    settings, scorer = build(found.Parameters, {}), scorer.unfolded()
    maps = [
        found.attribute(
            replace(task, scorer=scorer, inputs=picture[None], parameters=settings, seen=None)
        ).values
        for picture in batch
    ]
    values = torch.cat(maps)
    channels = batch.shape[1]
    return values if values.shape[1] == channels else values.expand_as(batch) / channels
