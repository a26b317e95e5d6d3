"""Deconvolution: positive gradients flow back, whatever the rectifiers let through forward."""

from __future__ import annotations

from typing import Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.methods.base import METHODS, SLOPE, Method, RawMap, Task
from xai_core.attribution.passes import rectifiers


@METHODS.register
class Deconvolution(Method):
    """The gradient with each rectifier's backward pass replaced by a rectifier, `[1, C, H, W]`.

    Zeiler & Fergus 2013, arXiv 1311.2901, in the form of Springenberg et al. 2014. Every rectifier
    call counts; an upper bound (ReLU6) does not stop the gradient either.
    """

    name = "deconvolution"
    title = "Deconvolution"
    order = 80
    signed = True
    unit = SLOPE
    summary = "Patterns that would raise the score, projected back to the pixels."
    citation = "Zeiler & Fergus, 2013, arXiv 1311.2901"

    def takes_several(self, parameters: Any) -> bool:
        return True

    def attribute(self, task: Task) -> RawMap:
        deconvolved = rectifiers.DeconvRectifiers()
        return RawMap(rectifiers.gradient_through(deconvolved, task.scorer, task.inputs))

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return super().unavailable_because(capabilities) or rectifiers.why_not(capabilities)
