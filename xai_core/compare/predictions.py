"""What two models predict for one picture, class by class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from xai_core.targets import Prediction

Labels = tuple[str, ...] | None


@dataclass(frozen=True)
class Classes:
    """What one model gives for a picture. labels: class names, where they are known."""

    prediction: Prediction
    labels: Labels = None

    @property
    def count(self) -> int:
        """Number of scores."""
        return int(self.prediction.scores.shape[1])

    @property
    def named(self) -> bool:
        """Whether every class has a name of its own."""
        return self.labels is not None and len(set(self.labels)) == len(self.labels) == self.count

    def top(self, most: int) -> list[int]:
        """Indices of the highest scores, highest first."""
        return [int(i) for i in np.argsort(-self.prediction.scores[0], kind="stable")[:most]]

    def label(self, index: int) -> str:
        """A class name, or its number."""
        if self.count == 1:
            return "the only output"
        known = self.labels is not None and index < len(self.labels)
        return self.labels[index] if self.labels and known else f"class {index}"


@dataclass(frozen=True)
class ClassScores:
    """One class in both models; None where a model does not have it.

    Attributes:
        index: in the first and in the second model. score: the model's output there.
        probability: in [0, 1]; None for a model with one output.
    """

    label: str
    index: tuple[int | None, int | None]
    score: tuple[float | None, float | None]
    probability: tuple[float | None, float | None]

    @property
    def difference(self) -> float | None:
        """Score of the second − score of the first."""
        first, second = self.score
        return None if first is None or second is None else second - first


@dataclass(frozen=True)
class PredictionDifference:
    """What two models predict for one picture.

    Attributes:
        classes: the top classes of either, those of the first before the others.
        matched: how many classes both models have. by_name: they were matched by their names.
        same_top: both have the same top class; None where classes cannot be matched.
        largest: the matched class whose score differs most; None where there is none.
    """

    classes: tuple[ClassScores, ...]
    matched: int
    by_name: bool
    same_top: bool | None
    largest: ClassScores | None


def counterparts(first: Classes, second: Classes) -> Mapping[int, int]:
    """Index in the second model by index in the first.

    By name where all classes of both have one and some are the same; else by number where both
    have as many; else no class is known to be the same.
    """
    if by_name(first, second):
        places = {label: index for index, label in enumerate(second.labels or ())}
        names = enumerate(first.labels or ())
        return {index: places[label] for index, label in names if label in places}
    return {i: i for i in range(first.count)} if first.count == second.count else {}


def by_name(first: Classes, second: Classes) -> bool:
    """Whether classes are matched by their names."""
    if not (first.named and second.named):
        return False
    return bool(set(first.labels or ()) & set(second.labels or ()))


def prediction_difference(first: Classes, second: Classes, count: int = 5) -> PredictionDifference:
    """Of the first sample of two predictions. `count`: top classes of each."""
    pairs = counterparts(first, second)
    back = {other: one for one, other in pairs.items()}
    places: list[tuple[int | None, int | None]] = [(i, pairs.get(i)) for i in first.top(count)]
    places += [(back.get(i), i) for i in second.top(count)]
    both = [_scores(first, second, pair) for pair in pairs.items()]
    gaps = [abs(one.difference or 0.0) for one in both]
    return PredictionDifference(
        tuple(_scores(first, second, pair) for pair in dict.fromkeys(places)),
        len(pairs),
        by_name(first, second),
        pairs.get(first.top(1)[0]) == second.top(1)[0] if pairs else None,
        both[int(np.argmax(gaps))] if both else None,
    )


def _scores(first: Classes, second: Classes, pair: tuple[int | None, int | None]) -> ClassScores:
    sides = tuple(zip((first, second), pair, strict=True))
    label = next(side.label(index) for side, index in sides if index is not None)
    scores = [None if i is None else float(one.prediction.scores[0, i]) for one, i in sides]
    shares = [
        None if i is None or one.count == 1 else float(one.prediction.probabilities[0, i])
        for one, i in sides
    ]
    return ClassScores(label, pair, (scores[0], scores[1]), (shares[0], shares[1]))
