"""What a `Worker` is asked about several inputs of the open model."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from xai_core.attribution.inputs.result import InputMap
from xai_core.attribution.methods.base import METHODS
from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress
from xai_core.base.several_inputs.packing import Shape
from xai_core.base.target import Asked, asked_to_json
from xai_core.pictures.backgrounds.files import completed
from xai_core.worker.card import PictureInput
from xai_core.worker.connection import Connection


class ExplainingInputs:
    """The part of a worker that explains all inputs that are pictures."""

    _connection: Connection

    def explain_inputs(
        self,
        inputs: Inputs,
        pictures: tuple[PictureInput, ...],
        target: Asked,
        method: str,
        seed: int = 0,
        parameters: Mapping[str, Any] | None = None,
        *,
        pace: Pace | None = None,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[InputMap, ...]:
        """The map of each input that was opened with a picture, as `xai_core.explain_inputs`.

        Args:
            inputs: of the explained picture, `[1, C, H, W]`. pictures: the card's.

        Raises:
            InputError: the model was opened with one picture. MethodError: as `explain_inputs`.
        """
        batch = checked_inputs(inputs)
        own: Shape = (batch.shape[1], batch.shape[2], batch.shape[3])
        shapes = [own, *(one.shape for one in pictures[1:])]
        params = {
            "shapes": shapes,
            "target": asked_to_json(target),
            "method": method,
            "seed": seed,
            "parameters": completed(METHODS[method].Parameters, parameters or {}),
            "pace": pace or Pace(),
        }
        call: dict[str, Any] = {"progress": progress, "cancel": cancel, "model": True}
        kind = tuple[InputMap, ...]
        found = self._connection.ask(kind, "explain_inputs", params, (batch,), **call)
        known = {one.name: shape for one, shape in zip(pictures, shapes, strict=True)}
        for one in found:
            size = known.get(one.name)
            given, values = one.given.shape, one.attribution.values.shape
            if size is None or given[1:] != size or values[2:] != given[2:]:
                self._connection.distrust(f"maps of shape {values} for an input {size}")
            if one.attribution.method != method or len(one.attribution.targets) != 1:
                self._connection.distrust("attributions of another method or target")
        return found
