"""Quantus' metrics that explain again, with our maps in the place of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from xai_core.base.arrays import Inputs
from xai_core.scores.case import Case, Map


def explaining_again(
    metric: Any, case: Case, explain: Callable[[Inputs, int | None], Map], label: int = 0
) -> float:
    """The metric's score of a case. `explain`: asked whenever Quantus wants another map.

    Quantus' own way would refuse maps that are cropped, dead or flat. `label`: the class that
    Quantus holds for the explained one.
    """

    def explain_batch(model: Any, x_batch: Any, y_batch: Any) -> Any:
        inputs = np.asarray(x_batch, dtype=np.float32)
        return np.asarray(explain(inputs, int(y_batch[0])), dtype=np.float64)[None]

    metric.explain_batch = explain_batch
    scores = metric.evaluate_batch(
        model=None,
        x_batch=case.inputs.copy(),
        y_batch=np.array([label]),
        a_batch=np.asarray(case.values, dtype=np.float64)[None],
    )
    return float(scores[0])
