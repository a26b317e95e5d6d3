"""The edges of the picture: what a map shows that looks at the picture and not at the model."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from xai_core.base.arrays import Values
from xai_core.runs.controls.base import CONTROLS, Case, Control


@CONTROLS.register
class Edges(Control):
    """Magnitude of the Sobel gradient of the grey picture, `[1, 1, H, W]` ≥ 0, by scikit-image."""

    name: ClassVar[str] = "edges"
    title: ClassVar[str] = "Edges of the picture"
    order: ClassVar[int] = 20
    summary: ClassVar[str] = "An edge detector (Sobel) on the photo: no model is involved."
    citation: ClassVar[str] = "As the edge detector of Adebayo et al., 2018, arXiv 1810.03292"

    def values(self, case: Case) -> Values:
        """As the contract says."""
        from skimage.color import rgb2gray
        from skimage.filters import sobel

        found: Values = sobel(rgb2gray(case.pixels)).astype(np.float32)[None, None]
        return found
