"""Sufficiency: whether pictures with the same map get the same class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.arrays import Maps, Scores
from xai_core.base.parameters import parameter
from xai_core.scores.metrics.base import METRICS, Direction, GroupMetric


@dataclass(frozen=True)
class SufficiencyParameters:
    """Of Sufficiency."""

    threshold: float = parameter(
        0.6,
        "Maps nearer to each other than this share of the largest distance count as the same.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
    )


@METRICS.register
class Sufficiency(GroupMetric):
    """Of the pictures whose maps are like this one, the share with this one's class.

    Dasgupta et al. 2022, arXiv 2202.00734, as Quantus' Sufficiency: Euclidean distance with each
    pixel over its variance among the maps, over the largest distance. Departures: pixels that are
    the same in all maps do not count, where Quantus divides by zero; a map that is like no other
    has no score, where Quantus gives 0; NaN maps touch no other.
    """

    name: ClassVar[str] = "sufficiency"
    title: ClassVar[str] = "Sufficiency"
    order: ClassVar[int] = 180
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = SufficiencyParameters
    definition: ClassVar[str] = (
        "Of the pictures whose maps are like this one, the share for which the model predicts the "
        "same class, in [0, 1]. It compares pictures with each other, so one alone has no score. "
        "As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "1 forward pass a picture, at least three pictures."
    citation: ClassVar[str] = (
        "Dasgupta, Frost and Moshkovitz, Framework for Evaluating Faithfulness of Local "
        "Explanations, ICML 2022"
    )

    def across(self, maps: Maps, classes: np.ndarray, settings: Any) -> Scores:
        from scipy.spatial.distance import pdist, squareform

        flat = np.abs(np.asarray(maps, dtype=np.float64)).reshape(len(maps), -1)
        sound = np.isfinite(flat).all(1) & flat.any(1)
        scores = np.full(len(maps), np.nan)
        kept = flat[sound]
        varied = kept[:, kept.var(0, ddof=1) > 0] if len(kept) > 2 else kept[:, :0]
        if not varied.size:
            return scores
        distances = squareform(pdist(varied, "seuclidean"))
        alike = distances / distances.max() <= settings.threshold
        np.fill_diagonal(alike, False)
        same = classes[sound][:, None] == classes[sound][None]
        counts = alike.sum(1)
        with np.errstate(invalid="ignore"):
            scores[sound] = np.where(counts > 0, (alike & same).sum(1) / counts, np.nan)
        return scores
