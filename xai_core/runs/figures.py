"""What a run tells in figures: classes of its prediction, scores of its maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Guess:
    """One class of a prediction. `probability` in [0, 1]."""

    index: int
    label: str
    probability: float


@dataclass(frozen=True)
class Score:
    """Complexity of one map before removal and after it, in nats; NaN where undefined."""

    raw: float
    after: float


def score_from(data: Mapping[str, float | None]) -> Score:
    """A score out of JSON, which knows no NaN."""
    return Score(**{name: float("nan") if value is None else value for name, value in data.items()})
