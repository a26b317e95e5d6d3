"""What a person sees of a picture: three channels of 8 bit, with contrast."""

from __future__ import annotations

import numpy as np

from xai_core.base.arrays import Picture
from xai_core.base.input_spec import InputSpec
from xai_core.pictures.framing import Framed

TAILS = (0.5, 99.5)  # percent
STRETCHED = (
    "On screen its contrast is stretched ({:g} to {:g} % of its values); the model sees it as said "
    "above."
).format(*TAILS)


def for_the_eye(shown: Framed, spec: InputSpec) -> tuple[Picture, bool]:
    """uint8 `[H, W, 3]` in the size of the input, and whether its contrast was stretched.

    8 bit and values in [0, 1] are shown as they are. Everything else is stretched between two
    percentiles, a colour picture as a whole and other channels each by itself.
    """
    values, stretched = _eight_bit(shown.values)
    grey = round(min(max(spec.padding, 0.0), 1.0) * 255)
    picture = np.full((spec.height, spec.width, 3), grey, np.uint8)
    top, left, bottom, right = shown.content
    picture[top:bottom, left:right] = values  # one channel becomes three
    return picture, stretched


def _eight_bit(values: np.ndarray) -> tuple[np.ndarray, bool]:
    if values.dtype == np.uint8:
        return values, False
    if values.min() >= 0 and 0.25 < values.max() <= 1:
        return np.rint(values * 255).astype(np.uint8), False
    low, high = np.percentile(values.astype(np.float64), TAILS, axis=(0, 1), keepdims=True)
    width = np.where(high > low, high - low, 1.0)
    return np.rint(np.clip((values - low) / width, 0, 1) * 255).astype(np.uint8), True
