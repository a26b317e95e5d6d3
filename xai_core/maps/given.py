"""What a model was given, as a picture for the eye."""

from __future__ import annotations

import numpy as np

from xai_core.base.arrays import Inputs, Picture


def as_picture(given: Inputs) -> Picture:
    """uint8 `[H, W, 3]` of `[1, C, H, W]`, from its lowest to its highest value.

    Of three channels or four the first three are its colours, of others the first is grey.
    """
    channels = given[0, :3] if given.shape[1] in (3, 4) else given[0, :1].repeat(3, 0)
    values = np.nan_to_num(np.asarray(channels, dtype=np.float64))
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) / (high - low) if high > low else 0 * values + 0.5
    return np.rint(255 * scaled).astype(np.uint8).transpose(1, 2, 0)
