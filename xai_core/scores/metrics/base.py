"""What a metric is: of a map alone, or of a map and the model that it explains."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np

from xai_core.base.arrays import Maps, Scores
from xai_core.base.errors import InputError
from xai_core.base.registry import Registry
from xai_core.scores.case import Case

Direction = Literal["lower", "higher"]
Needs = Literal["map", "model"]


class Metric(ABC):
    """A score of one map at a time.

    Attributes:
        direction: which values are better. needs: what it looks at.
        definition: the formula in words, with its unit. cost: what it takes, in words.
        citation: the source paper.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    needs: ClassVar[Needs] = "map"
    direction: ClassVar[Direction]
    definition: ClassVar[str]
    cost: ClassVar[str]
    citation: ClassVar[str]

    @abstractmethod
    def score(self, maps: Maps) -> Scores:
        """float64 `[B]`; NaN where the score is not defined for a map."""

    def undefined_because(self, values: Maps) -> str:
        """Why a map (`[1, h, w]`) has no score, in a sentence."""
        if not np.isfinite(values).all():
            return "The map holds values that are not finite."
        return f"The map is zero everywhere, so {self.title} is not defined."


class ModelMetric(Metric):
    """A score of one map that asks the model too; see `measurement.measure`.

    Attributes:
        predictions: how often the model predicts. explanations: how many more maps are made by
            the same method.
    """

    needs: ClassVar[Needs] = "model"
    predictions: ClassVar[int] = 0
    explanations: ClassVar[int] = 0

    @abstractmethod
    def measure(self, case: Case) -> float:
        """The score of a map that is finite and not zero; NaN where it is not defined."""

    def unavailable_because(self, case: Case) -> str | None:
        """The reason why the score is not defined for a case, in a sentence; None where it is."""
        return None

    def score(self, maps: Maps) -> Scores:
        """Raises `InputError`: a map alone is not enough."""
        raise InputError(
            f"{self.title} needs the model and the picture, not only the map.",
            "Use xai_core.scores.measurement.measure, or Worker.measure.",
        )


METRICS: Registry[Metric] = Registry("xai_core.scores.metrics", "metric")
