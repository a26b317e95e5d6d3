"""What a metric of maps is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np

from xai_core.registry import Registry
from xai_core.types import Maps, Scores

Direction = Literal["lower", "higher"]


class Metric(ABC):
    """A score of one map at a time.

    Attributes:
        direction: which values are better. definition: the formula in words, with its unit.
        citation: the source paper.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    direction: ClassVar[Direction]
    definition: ClassVar[str]
    citation: ClassVar[str]

    @abstractmethod
    def score(self, maps: Maps) -> Scores:
        """float64 `[B]`; NaN where the score is not defined for a map."""

    def undefined_because(self, values: Maps) -> str:
        """Why a map (`[1, h, w]`) has no score, in a sentence."""
        if not np.isfinite(values).all():
            return "The map holds values that are not finite."
        return f"The map is zero everywhere, so {self.title} is not defined."


METRICS: Registry[Metric] = Registry("xai_core.metrics", "metric")
