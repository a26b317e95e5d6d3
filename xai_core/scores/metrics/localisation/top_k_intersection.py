"""Top-k Intersection: how many of a map's highest pixels lie in the mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.arrays import Map
from xai_core.base.parameters import parameter
from xai_core.scores.case import Undefined
from xai_core.scores.metrics.base import METRICS, Direction, Mask, MaskMetric


@dataclass(frozen=True)
class TopKIntersectionParameters:
    """Of Top-k Intersection."""

    k: int = parameter(0, "How many pixels; 0 takes the share below.", minimum=0, maximum=10**8)
    share: float = parameter(
        0.02, "Share of the map's pixels that are taken.", minimum=0.0, maximum=1.0, step=0.01
    )


@METRICS.register
class TopKIntersection(MaskMetric):
    """Share of the k highest pixels that lie in the mask, in [0, 1].

    Theiner et al. 2022, arXiv 2104.14995. As Quantus' Top-K Intersection, whose k is 1,000 whatever
    the size of the map: here it is a share. NaN where equal values stand at the border of the k
    highest, so that chance would decide which of them count.
    """

    name: ClassVar[str] = "top-k-intersection"
    title: ClassVar[str] = "Top-k Intersection"
    order: ClassVar[int] = 410
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = TopKIntersectionParameters
    definition: ClassVar[str] = (
        "Share of the map's highest 2% of pixels that lie in the mask, in [0, 1]. As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "None worth naming; it needs a mask."
    citation: ClassVar[str] = (
        "Theiner, Müller-Budack and Ewerth, Interpretable Semantic Photo Geolocation, WACV 2022"
    )

    def locate(self, one: Map, mask: Mask, settings: Any) -> float:
        count = settings.k or max(1, round(settings.share * one.size))
        count = min(count, one.size)
        border = np.partition(one, -count, axis=None)[-count]
        if int((one >= border).sum()) != count:
            raise Undefined(f"Equal values stand at the border of the {count} highest pixels.")
        return float(mask[one >= border].mean())
