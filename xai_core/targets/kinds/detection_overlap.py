"""The score of the box that overlaps most with a drawn one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter
from xai_core.targets.box_forms import Boxes
from xai_core.targets.detections import Layout, OfBox, overlap
from xai_core.targets.kinds.base import TARGETS, Labels
from xai_core.targets.kinds.box import FAR


@dataclass(frozen=True)
class OverlapParameters(Layout):
    """Of a drawn box, in pixels of the model's input."""

    top: int = parameter(0, "First row of the box.", minimum=0, maximum=FAR)
    left: int = parameter(0, "First column of the box.", minimum=0, maximum=FAR)
    bottom: int = parameter(FAR, "Row behind its last one.", minimum=0, maximum=FAR)
    right: int = parameter(FAR, "Column behind its last one.", minimum=0, maximum=FAR)

    @property
    def corners(self) -> np.ndarray:
        """`x1 y1 x2 y2`."""
        return np.array([self.left, self.top, self.right, self.bottom], dtype=np.float64)


@TARGETS.register
class DetectionOverlap(OfBox):
    """By intersection over union with a drawn box, on the clean picture."""

    name = "detection-overlap"
    title = "Detected box where I draw"
    order = 100
    summary = "Detection: the box that overlaps most (IoU) with a rectangle that you draw."
    Parameters = OverlapParameters

    def row(self, boxes: Boxes, scores: np.ndarray, parameters: OverlapParameters) -> int:
        shares = overlap(boxes, parameters.corners)
        if not (shares > 0).any():
            raise InputError(
                "No box of the model overlaps with the drawn one.",
                f"It finds {len(boxes)}; draw where one of them is.",
            )
        return int(np.where(shares == shares.max(), scores, -np.inf).argmax())

    def facts(self, box: np.ndarray, parameters: OverlapParameters) -> dict[str, Any]:
        return {"iou": round(float(overlap(box[None], parameters.corners)[0]), 4)}

    def sentence(
        self, parameters: OverlapParameters, chosen: Mapping[str, Any], labels: Labels
    ) -> str:
        plain = super().sentence(parameters, chosen, labels)
        return f"{plain}, which overlaps with the drawn one by {chosen['iou']:.2f} (IoU)"
