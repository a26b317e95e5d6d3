"""Attribution Localisation: the share of a map's positive values that lies in the mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.arrays import Map
from xai_core.base.parameters import parameter
from xai_core.scores.case import Undefined
from xai_core.scores.metrics.base import METRICS, Direction, Mask, MaskMetric


@dataclass(frozen=True)
class AttributionLocalisationParameters:
    """Of Attribution Localisation."""

    weighted: bool = parameter(
        False, "Over the mask's share of the map, so that a flat map scores 1 for any mask."
    )


@METRICS.register
class AttributionLocalisation(MaskMetric):
    """Σ a⁺ in the mask / Σ a⁺, in [0, 1].

    Kohlbrenner et al. 2020, arXiv 1910.09840. As Quantus' Attribution-Localisation; weighted as in
    the paper, μ · N / K for a mask of K of N pixels, where Quantus multiplies by K / 0.
    """

    name: ClassVar[str] = "attribution-localisation"
    title: ClassVar[str] = "Attribution Localisation"
    order: ClassVar[int] = 420
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = AttributionLocalisationParameters
    definition: ClassVar[str] = (
        "Share of Σa that lies in the mask, negative values left out, in [0, 1]; of a map without "
        "negative values the same as Relevance Mass Accuracy. As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "None worth naming; it needs a mask."
    citation: ClassVar[str] = (
        "Kohlbrenner et al., Towards Best Practice in Explaining Neural Network Decisions with "
        "LRP, IJCNN 2020"
    )

    def locate(self, one: Map, mask: Mask, settings: Any) -> float:
        positive = np.maximum(one, 0.0)
        total = float(positive.sum())
        if total == 0:
            raise Undefined("The map has no positive value.")
        share = float(positive[mask].sum()) / total
        return share / float(mask.mean()) if settings.weighted else share
