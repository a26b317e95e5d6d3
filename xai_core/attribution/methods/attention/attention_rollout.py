"""Attention rollout: the attention of all layers, multiplied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.attribution.layers.attention import Attended
from xai_core.attribution.layers.attention_method import ByAttention
from xai_core.attribution.methods.base import METHODS

if TYPE_CHECKING:
    from torch import Tensor


@METHODS.register
class AttentionRollout(ByAttention):
    """The rows of ∏ₗ (½ Aₗ + ½ I) of the tokens that the score is read from, `[1, 1, H, W]` ≥ 0.

    Abnar & Zuidema 2020, arXiv 2005.00928; A is the mean over the heads. The class enters only by
    which tokens the score is read from, so that all classes have the same map.
    """

    name = "attention-rollout"
    title = "Attention rollout"
    order = 101
    summary = "Which patches the tokens looked at, through all layers; the same for every class."
    citation = "Abnar & Zuidema, 2020, arXiv 2005.00928"

    def relevance(self, seen: Attended) -> Tensor:
        import torch

        rows = seen.read
        for weights in reversed(seen.weights):
            mean = weights.mean(0)
            rows = rows @ ((mean + torch.eye(len(mean)).to(mean)) / 2)
        return rows
