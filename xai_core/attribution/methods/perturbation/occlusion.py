"""Occlusion: how much the score drops when a window of the picture is covered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.methods.base import METHODS, Method, RawMap, Task
from xai_core.attribution.patches.covered import Covered, Window
from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter


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


@METHODS.register
class Occlusion(Method):
    """Score minus score with the window covered, averaged where windows overlap, `[1, C, H, W]`.

    Zeiler & Fergus 2013, arXiv 1311.2901, whose grey square is `baseline=0`; they give no size for
    it. All channels are covered at once. The only method that needs no gradient.
    """

    name = "occlusion"
    title = "Occlusion"
    order = 110
    signed = True
    needs_gradient = False
    summary = "How much the score drops when a square of the picture is covered; coarse and slow."
    citation = "Zeiler & Fergus, 2013, arXiv 1311.2901"
    Parameters = OcclusionParameters

    def attribute(self, task: Task) -> RawMap:
        import torch

        height, width = task.inputs.shape[2:]
        _check(*_square(task.parameters, height, width))
        total, times = (task.inputs.new_zeros(height, width) for _ in range(2))
        with torch.no_grad():
            covered = Covered(task, task.parameters.baseline)
            for window, drop in covered.drops(_windows(task.parameters, height, width)):
                total[window] += drop
                times[window] += 1
        size = _positions(task.parameters, height, width)
        values = (total / times).expand_as(task.inputs)
        run = _geometry(task.parameters, height, width)
        sides, steps = (one[0] if one[0] == one[1] else list(one) for one in run)
        return RawMap(values, size, {"window": sides, "stride": steps})

    def samples(self, parameters: OcclusionParameters, shape: tuple[int, int, int]) -> int:
        return 1 + math.prod(_positions(parameters, *shape[1:]))

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return None if capabilities.predicts else "The model gives no finite score."


def _square(parameters: OcclusionParameters, height: int, width: int) -> tuple[int, int]:
    side = parameters.window or max(1, min(height, width) // 7)
    return side, parameters.stride or max(1, side // 2)


def _check(side: int, step: int) -> None:
    if step > side:
        raise InputError(
            f"The stride of {step} pixels is larger than the window of {side}: what lies between "
            "two positions would never be covered.",
            f"Choose a stride of at most {side}, or 0 for half the window.",
        )


def _geometry(
    parameters: OcclusionParameters, height: int, width: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    side, step = _square(parameters, height, width)
    window = (min(side, height), min(side, width))
    return window, (min(step, window[0]), min(step, window[1]))


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
