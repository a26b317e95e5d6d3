"""Shapes of the arrays that cross module borders, and what of them is checked there.

Axes: `b` batch, `c` channels, `h` height, `w` width. Arrays are NumPy here; torch
stays inside the files that compute.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32, Float64, UInt8

from xai_core.base.errors import InputError

Inputs = Float32[np.ndarray, "b c h w"]  # what a model is fed, after preprocessing
Values = Float32[np.ndarray, "b c h w"]  # raw attributions
Map = Float[np.ndarray, "h w"]  # one map
Maps = Float[np.ndarray, "b h w"]  # canonical maps
Scores = Float64[np.ndarray, "b"]  # one metric value a map
Sweep = Float64[np.ndarray, "b q"]  # one metric value a map and quantile
Picture = UInt8[np.ndarray, "h w 3"]  # what a person sees


def checked_inputs(inputs: Inputs) -> Inputs:
    """As float32. Raises `InputError` where it is no batch of pictures, or not finite."""
    array = np.asarray(inputs, dtype=np.float32)
    if array.ndim != 4 or 0 in array.shape:
        raise InputError(
            f"Inputs must be [batch, channels, height, width], not {list(array.shape)}.",
            "Add a batch axis with inputs[None].",
        )
    if not np.isfinite(array).all():
        raise InputError("The input has values that are not finite.", "Check the preprocessing.")
    return array
