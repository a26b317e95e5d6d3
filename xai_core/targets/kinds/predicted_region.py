"""A class's score where the model predicts that class."""

from __future__ import annotations

import numpy as np

from xai_core.pictures.region import Mask
from xai_core.targets.kinds.base import TARGETS, OfClass, Seen
from xai_core.targets.over_region import OverRegion, predicted


@TARGETS.register
class PredictedRegion(OverRegion):
    """The region is that of the clean picture's prediction."""

    name = "predicted-region"
    title = "Where it is predicted"
    order = 40
    summary = "Segmentation: why the model marks all the pixels that it marks as this class."

    def region(
        self, seen: Seen, planes: np.ndarray, index: int | None, parameters: OfClass
    ) -> Mask:
        return predicted(planes, index)

    def where(self, parameters: OfClass) -> str:
        return "where the model predicts it"
