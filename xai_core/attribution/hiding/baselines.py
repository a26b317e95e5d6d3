"""Where a path method starts: the picture that stands for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.methods.base import Task
    from xai_core.attribution.noise.draws import Draws

STARTS = ("constant", "black", "mean", "blur", "noise")
BLUR = 0.1  # of the short side: the deviation of a blurred baseline
START_HELP = (
    "What stands for nothing: a constant, the lowest input, the picture's mean colour, the picture "
    "blurred, or noise of the inputs' range."
)
STARTS_HELP = "How many baselines of noise the map is averaged over; others are one."


@dataclass(frozen=True)
class FromBaseline:
    """Parameters of a method that starts at one baseline or several."""

    start: Literal["constant", "black", "mean", "blur", "noise"] = parameter(
        "constant", START_HELP, choices=STARTS, added=True
    )
    starts: int = parameter(1, STARTS_HELP, minimum=1, maximum=200, added=True)


@dataclass(frozen=True)
class OneBaseline:
    """The value of a constant baseline."""

    baseline: float = parameter(
        0.0,
        "Value of a constant baseline, after preprocessing; 0 is the mean colour.",
        minimum=-10.0,
        maximum=10.0,
        step=0.1,
    )


COVER_HELP = (
    "What covers the pixels: a constant, the lowest input, the picture's mean colour, the picture "
    "blurred, or noise of the inputs' range."
)


def count_of(parameters: Any) -> int:
    """How many baselines there are."""
    return int(parameters.starts) if parameters.start == "noise" else 1


def baselines(task: Task) -> Iterator[Tensor]:
    """`[1, C, H, W]` each, the same for a seed. Their value, where constant, is the task's."""
    if task.parameters.start != "noise":
        yield _of_kind(task, task.parameters.start)
        return
    draws = _draws(task)
    for _ in range(task.parameters.starts):
        yield _noise(task, draws)


def _draws(task: Task) -> Draws:
    from xai_core.attribution.noise.draws import streams

    return streams(task.seed)[1]


def _noise(task: Task, draws: Draws) -> Tensor:
    low, high = span_of(task)
    drawn = draws.normal(task.inputs.shape[1:], 0.5, 0.25).clamp(0, 1).to(task.inputs)
    return low + drawn * (high - low)


def cover_of(task: Task) -> Tensor:
    """`[C, H, W]`: what a method covers pixels with."""
    if task.parameters.cover == "noise":
        return _noise(task, _draws(task))[0]
    return _of_kind(task, task.parameters.cover)[0]


def _of_kind(task: Task, kind: str) -> Tensor:
    import torch

    inputs = task.inputs
    if kind == "black":
        return span_of(task)[0].expand_as(inputs)
    if kind == "mean":
        return inputs.mean((2, 3), keepdim=True).expand_as(inputs)
    if kind == "blur":
        return blurred(inputs, BLUR * min(inputs.shape[2:]))
    return torch.full_like(inputs, task.parameters.baseline)


def span_of(task: Task) -> tuple[Tensor, Tensor]:
    """The lowest and the highest input `[1, C, 1, 1]`: as declared, else the picture's own."""
    import torch

    if task.span:
        low, high = (torch.tensor(ends).to(task.inputs)[None, :, None, None] for ends in task.span)
        return low, high
    return task.inputs.amin((2, 3), keepdim=True), task.inputs.amax((2, 3), keepdim=True)


def blurred(inputs: Tensor, deviation: float) -> Tensor:
    """Gaussian blur of `[B, C, H, W]`, edges mirrored; as it is for a deviation of 0."""
    import numpy as np
    import torch
    from scipy.ndimage import gaussian_filter

    if deviation <= 0:
        return inputs
    array = inputs.detach().cpu().double().numpy()
    done = gaussian_filter(array, (0, 0, deviation, deviation), mode="reflect")
    return torch.from_numpy(np.ascontiguousarray(done)).to(inputs)
