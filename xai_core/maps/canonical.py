"""Raw attribution -> canonical map: the recipe, and the removal of the pedestal.

A pedestal is the low value that a map has almost everywhere. It carries most of the mass of a
wide, thin map and so rules its entropy. Each step works on one map at a time, never on a batch:
a neighbour must not change a map's quantile or its scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64, Real
from PIL import Image

from xai_core.base.arrays import Maps
from xai_core.base.errors import InputError
from xai_core.maps.recipe import Channels, Recipe, Sign, check_quantile

Array = Real[np.ndarray, "..."]


@runtime_checkable
class HasValues(Protocol):
    """Anything with raw attributions, such as an `Attribution`."""

    @property
    def values(self) -> Array:
        """`[B, C, H, W]`."""


@dataclass(frozen=True)
class Removal:
    """What the removal at one quantile did to one map.

    Attributes:
        baseline: the value that was subtracted, in the unit of the map.
        values: the map afterwards, rescaled to [0, 1].
    """

    baseline: float
    values: Float64[np.ndarray, "..."]


def baseline_subtraction_norm(
    attr_map: Array, baseline_quantile: float = 0.2
) -> Float64[np.ndarray, "..."]:
    """Subtract the map's value at a quantile, clamp at 0, rescale to [0, 1].

    Args:
        attr_map: one map, of any shape. baseline_quantile: in [0, 1].

    Returns:
        float64 of the same shape; all zeros where nothing lies above the baseline; all NaN
        where the map holds a value that is not finite.

    Raises:
        InputError: the quantile is outside [0, 1], or the map is empty.
    """
    return remove_baseline(attr_map, baseline_quantile).values


def remove_baseline(attr_map: Array, quantile: float) -> Removal:
    """`baseline_subtraction_norm`, with the value that was subtracted."""
    check_quantile(quantile)
    values = np.asarray(attr_map, dtype=np.float64)
    if values.size == 0:
        raise InputError("A map needs at least one value; this one is empty.")
    if not np.isfinite(values).all():
        return Removal(float("nan"), np.full(values.shape, np.nan))
    baseline = float(np.quantile(values, quantile))
    lifted = np.maximum(values - baseline, 0.0)
    return Removal(baseline, _rescaled(lifted))


def canonicalise(
    attribution: HasValues | Array, recipe: Recipe | None = None
) -> Float64[np.ndarray, "b rows columns"]:
    """All steps of a recipe, on every map by itself.

    Args:
        attribution: or its values, `[B, C, H, W]`. recipe: `Recipe()` where it is None.

    Returns:
        float64 `[B, h, w]` in [0, 1]. A map `as-is` whose baseline is not removed is shifted
        by its minimum where that is negative.
    """
    recipe = recipe or Recipe()
    maps = before_removal(attribution, recipe)
    if recipe.quantile is None:
        return np.stack([_rescaled(one - min(0.0, float(one.min()))) for one in maps])
    return np.stack([baseline_subtraction_norm(one, recipe.quantile) for one in maps])


def before_removal(
    attribution: HasValues | Array, recipe: Recipe
) -> Float64[np.ndarray, "b rows columns"]:
    """The steps up to the removal: channels, sign, crop, grid. Not rescaled."""
    raw = attribution if isinstance(attribution, np.ndarray) else attribution.values
    values = np.asarray(raw, dtype=np.float64)
    if values.ndim != 4:
        raise InputError(
            f"Attributions must be [batch, channels, height, width], not {list(values.shape)}.",
            "Add the missing axes with values[None].",
        )
    maps = signed_part(reduce_channels(values, recipe.channels), recipe.sign)
    if recipe.crop is not None:
        maps = _cropped(maps, recipe.crop)
    if recipe.grid is not None and maps.shape[1:] != recipe.grid:
        maps = np.stack([resized(one, recipe.grid) for one in maps])
    return maps


def reduce_channels(
    values: Float64[np.ndarray, "b c h w"], how: Channels
) -> Float64[np.ndarray, "b h w"]:
    """One value a pixel."""
    if how == "sum":
        return values.sum(1)
    if how == "mean":
        return values.mean(1)
    if how == "l1":
        return np.abs(values).sum(1)
    if how == "l2":
        return np.sqrt((values**2).sum(1))
    largest = np.abs(values).argmax(1)[:, None]
    return np.take_along_axis(values, largest, axis=1)[:, 0]


def signed_part(maps: Maps, sign: Sign) -> Maps:
    """The part of a signed map that is looked at."""
    if sign == "absolute":
        return np.abs(maps)
    if sign == "positive":
        return np.maximum(maps, 0.0)
    if sign == "negative":
        return np.maximum(-maps, 0.0)
    return maps


def _cropped(maps: Maps, box: tuple[int, int, int, int]) -> Float64[np.ndarray, "b rows columns"]:
    top, left, bottom, right = box
    height, width = maps.shape[1:]
    if not (0 <= top < bottom <= height and 0 <= left < right <= width):
        raise InputError(f"The crop {box} does not lie inside a map of {height}×{width}.")
    return maps[:, top:bottom, left:right]


def resized(
    one: Float64[np.ndarray, "h w"], grid: tuple[int, int]
) -> Float64[np.ndarray, "rows columns"]:
    """One map on another grid, bilinear, averaged when shrunk; all NaN where it is not finite."""
    if not np.isfinite(one).all():
        return np.full(grid, np.nan)
    # Pillow keeps 32 bit; scaling by the peak first keeps tiny gradients out of its denormals.
    peak = float(np.abs(one).max()) or 1.0
    image = Image.fromarray((one / peak).astype(np.float32))
    small = image.resize((grid[1], grid[0]), Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.float64) * peak


def _rescaled(values: Float64[np.ndarray, "..."]) -> Float64[np.ndarray, "..."]:
    peak = float(values.max())
    if np.isnan(peak):
        return np.full(values.shape, np.nan)
    return values / peak if peak > 0 else np.zeros_like(values)
