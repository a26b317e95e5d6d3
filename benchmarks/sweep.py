"""Complexity of 8 methods over 100 quantiles at 224×224: a sweep against a loop over Quantus.

The loop removes the baseline and scores what is left, map by map and quantile by quantile, and
does so without the input checks of Quantus' own call, which would make it several times slower.
The ratio does not depend on the number of pictures; `PICTURES = 64` takes minutes.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from benchmarks._maps import maps
from benchmarks.timing import Goal
from xai_core import baseline_subtraction_norm, complexity
from xai_core import sweep as swept

METHODS, PICTURES = 8, 8
QUANTILES = np.linspace(0.0, 0.99, 100)


@cache
def all_maps() -> np.ndarray:
    return maps(METHODS * PICTURES)


def prepare(titles: list[str]) -> None:
    """Loads Quantus and checks that both say the same."""
    few = all_maps()[:METHODS]
    plain = complexity(np.stack([baseline_subtraction_norm(one, 0.3) for one in few]))
    np.testing.assert_allclose(swept(few, np.array([0.3]))[:, 0], plain, atol=1e-6)


def sweep() -> None:
    swept(all_maps(), QUANTILES)


def loop() -> None:
    for one in all_maps():
        for quantile in QUANTILES:
            complexity(baseline_subtraction_norm(one, float(quantile))[None])


OURS, LOOP = (
    f"sweep, {METHODS} methods × {PICTURES} pictures × {len(QUANTILES)} quantiles",
    "loop over removal and Quantus",
)
CASES = {OURS: sweep, LOOP: loop}
GOALS = [Goal(OURS, LOOP, 1 / 20)]
