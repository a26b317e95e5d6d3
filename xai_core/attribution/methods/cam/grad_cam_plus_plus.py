"""Grad-CAM++: Grad-CAM whose average over the places is weighed, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.attribution.layers.class_activation import GradientActivation
from xai_core.attribution.methods.base import METHODS

if TYPE_CHECKING:
    from torch import Tensor


@METHODS.register
class GradCamPlusPlus(GradientActivation):
    """The positive part of Σₖ (Σ αₖ · relu(gₖ)) · Aₖ, g = ∂score/∂A, α = g² / (2g² + ΣA · g³).

    Chattopadhay et al. 2018, arXiv 1710.11063, equations 9 to 11 and 19, for exp(score), whose own
    factor scales all channels alike and is left out. Where g is 0 so is α.
    """

    name = "grad-cam++"
    title = "Grad-CAM++"
    order = 91
    summary = "Grad-CAM that counts what speaks for the class, so that several objects show."
    citation = "Chattopadhay et al., 2018, arXiv 1710.11063"

    def weighed(self, features: Tensor, gradient: Tensor) -> Tensor:
        total = features.sum((2, 3), keepdim=True)
        below = 2 * gradient**2 + total * gradient**3
        alpha = (gradient**2 / below).where((gradient != 0) & (below != 0), 0.0)
        weights = (alpha * gradient.relu()).sum((2, 3), keepdim=True)
        return (weights * features).sum(1, keepdim=True)
