"""Grad-CAM: a layer's feature maps, weighed by how much the score depends on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.attribution.layers.class_activation import CamParameters, GradientActivation
from xai_core.attribution.methods.base import METHODS

if TYPE_CHECKING:
    from torch import Tensor


@METHODS.register
class GradCam(GradientActivation):
    """The positive part of Σₖ (mean of ∂score/∂Aₖ) · Aₖ, upsampled bilinearly: `[1, 1, H, W]` ≥ 0.

    Selvaraju et al. 2017, arXiv 1610.02391.
    """

    name = "grad-cam"
    title = "Grad-CAM"
    order = 90
    summary = "Which regions the last feature maps used for the class; coarse."
    citation = "Selvaraju et al., 2017, arXiv 1610.02391"
    Parameters = CamParameters

    def weighed(self, features: Tensor, gradient: Tensor) -> Tensor:
        return (gradient.mean((2, 3), keepdim=True) * features).sum(1, keepdim=True)
