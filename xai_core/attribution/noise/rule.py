"""The rule that turns measured noise levels into values for the noise methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from xai_core.attribution.methods.base import METHODS
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.base.parameters import describe

Levels = Float64[np.ndarray, "levels"]
NoiseType = Literal["multiplicative", "additive"]

THRESHOLD = 0.95  # a drop of 5 % of the way to chance
ALPHA = 0.1  # of the input's range


@dataclass(frozen=True)
class NoiseLevel:
    """What stays of a model's predictions under noise on its weights, and what to set.

    Attributes:
        levels: deviations tried, ascending from 0. kept: share of the way from chance (0) to the
            clean model (1). smoothed: `kept`, made to fall only.
        weight_std: where `smoothed` crosses `THRESHOLD`, or the last level.
        input_std: `ALPHA` of the range of the inputs.
        reason: both in a sentence.
    """

    levels: Levels
    kept: Levels
    smoothed: Levels
    weight_std: float
    input_std: float
    reason: str

    def __post_init__(self) -> None:
        curves = (self.levels, self.kept, self.smoothed)
        sound = len({one.shape for one in curves}) == 1 and len(self.levels) > 0
        finite = all(np.isfinite(one).all() for one in curves)
        if not (sound and finite and np.isfinite([self.weight_std, self.input_std]).all()):
            raise InputError("The curves of a noise level must be finite and equally long.")

    def settings(self, method: str) -> dict[str, float]:
        """Values for the parameters of a noise method, half of each where it has both kinds."""
        if METHODS[method].family != "noise":
            return {}
        names = {info.name for info in describe(METHODS[method].Parameters)}
        whole = {"std": self.weight_std, "sg_std": self.input_std}
        found = {name: value for name, value in whole.items() if name in names}
        return {name: float(f"{value / len(found):.2g}") for name, value in found.items()}


def crossing(levels: Levels, falling: Levels) -> tuple[float, bool]:
    """The level at which a falling curve reaches `THRESHOLD`; the last one where it never does."""
    below = np.flatnonzero(falling < THRESHOLD)
    if below.size == 0 or below[0] == 0:
        return float(levels[-1 if below.size == 0 else 0]), below.size > 0
    pair = slice(below[0] - 1, below[0] + 1)
    return float(np.interp(THRESHOLD, falling[pair][::-1], levels[pair][::-1])), True


def input_std(inputs: Inputs) -> float:
    """The inputs' deviation by the rule: a tenth of a picture's range, averaged over pictures."""
    flat = np.asarray(inputs).reshape(len(inputs), -1)
    return ALPHA * float((flat.max(1) - flat.min(1)).mean())
