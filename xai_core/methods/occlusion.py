"""Occlusion: how much the score drops when a window of the picture is covered."""

from __future__ import annotations

import math
from dataclasses import dataclass

from xai_core.methods.base import METHODS, Method, RawMap, Task
from xai_core.methods.parameters import parameter
from xai_core.types import Capabilities


@dataclass(frozen=True)
class OcclusionParameters:
    """Of occlusion."""

    window: int = parameter(
        0,
        "Side of the covering square in pixels; 0 takes a seventh of the picture's short side.",
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
    it. All channels are covered at once. By Captum. The only method that needs no gradient.
    """

    name = "occlusion"
    title = "Occlusion"
    order = 110
    family = "perturbation"
    signed = True
    needs_gradient = False
    summary = "How much the score drops when a square of the picture is covered; coarse and slow."
    citation = "Zeiler & Fergus, 2013, arXiv 1311.2901"
    Parameters = OcclusionParameters

    def attribute(self, task: Task) -> RawMap:
        import torch
        from captum.attr import Occlusion as Captum

        channels, height, width = task.inputs.shape[1:]
        side, step = _square(task.parameters, height, width)
        windows, strides = _geometry(task.parameters, height, width)
        with torch.no_grad():
            values = Captum(task.scorer).attribute(
                task.inputs,
                sliding_window_shapes=(channels, *windows),
                strides=(channels, *strides),
                baselines=task.parameters.baseline,
                perturbations_per_eval=task.batch_size,
            )
        size = _positions(task.parameters, height, width)
        return RawMap(values, size, {"window": side, "stride": step})

    def samples(self, parameters: OcclusionParameters, shape: tuple[int, int, int]) -> int:
        return 1 + math.prod(_positions(parameters, *shape[1:]))

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return None if capabilities.predicts else "The model gives no finite score."


def _square(parameters: OcclusionParameters, height: int, width: int) -> tuple[int, int]:
    side = parameters.window or max(1, min(height, width) // 7)
    return side, parameters.stride or max(1, side // 2)


def _geometry(
    parameters: OcclusionParameters, height: int, width: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    side, step = _square(parameters, height, width)
    window = (min(side, height), min(side, width))
    return window, (min(step, window[0]), min(step, window[1]))


def _positions(parameters: OcclusionParameters, height: int, width: int) -> tuple[int, int]:
    (wh, ww), (sh, sw) = _geometry(parameters, height, width)
    return math.ceil((height - wh) / sh) + 1, math.ceil((width - ww) / sw) + 1
