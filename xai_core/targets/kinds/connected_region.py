"""A class's score over the one predicted region that a pixel lies in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter
from xai_core.pictures.region import Mask, cell, connected
from xai_core.targets.kinds.base import TARGETS, TOP, OfClass, Seen
from xai_core.targets.kinds.box import FAR
from xai_core.targets.over_region import OverRegion, predicted


@dataclass(frozen=True)
class PointParameters(OfClass):
    """Of a clicked pixel, in the model's input."""

    index: int = parameter(
        TOP,
        "Class that is explained; -1 takes the one that is predicted at the pixel.",
        minimum=TOP,
        maximum=10**6,
    )
    row: int = parameter(0, "Row of the pixel.", minimum=0, maximum=FAR)
    column: int = parameter(0, "Column of the pixel.", minimum=0, maximum=FAR)


@TARGETS.register
class ConnectedRegion(OverRegion):
    """The 4-connected part of the predicted region around a clicked pixel."""

    name = "connected-region"
    title = "One predicted region"
    order = 60
    summary = "Segmentation: one connected region that the model marks, by a pixel in it."
    Parameters = PointParameters

    def class_in(self, seen: Seen, planes: np.ndarray, parameters: PointParameters) -> int | None:
        if parameters.index != TOP or len(planes) == 1:
            return seen.class_of(parameters.index)
        at = cell(parameters.row, parameters.column, seen.size, planes.shape[1:])
        return int(planes[:, at[0], at[1]].argmax())

    def region(
        self, seen: Seen, planes: np.ndarray, index: int | None, parameters: PointParameters
    ) -> Mask:
        at = cell(parameters.row, parameters.column, seen.size, planes.shape[1:])
        everywhere = predicted(planes, index)
        if not everywhere[at]:
            what = "nothing" if index is None else f"another class than {index}"
            raise InputError(
                f"At row {parameters.row}, column {parameters.column} the model predicts {what}.",
                "Click a pixel inside the region.",
            )
        return connected(everywhere, at)

    def where(self, parameters: PointParameters) -> str:
        return (
            f"that it predicts in one piece around row {parameters.row}, column {parameters.column}"
        )
