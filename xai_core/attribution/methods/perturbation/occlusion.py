"""Occlusion: how much the score drops when a window of the picture is covered."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.hiding.baselines import (
    COVER_HELP,
    STARTS,
    Start,
    count_of_covers,
    covers_of,
    pictures_parameter,
)
from xai_core.attribution.hiding.regions import parts_of_mask, regions_covered
from xai_core.attribution.methods.base import METHODS, Method, RawMap, Task
from xai_core.attribution.patches.covered import Covered, Window
from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

Pair = tuple[int, int]


@dataclass(frozen=True)
class OcclusionParameters:
    """Of occlusion."""

    window: int = parameter(
        0,
        "Side of the covering square in pixels, cut to the picture's; 0 takes a seventh of its "
        "short side.",
        minimum=0,
        maximum=512,
    )
    stride: int = parameter(
        0,
        "Pixels from one position to the next, at most the window; 0 takes half the window.",
        minimum=0,
        maximum=512,
    )
    baseline: float = parameter(
        0.0,
        "Value that covers the pixels, after preprocessing; 0 is the mean colour.",
        minimum=-10.0,
        maximum=10.0,
        step=0.1,
    )
    width: int = parameter(
        0, "Width of a covering rectangle; 0 for a square.", minimum=0, maximum=512, added=True
    )
    stride_across: int = parameter(
        0, "Pixels to the next position in a row; 0 as down.", minimum=0, maximum=512, added=True
    )
    cover: Start = parameter("constant", COVER_HELP, choices=STARTS, added=True)
    by_channel: bool = parameter(
        False, "Cover one channel at a time, for a map of each channel.", added=True
    )
    regions: str = parameter(
        "",
        "Mask whose connected parts are covered one by one in the place of windows; as large as "
        "the input.",
        holds="mask",
        added=True,
    )
    baseline_pictures: str = pictures_parameter()


@METHODS.register
class Occlusion(Method):
    """Score minus score with the window covered, averaged where windows overlap, `[1, C, H, W]`.

    Zeiler & Fergus 2013, arXiv 1311.2901, whose grey square is `baseline=0`; they give no size for
    it. All channels are covered at once, unless `by_channel`; the map is the mean over several
    pictures as covers. With `regions` each part of a mask is
    covered instead, and what is outside of all has 0.
    """

    name = "occlusion"
    title = "Occlusion"
    order = 110
    signed = True
    needs_gradient = False
    several_inputs = "singly"
    summary = "How much the score drops when a square of the picture is covered; coarse and slow."
    citation = "Zeiler & Fergus, 2013, arXiv 1311.2901"
    Parameters = OcclusionParameters

    def attribute(self, task: Task) -> RawMap:

        height, width = task.inputs.shape[2:]
        covers = covers_of(task)
        if task.parameters.regions:
            found = [regions_covered(task, list(_fills(task, cover))) for cover in covers]
            return RawMap(_mean(found), chosen={"regions": _count(task.parameters)})
        _check(task.parameters, height, width)
        values = _mean([_covered(task, list(_fills(task, cover))) for cover in covers])
        size = _positions(task.parameters, height, width)
        run = _geometry(task.parameters, height, width)
        sides, steps = (one[0] if one[0] == one[1] else list(one) for one in run)
        return RawMap(values, size, {"window": sides, "stride": steps})

    def samples(self, parameters: OcclusionParameters, shape: tuple[int, int, int]) -> int:
        channels = (shape[0] if parameters.by_channel else 1) * count_of_covers(parameters)
        count = math.prod(_positions(parameters, *shape[1:]))
        return channels * (1 + (_count(parameters) if parameters.regions else count))

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return None if capabilities.predicts else "The model gives no finite score."


def _covered(task: Task, fills: Sequence[Tensor]) -> Tensor:
    """The mean drop of the score over the windows that cover a pixel, `[1, C, H, W]`."""
    import torch

    height, width = task.inputs.shape[2:]
    windows = _windows(task.parameters, height, width)
    found = []
    for fill in fills:
        total, times = (task.inputs.new_zeros(height, width) for _ in range(2))
        with torch.no_grad():
            for window, drop in Covered(task, fill).drops(windows):
                total[window] += drop
                times[window] += 1
        found.append(total / times)
    return torch.stack(found)[None].expand_as(task.inputs)


def _mean(maps: Sequence[Tensor]) -> Tensor:
    return maps[0] if len(maps) == 1 else sum(maps[1:], maps[0]) / len(maps)


def _fills(task: Task, cover: Tensor) -> Iterator[Tensor]:
    """`[C, H, W]`: what covers all channels, or each of them in turn."""
    if not task.parameters.by_channel:
        yield cover
        return
    for channel in range(len(cover)):
        one = task.inputs[0].clone()
        one[channel] = cover[channel]
        yield one


def _count(parameters: OcclusionParameters) -> int:
    return len(parts_of_mask(parameters.regions))


def _asked(parameters: OcclusionParameters, height: int, width: int) -> tuple[Pair, Pair]:
    """Window and steps, down and across, before they are cut to the picture."""
    side = parameters.window or max(1, min(height, width) // 7)
    sides = side, parameters.width or side
    down = parameters.stride or max(1, side // 2)
    own = parameters.stride or (max(1, sides[1] // 2) if parameters.width else down)
    return sides, (down, parameters.stride_across or own)


def _check(parameters: OcclusionParameters, height: int, width: int) -> None:
    for side, step in zip(*_asked(parameters, height, width), strict=True):
        if step > side:
            raise InputError(
                f"The stride of {step} pixels is larger than the window of {side}: what lies "
                "between two positions would never be covered.",
                f"Choose a stride of at most {side}, or 0 for half the window.",
            )


def _geometry(parameters: OcclusionParameters, height: int, width: int) -> tuple[Pair, Pair]:
    (tall, wide), (down, across) = _asked(parameters, height, width)
    window = (min(tall, height), min(wide, width))
    return window, (min(down, window[0]), min(across, window[1]))


def _positions(parameters: OcclusionParameters, height: int, width: int) -> tuple[int, int]:
    (wh, ww), (sh, sw) = _geometry(parameters, height, width)
    return math.ceil((height - wh) / sh) + 1, math.ceil((width - ww) / sw) + 1


def _windows(parameters: OcclusionParameters, height: int, width: int) -> list[Window]:
    """Rows and columns of every position, by lines; the last ones end with the picture."""
    (wh, ww), (sh, sw) = _geometry(parameters, height, width)
    down, across = _positions(parameters, height, width)
    return [
        (slice(top, min(top + wh, height)), slice(left, min(left + ww, width)))
        for top, left in product(range(0, down * sh, sh), range(0, across * sw, sw))
    ]
