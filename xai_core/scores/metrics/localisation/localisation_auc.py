"""AUC: whether pixels of the mask are higher than those outside."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from xai_core.base.arrays import Map
from xai_core.scores.metrics.base import METRICS, Direction, Mask, MaskMetric


@METRICS.register
class LocalisationAUC(MaskMetric):
    """Area under the ROC curve of the map as a detector of the mask, in [0, 1]; 1/2 is chance.

    Fawcett 2006. The Mann-Whitney statistic over K·(N − K), ties counted by half, which is the area
    by the trapezoidal rule that Quantus' AUC takes.
    """

    name: ClassVar[str] = "localisation-auc"
    title: ClassVar[str] = "AUC"
    order: ClassVar[int] = 430
    direction: ClassVar[Direction] = "higher"
    definition: ClassVar[str] = (
        "Probability that a pixel of the mask is higher than one outside, which is the area under "
        "the ROC curve, in [0, 1]: 1/2 for a flat map. As AUC of Quantus 0.6.0."
    )
    cost: ClassVar[str] = "It sorts the map once; it needs a mask."
    citation: ClassVar[str] = (
        "Fawcett, An Introduction to ROC Analysis, Pattern Recognition Letters 2006"
    )

    def locate(self, one: Map, mask: Mask, settings: Any) -> float:
        from scipy.stats import rankdata

        ranks, inside = rankdata(one, axis=None), int(mask.sum())
        below = float(ranks[mask.ravel()].sum()) - inside * (inside + 1) / 2
        return below / (inside * np.count_nonzero(~mask))
