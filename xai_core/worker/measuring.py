"""What a `Worker` is asked about metrics that may ask the open model."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.progress import Progress
from xai_core.maps.recipe import Recipe
from xai_core.scores.localisation import Mask
from xai_core.scores.measurement import Measurement
from xai_core.worker.connection import Connection
from xai_core.worker.wire.codec import encode
from xai_core.worker.wire.protocol import Array


class Measuring:
    """The part of a worker that measures maps."""

    _connection: Connection

    def measure(
        self,
        inputs: Inputs,
        attribution: Attribution,
        recipe: Recipe,
        metric: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        mask: Mask | None = None,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> Measurement:
        """A metric of one picture's map that may ask the open model, as `measurement.measure`."""
        arrays: list[Array] = []
        params = {
            "metric": metric,
            "parameters": dict(parameters or {}),
            "recipe": encode(recipe, []),
            "attribution": encode(attribution, arrays),
        }
        truth = () if mask is None else (np.asarray(mask, np.float32),)
        given = (*arrays, checked_inputs(inputs), *truth)
        call: dict[str, Any] = {"progress": progress, "cancel": cancel, "model": True}
        return self._connection.ask(Measurement, "measure", params, given, **call)

    def measure_many(
        self,
        inputs: Inputs,
        attribution: Attribution,
        metrics: Sequence[tuple[str, Mapping[str, Any], Recipe]],
        mask: Mask | None = None,
        *,
        cancel: threading.Event | None = None,
    ) -> tuple[Measurement, ...]:
        """Several metrics of one picture's map in one call; each may ask the open model.

        A metric that fails on the map is one without a score, with the cause.

        Args:
            metrics: name, parameters and recipe of each. mask: in the size of the inputs.
        """
        arrays: list[Array] = []
        asked = [
            {"metric": name, "parameters": dict(given), "recipe": encode(recipe, [])}
            for name, given, recipe in metrics
        ]
        params = {"metrics": asked, "attribution": encode(attribution, arrays)}
        truth = () if mask is None else (np.asarray(mask, np.float32),)
        given = (*arrays, checked_inputs(inputs), *truth)
        call: dict[str, Any] = {"cancel": cancel, "model": True}
        call["limit"] = self._connection.time_limit * max(1, len(metrics))
        found = self._connection.ask(tuple[Measurement, ...], "measure_many", params, given, **call)
        if len(found) != len(metrics):
            self._connection.distrust(f"{len(found)} figures for {len(metrics)} metrics")
        return found
