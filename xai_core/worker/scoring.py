"""What a `Worker` is asked about maps; it need not hold a model for that."""

from __future__ import annotations

import numpy as np

from xai_core.base.arrays import Maps, Scores
from xai_core.base.errors import InputError
from xai_core.scores.localisation import Localisations, Mask
from xai_core.worker.connection import Connection


class Scoring:
    """The part of a worker that scores."""

    _connection: Connection

    def score(
        self, maps: Maps, metric: str = "complexity", masks: np.ndarray | None = None
    ) -> Scores:
        """One value a map; NaN where the metric is not defined. Needs no model.

        Args:
            masks: of the shape of the maps, for a metric that needs them.
        """
        array = _numbers(maps)
        if array.ndim != 3:
            raise InputError(f"Maps must be [batch, height, width], not {list(array.shape)}.")
        truth = () if masks is None else (np.asarray(masks, dtype=np.float32),)
        frame = self._connection.exchange("score", {"metric": metric}, (array, *truth))
        scores = frame.arrays[0] if len(frame.arrays) == 1 else np.empty(0)
        if scores.dtype != np.float64 or scores.shape != (len(array),):
            self._connection.distrust("scores that do not belong to the maps")
        return scores

    def localise(self, maps: Maps, mask: Mask) -> Localisations:
        """Mass and rank accuracy of maps on a ground truth, `[B, 2]`. Needs no model."""
        arrays = (_numbers(maps), np.asarray(mask, dtype=np.float32))
        frame = self._connection.exchange("localise", {}, arrays)
        found = frame.arrays[0] if len(frame.arrays) == 1 else np.empty(0)
        if found.dtype != np.float64 or found.shape != (len(arrays[0]), 2):
            self._connection.distrust("localisations that do not belong to the maps")
        return found


def _numbers(maps: Maps) -> Maps:
    """With fractions, as metrics reckon with them."""
    array = np.asarray(maps)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)
