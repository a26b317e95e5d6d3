"""Gradient attention rollout: attention that raises the score, through all layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.attribution.layers.attention import Attended
from xai_core.attribution.layers.attention_method import ByAttention
from xai_core.attribution.methods.base import METHODS

if TYPE_CHECKING:
    from torch import Tensor


@METHODS.register
class GradientRollout(ByAttention):
    """The rows of R, where R ← R + Āₗ R and Ā is the heads' mean of relu(∂score/∂A · A).

    Chefer et al. 2021, arXiv 2103.15679, equations 5 and 6; R begins as the identity, which is
    taken off in the end. `[1, 1, H, W]` ≥ 0.
    """

    name = "gradient-rollout"
    title = "Gradient attention rollout"
    order = 102
    summary = "Which patches the tokens looked at where that raises the score of the class."
    citation = "Chefer et al., 2021, arXiv 2103.15679"

    def relevance(self, seen: Attended) -> Tensor:
        import torch

        start = seen.read
        found = torch.zeros_like(start)  # apart from the identity, beside which it is small
        for weights, slopes in zip(reversed(seen.weights), reversed(seen.slopes), strict=True):
            found = found + (start + found) @ (weights * slopes).relu().mean(0)
        return found
