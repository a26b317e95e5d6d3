"""Localisation: how much of a map lies where the ground truth says that it should, by Quantus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

import numpy as np
from jaxtyping import Bool, Float64

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Map, Maps, Scores
from xai_core.base.errors import InputError
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.scores.quantus_calls.library import quantus

Mask = Bool[np.ndarray, "h w"]
Localisations = Float64[np.ndarray, "b 2"]

MASS = (
    "Relevance Mass Accuracy: share of Σa that lies in the mask, in [0, 1]. A flat map scores the "
    "mask's share of the picture."
)
RANK = (
    "Relevance Rank Accuracy: share of the K highest pixels that lie in the mask of K pixels, in "
    "[0, 1]."
)
CITATION = (
    "Arras, Osman and Samek, CLEVR-XAI: A Benchmark Dataset for the Ground Truth Evaluation of "
    "Neural Network Explanations, Information Fusion 2022"
)


@dataclass(frozen=True)
class Localisation:
    """How well one map finds the truth; NaN where a figure is not defined.

    Attributes:
        mass_raw, mass_after: share of the map in the mask, before removal and after it.
        rank: share of the highest pixels in the mask, before removal: it keeps their order, but
            leaves many of them equal.
    """

    mass_raw: float
    mass_after: float
    rank: float


class Localiser(Protocol):
    """What measures maps; a worker does."""

    def localise(self, maps: Maps, mask: Mask) -> Localisations:
        """Mass and rank accuracy, `[B, 2]`."""


def localise(maps: Maps, mask: Mask) -> Localisations:
    """Mass and rank accuracy of every map by itself, `[B, 2]`."""
    return np.stack([mass_accuracy(maps, mask), rank_accuracy(maps, mask)], axis=1)


def mass_accuracy(maps: Maps, mask: Mask) -> Scores:
    """Quantus' Relevance Mass Accuracy.

    Args:
        maps: `[B, h, w]`. mask: `[h, w]`.

    Returns:
        float64 `[B]`, higher = more of the map lies in the mask. NaN where the mask is empty, or
        a map is zero everywhere, has a negative value, or one that is not finite.

    Raises:
        InputError: the mask is not of the maps' size.
    """
    return _each("RelevanceMassAccuracy", maps, mask, lambda one, _: one.min() >= 0)


def rank_accuracy(maps: Maps, mask: Mask) -> Scores:
    """Quantus' Relevance Rank Accuracy, as `mass_accuracy`.

    Departs from it in one point: NaN where equal values stand at the border of the K highest,
    so that chance would decide which of them count.
    """

    def decided(one: Map, area: int) -> bool:
        border = np.partition(one, -area, axis=None)[-area]
        return int((one >= border).sum()) == area

    return _each("RelevanceRankAccuracy", maps, mask, decided)


def localised(
    localiser: Localiser, attributions: Mapping[str, Attribution], recipe: Recipe, mask: Mask
) -> dict[str, Localisation]:
    """Localisation by method. `mask`: in input resolution, as the attributions are."""
    if not attributions:
        return {}
    raw = [before_removal(one, recipe)[0] for one in attributions.values()]
    after = [canonicalise(one, recipe)[0] for one in attributions.values()]
    values = localiser.localise(np.stack([*raw, *after]), on_grid(mask, recipe)).tolist()
    pairs = zip(values[: len(raw)], values[len(raw) :], strict=True)
    return {
        name: Localisation(before[0], removed[0], before[1])
        for name, (before, removed) in zip(attributions, pairs, strict=True)
    }


def on_grid(mask: Mask, recipe: Recipe) -> Mask:
    """The mask cut and resized as a recipe does it with maps; a pixel counts from one half on."""
    as_it_is = replace(recipe, channels="sum", sign="as-is")
    found: Mask = before_removal(mask[None, None].astype(np.float64), as_it_is)[0] >= 0.5
    return found


def _each(metric: str, maps: Maps, mask: Mask, defined: Any) -> Scores:
    values, truth = np.asarray(maps, dtype=np.float64), np.asarray(mask, dtype=bool)
    if values.ndim != 3 or values.shape[1:] != truth.shape:
        raise InputError(
            f"A mask of the size of the maps, {list(values.shape[1:])}, was expected, not "
            f"{list(truth.shape)}.",
            "Resize it with the recipe of the maps.",
        )
    scores, area = np.full(len(values), np.nan), int(truth.sum())
    for index, one in enumerate(values):
        peak = np.abs(one).max(initial=0.0)
        if area and np.isfinite(peak) and peak > 0 and defined(one, area):
            # A batch of one, over its peak: as for the other metrics of maps.
            batch = {"a_batch": one[None] / peak, "s_batch": truth[None]}
            scores[index] = _quantus(metric).evaluate_batch(x_batch=batch["a_batch"], **batch)[0]
    return scores


@cache
def _quantus(metric: str) -> Any:
    return getattr(quantus(), metric)(abs=False, normalise=False, disable_warnings=True)
