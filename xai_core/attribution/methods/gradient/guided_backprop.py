"""Guided Backprop: only positive evidence flows back through the rectifiers."""

from __future__ import annotations

from typing import Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.methods.base import METHODS, SLOPE, Method, RawMap, Task
from xai_core.attribution.passes import rectifiers


@METHODS.register
class GuidedBackprop(Method):
    """The gradient with negative parts dropped at each rectifier, `[1, C, H, W]`, signed.

    Springenberg et al. 2014, arXiv 1412.6806. Every rectifier call counts, not only `nn.ReLU`
    layers. It changes little when the weights are randomised (Adebayo et al. 2018, arXiv
    1810.03292): it shows the picture's edges as much as the model's reasons.
    """

    name = "guided-backprop"
    title = "Guided Backprop"
    order = 10
    signed = True
    unit = SLOPE
    summary = (
        "Sharp edges that speak for the class. Caution: it also looks so for a model with "
        "random weights."
    )
    citation = "Springenberg et al., 2014, arXiv 1412.6806"

    def takes_several(self, parameters: Any) -> bool:
        return True

    def attribute(self, task: Task) -> RawMap:
        guided = rectifiers.GuidedRectifiers()
        return RawMap(rectifiers.gradient_through(guided, task.scorer, task.inputs))

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return super().unavailable_because(capabilities) or rectifiers.why_not(capabilities)
