"""Uniform noise: what a map is that knows nothing at all."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from xai_core.base.arrays import Values
from xai_core.runs.controls.base import CONTROLS, Case, Control


@CONTROLS.register
class UniformNoise(Control):
    """Independent draws of U(0, 1) for every pixel, `[1, 1, H, W]`.

    Their Complexity is `ln N - (ln 2 - 1/2)`: the entropy is `ln S - Σ u ln u / S`, and `S` is
    near `N / 2`, `Σ u ln u` near `-N / 4`.
    """

    name: ClassVar[str] = "uniform-noise"
    title: ClassVar[str] = "Uniform noise"
    order: ClassVar[int] = 10
    summary: ClassVar[str] = "Every pixel is drawn by chance: a map that knows nothing."
    citation: ClassVar[str] = "Entropy of uniform draws: ln N - ln 2 + 1/2 nats"

    def values(self, case: Case) -> Values:
        """As the contract says."""
        draws = np.random.default_rng(case.seed).random(case.pixels.shape[:2], np.float32)
        return draws[None, None]
