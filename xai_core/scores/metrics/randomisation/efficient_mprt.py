"""Efficient MPRT: how much more disordered a map gets when the model has forgotten everything."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from xai_core.maps.histogram import entropy_of
from xai_core.scores.case import Case, Undefined
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.randomised_maps import forgotten, unavailable


@METRICS.register
class EfficientMPRT(ModelMetric):
    """(H(a′) − H(a)) / H(a), H the entropy of a map's histogram, a′ of the fully randomised model.

    Hedström et al. 2024, arXiv 2401.06465, as Quantus' EfficientMPRT with 100 bins; −1 and up. It
    compares no two maps, so it needs no measure of likeness.
    """

    name: ClassVar[str] = "efficient-mprt"
    title: ClassVar[str] = "Efficient MPRT"
    order: ClassVar[int] = 320
    direction: ClassVar[Direction] = "higher"
    definition: ClassVar[str] = (
        "Relative rise of the map's Entropy (of its histogram in 100 bins) when all layers have "
        "lost their weights, above −1: a map of what was learned gets disordered, 0 for a method "
        "that does not ask. As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "One more map by the same method."
    citation: ClassVar[str] = (
        "Hedström et al., Sanity Checks Revisited: An Exploration to Repair the Model Parameter "
        "Randomisation Test, 2024, arXiv 2401.06465"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 0, 1

    def measure(self, case: Case) -> float:
        before = entropy_of(case.values)
        if np.isnan(before):
            raise Undefined("The map has one value everywhere, so its histogram has one bar.")
        (other,) = forgotten(case, 1, "bottom-up", lambda: case.explain(case.inputs, None))
        after = entropy_of(other)
        if np.isnan(after):
            raise Undefined("On the randomised model the method gives an empty map.")
        return (after - before) / before

    def unavailable_because(self, case: Case) -> str | None:
        return unavailable(case)
