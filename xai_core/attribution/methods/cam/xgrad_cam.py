"""XGrad-CAM: Grad-CAM with each channel's gradient averaged by its own values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.attribution.layers.class_activation import GradientActivation
from xai_core.attribution.methods.base import METHODS

if TYPE_CHECKING:
    from torch import Tensor

EPSILON = 1e-7  # a sum below it is rounding


@METHODS.register
class XGradCam(GradientActivation):
    """The positive part of Σₖ wₖ · Aₖ with wₖ = Σ gₖ · Aₖ / Σ Aₖ and g = ∂score/∂A.

    Fu et al. 2020, arXiv 2008.02312, equation 9. A channel whose values add up to 0 gets no weight.
    """

    name = "xgrad-cam"
    title = "XGrad-CAM"
    order = 92
    summary = (
        "Like Grad-CAM, with weights that add up to the score as far as one weight a channel can."
    )
    citation = "Fu et al., 2020, arXiv 2008.02312"

    def weighed(self, features: Tensor, gradient: Tensor) -> Tensor:
        total = features.sum((2, 3), keepdim=True)
        share = (gradient * features).sum((2, 3), keepdim=True)
        weights = (share / total).where(total.abs() > EPSILON, 0.0)
        return (weights * features).sum(1, keepdim=True)
