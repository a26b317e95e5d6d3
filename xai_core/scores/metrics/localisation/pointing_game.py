"""Pointing Game: whether a map's highest pixel lies in the mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.arrays import Map
from xai_core.base.parameters import parameter
from xai_core.scores.case import Undefined
from xai_core.scores.metrics.base import METRICS, Direction, Mask, MaskMetric


@dataclass(frozen=True)
class PointingGameParameters:
    """Of the Pointing Game."""

    tolerance: int = parameter(
        0, "How far beside the mask still counts, in pixels of the map.", minimum=0, maximum=100
    )


@METRICS.register
class PointingGame(MaskMetric):
    """1 where the highest value lies in the mask, else 0: its mean over pictures is the accuracy.

    Zhang et al. 2018, arXiv 1608.00507, whose tolerance is 15 pixels. Quantus counts a hit where
    any of several highest pixels lies in the mask, so that a flat map always hits; here a map
    whose highest pixels lie inside and outside has no score.
    """

    name: ClassVar[str] = "pointing-game"
    title: ClassVar[str] = "Pointing Game"
    order: ClassVar[int] = 400
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = PointingGameParameters
    definition: ClassVar[str] = (
        "1 where the map's highest pixel lies in the mask, else 0; the mean over pictures is the "
        "share of hits. As Quantus 0.6.0, but for maps with several highest pixels."
    )
    cost: ClassVar[str] = "None worth naming; it needs a mask."
    citation: ClassVar[str] = (
        "Zhang et al., Top-Down Neural Attention by Excitation Backprop, IJCV 2018"
    )

    def locate(self, one: Map, mask: Mask, settings: Any) -> float:
        if settings.tolerance:
            from scipy.ndimage import distance_transform_edt

            mask = distance_transform_edt(~mask) <= settings.tolerance
        hits = mask[one == one.max()]
        if hits.any() and not hits.all():
            raise Undefined("The highest value stands at several pixels, in the mask and outside.")
        return float(np.all(hits))
