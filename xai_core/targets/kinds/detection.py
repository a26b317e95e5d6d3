"""The score of a box by its place in the list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter
from xai_core.targets.box_forms import Boxes
from xai_core.targets.detections import Layout, OfBox
from xai_core.targets.kinds.base import TARGETS, TOP


@dataclass(frozen=True)
class DetectionParameters(Layout):
    """Of a box by its index."""

    box: int = parameter(
        TOP, "Which box, from 0; -1 takes the one with the best score.", minimum=TOP, maximum=10**6
    )


@TARGETS.register
class Detection(OfBox):
    """By index, on the clean picture."""

    name = "detection"
    title = "Detected box"
    order = 90
    summary = "Detection: why the model gives a box its score; the best one, or by its index."
    Parameters = DetectionParameters

    def row(self, boxes: Boxes, scores: np.ndarray, parameters: DetectionParameters) -> int:
        if parameters.box >= len(boxes):
            raise InputError(
                f"There is no box {parameters.box}: the model finds {len(boxes)} on this picture "
                f"(0 to {len(boxes) - 1}).",
                "Choose an index in that range.",
            )
        if parameters.box != TOP:
            return parameters.box
        real = (boxes[:, 2:] - boxes[:, :2]).min(1) >= 1  # not what shrank to a line
        return int(np.where(real, scores, -np.inf).argmax() if real.any() else scores.argmax())
