"""Saliency: the gradient of the score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xai_core.attribution.methods.base import METHODS, SLOPE, Method, RawMap, Task
from xai_core.base.parameters import parameter


@dataclass(frozen=True)
class SaliencyParameters:
    """Of saliency."""

    absolute: bool = parameter(
        True, "Take the size of the gradient and drop its sign, as the paper does."
    )


@METHODS.register
class Saliency(Method):
    """|d score / d input|, `[1, C, H, W]`; signed without `absolute`.

    Simonyan et al. 2013, arXiv 1312.6034. Their maximum over the channels is left to the recipe.
    """

    name = "saliency"
    title = "Saliency"
    order = 60
    signed = False
    unit = SLOPE
    summary = "How strongly the score reacts to a tiny change of each pixel."
    citation = "Simonyan et al., 2013, arXiv 1312.6034"
    Parameters = SaliencyParameters

    def takes_several(self, parameters: Any) -> bool:
        return True

    def attribute(self, task: Task) -> RawMap:
        gradient = task.scorer.gradient(task.inputs)
        return RawMap(gradient.abs() if task.parameters.absolute else gradient)

    def is_signed(self, parameters: SaliencyParameters) -> bool:
        return not parameters.absolute
