"""Random Logit: how alike a map and that of another class are, by Quantus."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from xai_core.base.target import DEFAULT
from xai_core.scores.case import Case
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.quantus_calls.explain_again import explaining_again
from xai_core.scores.quantus_calls.library import quantus

WINDOW = 7  # pixels: of scikit-image's SSIM


@METRICS.register
class RandomLogit(ModelMetric):
    """SSIM of two maps of one picture, of the class and of one drawn from the others by the seed.

    Departs from Quantus' default, which takes the SSIM of the maps laid out in a row.
    """

    name: ClassVar[str] = "random-logit"
    title: ClassVar[str] = "Random Logit"
    order: ClassVar[int] = 60
    direction: ClassVar[Direction] = "lower"
    definition: ClassVar[str] = (
        "Sanity check: structural similarity (SSIM) of the map and of the map of a class drawn "
        "from the others, in [−1, 1]. 1 for a method that ignores the class. Computed by "
        "Quantus 0.6.0."
    )
    cost: ClassVar[str] = "One more map by the same method."
    citation: ClassVar[str] = (
        "Sixt, Granz and Landgraf, When Explanations Lie: Why Many Modified BP Attributions Fail, "
        "ICML 2020"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 0, 1

    def measure(self, case: Case) -> float:
        shape = case.values.shape

        def similarity(a: Any, b: Any, batched: bool) -> list[float]:
            if not (np.isfinite(b).all() and b.any()):
                return [float("nan")]  # the other class has no map to compare with
            return [quantus().similarity_func.ssim(a[0].reshape(shape), b[0].reshape(shape))]

        logit = quantus().RandomLogit(
            similarity_func=similarity,
            num_classes=case.classes,
            seed=case.seed,
            normalise=False,
            disable_warnings=True,
        )
        return explaining_again(logit, case, case.explain, case.target or 0)

    def unavailable_because(self, case: Case) -> str | None:
        if case.target is None and not _is_only_score(case):
            return "What is explained is no class: there is no other to compare with."
        if case.target is None or case.classes < 2:
            return "The model has one output: there is no other class."
        if min(case.values.shape) < WINDOW:
            return f"SSIM needs a map of at least {WINDOW}×{WINDOW} pixels."
        return None


def _is_only_score(case: Case) -> bool:
    """Whether no class is explained because there is but one score."""
    explained = None if case.attribution is None else case.attribution.targets[0]
    return explained is None or explained.target.kind == DEFAULT
