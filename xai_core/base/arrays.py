"""Shapes of the arrays that cross module borders.

Axes: `b` batch, `c` channels, `h` height, `w` width. Arrays are NumPy here; torch
stays inside the files that compute.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32, Float64, UInt8

Inputs = Float32[np.ndarray, "b c h w"]  # what a model is fed, after preprocessing
Values = Float32[np.ndarray, "b c h w"]  # raw attributions
Map = Float[np.ndarray, "h w"]  # one map
Maps = Float[np.ndarray, "b h w"]  # canonical maps
Scores = Float64[np.ndarray, "b"]  # one metric value a map
Sweep = Float64[np.ndarray, "b q"]  # one metric value a map and quantile
Picture = UInt8[np.ndarray, "h w 3"]  # what a person sees
