"""Where a path method starts: the picture that stands for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from xai_core.base.errors import MethodError
from xai_core.base.parameters import parameter
from xai_core.base.several_inputs.packing import places
from xai_core.pictures.backgrounds import held as backgrounds

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.methods.base import Task
    from xai_core.attribution.noise.draws import Draws

Start: TypeAlias = Literal["constant", "black", "mean", "blur", "noise", "picture"]
STARTS: tuple[str, ...] = get_args(Start)
PICTURE = "picture"
BLUR = 0.1  # of the short side: the deviation of a blurred baseline
KINDS = (
    "a constant, the lowest input, the picture's mean colour, the picture blurred, noise of the "
    "inputs' range, or other pictures."
)
START_HELP = f"What stands for nothing: {KINDS}"
COVER_HELP = f"What covers the pixels: {KINDS}"
STARTS_HELP = (
    "How many baselines of noise the map is averaged over; of pictures all are taken, others are "
    "one."
)
PICTURES_HELP = "The other pictures, prepared as the explained one is."


def pictures_parameter() -> Any:
    """The field of a method that takes pictures as baselines or covers."""
    return parameter("", PICTURES_HELP, holds=backgrounds.HOLDS, added=True)


@dataclass(frozen=True)
class FromBaseline:
    """Parameters of a method that starts at one baseline or several."""

    start: Start = parameter("constant", START_HELP, choices=STARTS, added=True)
    starts: int = parameter(1, STARTS_HELP, minimum=1, maximum=200, added=True)
    baseline_pictures: str = pictures_parameter()


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


def count_of(parameters: Any) -> int:
    """How many baselines there are."""
    if parameters.start == PICTURE:
        return backgrounds.count_of(parameters.baseline_pictures)
    return int(parameters.starts) if parameters.start == "noise" else 1


def count_of_covers(parameters: Any) -> int:
    """How many covers a map is averaged over."""
    one = parameters.cover != PICTURE
    return 1 if one else backgrounds.count_of(parameters.baseline_pictures)


def baselines(task: Task) -> Iterator[Tensor]:
    """`[1, C, H, W]` each, the same for a seed. Their value, where constant, is the task's."""
    if task.parameters.start == PICTURE:
        yield from (one[None] for one in pictures(task))
    elif task.parameters.start != "noise":
        yield _of_kind(task, task.parameters.start)
    else:
        draws = _draws(task)
        for _ in range(task.parameters.starts):
            yield _noise(task, draws)


def drawn_baselines(task: Task, count: int) -> Iterator[Tensor]:
    """So many of them, `[1, C, H, W]` each: pictures in turn, each round in an order of its own."""
    if task.parameters.start == "noise":
        yield from baselines(task)
        return
    several = list(baselines(task))
    random = np.random.default_rng([task.seed, len(several)])
    rounds = (random.permutation(len(several)) for _ in range(0, count, len(several)))
    for place in islice(chain.from_iterable(rounds), count):
        yield several[place]


def pictures(task: Task) -> Tensor:
    """The pictures that were given, `[N, C, H, W]`. Raises `MethodError` where they do not fit."""
    import torch

    if not task.parameters.baseline_pictures:
        raise MethodError("There is no picture for its baseline yet.", "Give at least one.")
    found = backgrounds.pictures_of(task.parameters.baseline_pictures)
    if found.shape[1:] != tuple(task.inputs.shape[1:]):
        given, needed = ("×".join(map(str, s[1:])) for s in (found.shape, task.inputs.shape))
        raise MethodError(
            f"The pictures of the baseline are {given} as prepared; the explained one is {needed}.",
            "Choose them again with this model.",
        )
    return torch.from_numpy(found.copy()).to(task.inputs)


def _draws(task: Task) -> Draws:
    from xai_core.attribution.noise.draws import streams

    return streams(task.seed)[1]


def _noise(task: Task, draws: Draws) -> Tensor:
    low, high = span_of(task)
    drawn = draws.normal(task.inputs.shape[1:], 0.5, 0.25).clamp(0, 1).to(task.inputs)
    return low + drawn * (high - low)


def covers_of(task: Task) -> tuple[Tensor, ...]:
    """`[C, H, W]` each: what a method covers pixels with; its map is the mean over them."""
    if task.parameters.cover == PICTURE:
        return tuple(pictures(task))
    if task.parameters.cover == "noise":
        return (_noise(task, _draws(task))[0],)
    return (_of_kind(task, task.parameters.cover)[0],)


def _of_kind(task: Task, kind: str) -> Tensor:
    import torch

    inputs = task.inputs
    if kind == "black":
        return span_of(task)[0].expand_as(inputs)
    if kind == "mean":
        return inputs.mean((2, 3), keepdim=True).expand_as(inputs)
    if kind == "blur":
        return each_blurred(task, None)
    return torch.full_like(inputs, task.parameters.baseline)


def span_of(task: Task) -> tuple[Tensor, Tensor]:
    """The lowest and the highest input `[1, C, 1, 1]`: as declared, else the picture's own."""
    import torch

    if task.span:
        low, high = (torch.tensor(ends).to(task.inputs)[None, :, None, None] for ends in task.span)
        return low, high
    return task.inputs.amin((2, 3), keepdim=True), task.inputs.amax((2, 3), keepdim=True)


def each_blurred(task: Task, deviation: float | None) -> Tensor:
    """The picture blurred, each of its inputs by itself; by its usual deviation for None."""
    found = task.inputs.clone()
    for place in places(task.parts) if task.parts else (...,):
        one = task.inputs[place]
        found[place] = blurred(one, BLUR * min(one.shape[2:]) if deviation is None else deviation)
    return found


def blurred(inputs: Tensor, deviation: float) -> Tensor:
    """Gaussian blur of `[B, C, H, W]`, edges mirrored; as it is for a deviation of 0."""
    import torch
    from scipy.ndimage import gaussian_filter

    if deviation <= 0:
        return inputs
    array = inputs.detach().cpu().double().numpy()
    done = gaussian_filter(array, (0, 0, deviation, deviation), mode="reflect")
    return torch.from_numpy(np.ascontiguousarray(done)).to(inputs)
