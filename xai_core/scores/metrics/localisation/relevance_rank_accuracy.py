"""Relevance Rank Accuracy: as many highest pixels as the mask has, and how many lie in it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from xai_core.base.arrays import Map
from xai_core.scores.case import Undefined
from xai_core.scores.localisation import CITATION, RANK, rank_accuracy
from xai_core.scores.metrics.base import METRICS, Direction, Mask, MaskMetric


@METRICS.register
class RelevanceRankAccuracy(MaskMetric):
    """Share of the K highest pixels that lie in a mask of K pixels, in [0, 1]; see
    `localisation.rank_accuracy`.
    """

    name: ClassVar[str] = "relevance-rank-accuracy"
    title: ClassVar[str] = "Relevance Rank Accuracy"
    order: ClassVar[int] = 450
    direction: ClassVar[Direction] = "higher"
    definition: ClassVar[str] = (
        f"S{RANK.removeprefix('Relevance Rank Accuracy: s')} Computed by Quantus 0.6.0."
    )
    cost: ClassVar[str] = "None worth naming; it needs a mask."
    citation: ClassVar[str] = CITATION

    def locate(self, one: Map, mask: Mask, settings: Any) -> float:
        score = float(rank_accuracy(one[None], mask)[0])
        if np.isnan(score):
            count = int(mask.sum())
            raise Undefined(f"Equal values stand at the border of the {count} highest pixels.")
        return score
