"""A class's score in a drawn box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.pictures.region import Mask, of_box, on_grid
from xai_core.targets.kinds.base import TARGETS, OfClass, Seen
from xai_core.targets.over_region import OverRegion

FAR = 16_384


@dataclass(frozen=True)
class BoxParameters(OfClass):
    """Of a box, in pixels of the model's input."""

    top: int = parameter(0, "First row of the box.", minimum=0, maximum=FAR)
    left: int = parameter(0, "First column of the box.", minimum=0, maximum=FAR)
    bottom: int = parameter(FAR, "Row behind its last one.", minimum=0, maximum=FAR)
    right: int = parameter(FAR, "Column behind its last one.", minimum=0, maximum=FAR)

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """`(top, left, bottom, right)`."""
        return self.top, self.left, self.bottom, self.right


def told(box: BoxParameters) -> str:
    """A box in words; its last row and column belong to it."""
    return f"rows {box.top} to {box.bottom - 1}, columns {box.left} to {box.right - 1}"


@TARGETS.register
class Box(OverRegion):
    """The box is in pixels of the input, and is laid over the output's grid."""

    name = "box"
    title = "In a box"
    order = 50
    summary = "Segmentation: a class's score in a rectangle that you draw."
    Parameters = BoxParameters

    def region(
        self, seen: Seen, planes: np.ndarray, index: int | None, parameters: BoxParameters
    ) -> Mask:
        return on_grid(of_box(parameters.edges, seen.size), planes.shape[1:])

    def where(self, parameters: BoxParameters) -> str:
        if max(parameters.edges) == FAR:
            return "in the box"
        return f"in the box of {told(parameters)}"
