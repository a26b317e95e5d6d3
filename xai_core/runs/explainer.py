"""What a computation needs of whoever has the model; a worker has it all."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from xai_core.attribution.batches.order import Found
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, Maps, Scores
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress
from xai_core.base.target import Asked, Explained
from xai_core.maps.recipe import Recipe
from xai_core.scores.localisation import Mask
from xai_core.scores.measurement import Measurement
from xai_core.targets import Prediction


class Explainer(Protocol):
    """What explains the model."""

    def predict(self, inputs: Inputs) -> Prediction:
        """Its output."""

    def resolve(self, inputs: Inputs, target: Asked) -> tuple[Explained, ...]:
        """A target fixed on every picture."""

    def explain(
        self,
        inputs: Inputs,
        target: Asked,
        method: str,
        seed: int = 0,
        parameters: Mapping[str, Any] | None = None,
        *,
        randomised: bool = False,
        pace: Pace | None = None,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> Attribution:
        """Raw attribution by one method. `randomised`: while the weights are random."""


class ManyExplainer(Protocol):
    """What explains several pictures by several methods in one call; a worker does."""

    def explain_many(
        self,
        inputs: Inputs,
        methods: Mapping[str, Mapping[str, Any]],
        target: Asked = None,
        seed: int = 0,
        *,
        pace: Pace | None = None,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[Found, ...]:
        """What each method gives for each picture, or why it gives none."""

    def measure_many(
        self,
        inputs: Inputs,
        attribution: Attribution,
        metrics: Sequence[tuple[str, Mapping[str, Any], Recipe]],
        mask: Mask | None = None,
        *,
        cancel: threading.Event | None = None,
    ) -> tuple[Measurement, ...]:
        """Several metrics of one map, each by its name, parameters and recipe."""


class Scores1D(Protocol):
    """What scores maps; a worker too, but one that need not hold a model."""

    def score(self, maps: Maps, metric: str = "complexity") -> Scores:
        """float64 `[B]`."""
