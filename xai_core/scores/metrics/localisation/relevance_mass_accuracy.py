"""Relevance Mass Accuracy: the share of a map that lies in the mask, by Quantus."""

from __future__ import annotations

from typing import Any, ClassVar

from xai_core.base.arrays import Map
from xai_core.scores.case import Undefined
from xai_core.scores.localisation import CITATION, MASS, mass_accuracy
from xai_core.scores.metrics.base import METRICS, Direction, Mask, MaskMetric


@METRICS.register
class RelevanceMassAccuracy(MaskMetric):
    """Σ a in the mask / Σ a, in [0, 1]; see `localisation.mass_accuracy`."""

    name: ClassVar[str] = "relevance-mass-accuracy"
    title: ClassVar[str] = "Relevance Mass Accuracy"
    order: ClassVar[int] = 440
    direction: ClassVar[Direction] = "higher"
    definition: ClassVar[str] = (
        f"S{MASS.removeprefix('Relevance Mass Accuracy: s')} Computed by Quantus 0.6.0."
    )
    cost: ClassVar[str] = "None worth naming; it needs a mask."
    citation: ClassVar[str] = CITATION

    def locate(self, one: Map, mask: Mask, settings: Any) -> float:
        if one.min() < 0:
            raise Undefined("The map has negative values: its sum is no mass.")
        return float(mass_accuracy(one[None], mask)[0])
