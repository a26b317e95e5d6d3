"""A model's output as shapes and numbers, away from the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

OutputKind = Literal["classes", "scalar", "dense"]


@dataclass(frozen=True)
class OutputForm:
    """What a model gives, without the numbers: decides which targets fit.

    Attributes:
        kind: how the main entry is understood. path, shape: of it, batch included.
        entries: shape of every tensor of the output, also of those that hold integers, by path.
        ends_in: what gives the main entry, as far as it was seen (`marks.Mark`).
    """

    kind: OutputKind
    path: str
    shape: tuple[int, ...]
    entries: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    ends_in: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the way back."""
        return {**vars(self), "entries": dict(self.entries)}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> OutputForm:
        """The form that `to_dict` wrote."""
        shapes = {str(path): tuple(map(int, one)) for path, one in data["entries"].items()}
        return OutputForm(
            data["kind"],
            data["path"],
            tuple(map(int, data["shape"])),
            shapes,
            str(data.get("ends_in", "")),
        )

    @property
    def channels(self) -> int:
        """How many scores the main entry gives: classes, or channels of a dense map."""
        if self.kind == "scalar" or (self.kind == "dense" and len(self.shape) == 3):
            return 1
        return self.shape[1 if self.kind == "dense" else -1]


@dataclass(frozen=True)
class Prediction:
    """A model's output as numbers.

    Attributes:
        kind: how the output was understood. path: which entry of a nested output was taken.
        scores: float32 `[B, K]`; a dense map's are averages over the picture.
        shape: of the entry, batch included. entries, ends_in: as in `OutputForm`.
    """

    kind: OutputKind
    path: str
    scores: Float32[np.ndarray, "b k"]
    shape: tuple[int, ...]
    entries: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    ends_in: str = ""

    @property
    def form(self) -> OutputForm:
        """The same without the numbers."""
        return OutputForm(self.kind, self.path, self.shape, self.entries, self.ends_in)

    @property
    def probabilities(self) -> Float32[np.ndarray, "b k"]:
        """Softmax of class scores, or the scores where they already are probabilities."""
        if are_probabilities(self.scores, self.ends_in):
            return self.scores
        scores = self.scores.astype(np.float64)
        powers = np.exp(scores - scores.max(1, keepdims=True))
        return (powers / powers.sum(1, keepdims=True)).astype(np.float32)


def are_probabilities(scores: Float32[np.ndarray, "b k"], ends_in: str = "") -> bool:
    """Whether scores are probabilities already: of one class among all (none below 0, a sum of 1),
    or of each class by itself (in [0, 1]). What gives them decides where it was seen.
    """
    if ends_in:
        return ends_in in ("softmax", "sigmoid")
    values = scores.astype(np.float64)
    if values.min() < 0:
        return False
    return bool(values.max() <= 1 or np.allclose(values.sum(1), 1, atol=1e-3))
