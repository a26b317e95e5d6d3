"""Input × Gradient: the gradient, weighed by the pixel itself."""

from __future__ import annotations

from typing import Any

from xai_core.attribution.methods.base import METHODS, SHARE, Method, RawMap, Task


@METHODS.register
class InputXGradient(Method):
    """x · d score / d x, `[1, C, H, W]`, signed. Shrikumar et al. 2016, arXiv 1605.01713.

    x is the preprocessed input, so what is 0 after normalisation counts nothing.
    """

    name = "input-x-gradient"
    title = "Input × Gradient"
    order = 70
    signed = True
    unit = SHARE
    summary = "What each pixel adds to the score, if the model were linear."
    citation = "Shrikumar et al., 2016, arXiv 1605.01713"

    def takes_several(self, parameters: Any) -> bool:
        return True

    def attribute(self, task: Task) -> RawMap:
        return RawMap(task.inputs * task.scorer.gradient(task.inputs))
