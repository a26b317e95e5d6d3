"""What a metric of maps is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

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
        return f"{self.title} is not defined for this map."


METRICS: Registry[Metric] = Registry("xai_core.metrics", "metric")
