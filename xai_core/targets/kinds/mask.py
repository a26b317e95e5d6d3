"""A class's score over a mask that the user brings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter
from xai_core.pictures.region import Mask, from_text, on_grid
from xai_core.targets.kinds.base import TARGETS, OfClass, Seen
from xai_core.targets.over_region import OverRegion


@dataclass(frozen=True)
class MaskParameters(OfClass):
    """Of an uploaded mask."""

    mask: str = parameter(
        "",
        "Picture that is white where the mask is, as large as the explained picture's file or the "
        "model's input.",
        holds="mask",
    )


@TARGETS.register
class UploadedMask(OverRegion):
    """The mask has the size of the model's input, and is laid over the output's grid."""

    name = "mask"
    title = "Over a mask"
    order = 70
    summary = "Segmentation: a class's score over a region of any form, from a picture of it."
    Parameters = MaskParameters

    def region(
        self, seen: Seen, planes: np.ndarray, index: int | None, parameters: MaskParameters
    ) -> Mask:
        if not parameters.mask:
            raise InputError("There is no mask yet.", "Give a picture that is white where it is.")
        mask = from_text(parameters.mask)
        if mask.shape != seen.size:
            raise InputError(
                f"The mask has {mask.shape[0]} rows and {mask.shape[1]} columns, the model's input "
                f"{seen.size[0]} and {seen.size[1]}.",
                "Upload it again for this model.",
            )
        return on_grid(mask, planes.shape[1:])

    def where(self, parameters: MaskParameters) -> str:
        return "of the mask"
