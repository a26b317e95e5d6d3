"""What a caller gives to a metric, checked and in one form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, Maps, checked_inputs
from xai_core.base.errors import InputError
from xai_core.base.target import Explained, Target
from xai_core.maps.canonical import canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.scores.localisation import on_grid
from xai_core.scores.metrics.base import Masks, Metric

Each = Sequence[int | Target | Explained | None]


def maps_of(maps: Any, recipe: Recipe | None) -> Maps:
    """Maps `[B, h, w]`. Raises `InputError` where they are none."""
    if isinstance(maps, Attribution):
        return canonicalise(maps, recipe)
    values = np.asarray(maps)
    if values.ndim not in (2, 3) or 0 in values.shape:
        raise InputError(
            f"Maps must be [batch, height, width] or [height, width], not {list(values.shape)}.",
            "xai_core.canonicalise makes them out of raw attributions [B, C, H, W].",
        )
    values = values if values.ndim == 3 else values[None]
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


def inputs_of(inputs: Any, count: int) -> Inputs:
    """One for each map. Raises `InputError` where they are not."""
    batch = checked_inputs(inputs)
    if len(batch) != count:
        raise InputError(
            f"An input for each map was expected, so {count}, not {len(batch)}.",
            "Give inputs [B, C, H, W] in the order of the maps.",
        )
    return batch


def targets_of(targets: Any, count: int) -> Each:
    """One for each map. Raises `InputError` where they are not."""
    if not isinstance(targets, list | tuple | np.ndarray):
        return [targets] * count
    if len(targets) != count:
        raise InputError(f"A target for each map was expected, so {count}, not {len(targets)}.")
    return [int(one) if isinstance(one, np.integer) else one for one in targets]


def masks_of(
    masks: Any, plugin: Metric, values: Maps, given: Attribution | None, recipe: Recipe | None
) -> Masks:
    """One for each map, on their grid. Raises `InputError` where there is none."""
    if masks is None:
        plugin.score(values)  # says what is missing
    truth = np.asarray(masks) > 0
    truth = truth if truth.ndim == 3 else truth[None]
    if given is not None and truth.shape[1:] == given.values.shape[2:]:
        truth = np.stack([on_grid(one, recipe or Recipe()) for one in truth])
    return np.repeat(truth, len(values), 0) if len(truth) == 1 else truth


def single(one: Attribution, number: int) -> Attribution:
    """One picture of an attribution of many."""
    many = len(one.values) > 1
    chosen = {
        name: value[number] if many and isinstance(value, list) else value
        for name, value in one.chosen.items()
    }
    return replace(
        one,
        values=one.values[number : number + 1],
        target=one.target[number : number + 1],
        explained=one.targets[number : number + 1],
        chosen=chosen,
    )
