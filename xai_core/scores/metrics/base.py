"""What a metric is: of a map alone, of a map and a mask, or of a map and the model behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from jaxtyping import Bool, Float64

from xai_core.base.arrays import Map, Maps, Scores
from xai_core.base.errors import InputError
from xai_core.base.parameters import NoParameters
from xai_core.base.registry import Registry
from xai_core.scores.case import Case, Undefined
from xai_core.scores.localisation import Mask as Mask

Direction = Literal["lower", "higher"]
Needs = Literal["map", "model", "masks"]
Masks = Bool[np.ndarray, "b h w"]
Curve = Float64[np.ndarray, "steps"]


class Metric(ABC):
    """A score of one map at a time.

    Attributes:
        direction: which values are better. needs: what it looks at.
        definition: the formula in words, with its unit. cost: what it takes, in words.
        citation: the source paper.
        Parameters: frozen dataclass made with `parameters.parameter(...)`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 1000
    needs: ClassVar[Needs] = "map"
    direction: ClassVar[Direction]
    definition: ClassVar[str]
    cost: ClassVar[str]
    citation: ClassVar[str]
    Parameters: ClassVar[type] = NoParameters

    @property
    def family(self) -> str:
        """The folder of `metrics/` that it lies in; `complexity` for one beside the folders."""
        parent = type(self).__module__.removeprefix(f"{__package__}.").split(".")
        return parent[0] if len(parent) > 1 else "complexity"

    @abstractmethod
    def score(self, maps: Maps) -> Scores:
        """float64 `[B]`; NaN where the score is not defined for a map."""

    def undefined_because(self, values: Maps) -> str:
        """Why a map (`[1, h, w]`) has no score, in a sentence."""
        if not np.isfinite(values).all():
            return "The map holds values that are not finite."
        return f"The map is zero everywhere, so {self.title} is not defined."


class MaskMetric(Metric):
    """A score of one map and a mask of what it should show."""

    needs: ClassVar[Needs] = "masks"

    @abstractmethod
    def locate(self, one: Map, mask: Mask, settings: Any) -> float:
        """The score of a map that is finite and not zero, and a mask of some pixels but not all.

        Raises:
            Undefined: it has none.
        """

    def score(self, maps: Maps) -> Scores:
        """Raises `InputError`: a map alone is not enough."""
        raise InputError(
            f"{self.title} needs a mask of what the map should show, not only the map.",
            "Give masks=, of the size of the maps.",
        )

    def score_on(self, maps: Maps, masks: np.ndarray, settings: Any = None) -> Scores:
        """float64 `[B]`; NaN where the score is not defined. `masks`: of the size of the maps.

        Raises:
            InputError: they are not.
        """
        values, truth = np.asarray(maps, dtype=np.float64), np.asarray(masks, dtype=bool)
        if values.ndim != 3 or values.shape != truth.shape:
            raise InputError(
                f"Masks of the size of the maps, {list(values.shape)}, were expected, not "
                f"{list(truth.shape)}.",
                "Resize them with the recipe of the maps.",
            )
        pairs = zip(values, truth, strict=True)
        return np.array([self._tried(*pair, settings)[0] for pair in pairs], dtype=np.float64)

    def undefined_on(self, one: Map, mask: Mask, settings: Any = None) -> str:
        """Why a map `[h, w]` has no score on a mask, in a sentence."""
        return self._tried(np.asarray(one, dtype=np.float64), mask, settings)[1]

    def _tried(self, one: Map, mask: Mask, settings: Any) -> tuple[float, str]:
        try:
            if not (np.isfinite(one).all() and one.any()):
                raise Undefined(self.undefined_because(one[None]))
            if not mask.any() or mask.all():
                told = "covers the whole map" if mask.any() else "is empty on the grid of the map"
                raise Undefined(f"The mask {told}, so {self.title} is not defined.")
            return self.locate(one, mask, settings or self.Parameters()), ""
        except Undefined as reason:
            return float("nan"), str(reason)


class ModelMetric(Metric):
    """A score of one map that asks the model too; see `measurement.measure`."""

    needs: ClassVar[Needs] = "model"

    @abstractmethod
    def asks(self, settings: Any) -> tuple[int, int]:
        """How often the model predicts, and how many more maps are made by the same method."""

    @abstractmethod
    def measure(self, case: Case) -> float:
        """The score of a map that is finite and not zero; NaN where it is not defined.

        Raises:
            Undefined: the same, with the reason.
        """

    def unavailable_because(self, case: Case) -> str | None:
        """The reason why the score is not defined for a case, in a sentence; None where it is."""
        return None

    def score(self, maps: Maps) -> Scores:
        """Raises `InputError`: a map alone is not enough."""
        raise InputError(
            f"{self.title} needs the model and the picture, not only the map.",
            "Give model= and inputs= to xai_core.score, or use Worker.measure.",
        )


class CurveMetric(ModelMetric):
    """A score that sums up a curve, drawn while the picture changes step by step."""

    @abstractmethod
    def curve(self, case: Case) -> Curve:
        """What the model says at each step."""

    def area(self, curve: Curve) -> float:
        """The curve in one number: its mean height by the trapezoidal rule."""
        if len(curve) < 2:
            raise Undefined("The map has too few pixels for a curve.")
        return float(np.trapezoid(curve) / (len(curve) - 1))

    def measure(self, case: Case) -> float:
        """The curve's area."""
        return self.area(self.curve(case))


class GroupMetric(ModelMetric):
    """A score that compares pictures with each other: one alone has none."""

    @abstractmethod
    def across(self, maps: Maps, classes: np.ndarray, settings: Any) -> Scores:
        """float64 `[B]` of maps `[B, h, w]` of pictures of which the model predicts `classes`."""

    def asks(self, settings: Any) -> tuple[int, int]:
        """The clean picture's own prediction is all."""
        return 0, 0

    def measure(self, case: Case) -> float:
        """Not defined."""
        return float("nan")

    def unavailable_because(self, case: Case) -> str | None:
        """One picture is not enough."""
        return (
            f"{self.title} compares pictures with each other, and this is one. "
            "xai_core.score takes many."
        )


METRICS: Registry[Metric] = Registry("xai_core.scores.metrics", "metric")
FAMILIES: Mapping[str, tuple[str, str]] = {
    "complexity": ("Complexity", "How much of the picture the map lights up; the map alone."),
    "faithfulness": ("Faithfulness", "Whether the model needs what the map shows."),
    "robustness": ("Robustness", "Whether the map stays when the picture hardly changes."),
    "randomisation": ("Randomisation", "Whether the map changes when what it explains does."),
    "localisation": ("Localisation", "Whether the map lies where the thing is; needs a mask."),
    "axiomatic": ("Axioms", "Whether the map keeps what its theory promises."),
}
"""Title and a sentence of each family, in the order of menus."""
