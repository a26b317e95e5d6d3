"""HiResCAM: a layer's values times their own gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.attribution.layers.class_activation import GradientActivation
from xai_core.attribution.methods.base import METHODS

if TYPE_CHECKING:
    from torch import Tensor


@METHODS.register
class HiResCam(GradientActivation):
    """The positive part of Σₖ gₖ · Aₖ, place by place, with g = ∂score/∂A.

    Draelos & Carin 2020, arXiv 2011.08891. Before ReLU its sum is the score's first-order share of
    the layer; what is drawn is the part that speaks for the class.
    """

    name = "hires-cam"
    title = "HiResCAM"
    order = 93
    summary = "Where the layer speaks for the class: gradients are not averaged over the picture."
    citation = "Draelos & Carin, 2020, arXiv 2011.08891"

    def weighed(self, features: Tensor, gradient: Tensor) -> Tensor:
        return (gradient * features).sum(1, keepdim=True)
