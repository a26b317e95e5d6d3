"""A chunk of pictures, explained by several methods in one call and scored.

This is what a study asks of a worker: `conduct` for the one that it borrows, an engine for each of
its own. Scores need no model, so that who has several chunks scores one while the next one runs:
`explained` and `scored` are the two halves of `measure`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from xai_core.attribution.batches.order import Found as Found
from xai_core.attribution.batches.order import Refused as Refused
from xai_core.attribution.passes.folding import WORTH
from xai_core.attribution.result import Attribution
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress, SharedProgress
from xai_core.base.target import Target
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import Prepared
from xai_core.runs.computation import samples_of
from xai_core.runs.explainer import ManyExplainer
from xai_core.studies.entry import Entry, failed, measured

Methods = Mapping[str, Mapping[str, Any]]
LARGEST = 16  # pictures of a chunk
SAMPLES = 256  # of all its methods, so that others who use the model get their turn
BYTES, MOST_METHODS = 2**27, 16  # of the maps that come back in one answer


def chunk_size(methods: Methods, shape: tuple[int, ...], samples: int | None = None) -> int:
    """How many pictures of `shape` (C, H, W) make a chunk, 1 to 16.

    Args:
        samples: that one chunk may take, where that leaves it a picture; 256 by default.
    """
    each = sum(samples_of(methods, shape).values())
    answer = 4 * prod(shape) * min(len(methods), MOST_METHODS)  # bytes of a picture
    most = min(LARGEST, BYTES // max(1, answer))
    return max(1, min(most, (samples or SAMPLES) // max(1, each)))


def groups(methods: Methods, shape: tuple[int, ...]) -> list[Methods]:
    """The methods that are asked for in one call: those of few samples share a pass, so that they
    come together; of the others each is a call of its own.
    """
    samples = samples_of(methods, shape)
    quick = [name for name in methods if samples[name] < WORTH]
    together = [quick[at : at + MOST_METHODS] for at in range(0, len(quick), MOST_METHODS)]
    alone = [[name] for name in methods if samples[name] >= WORTH]
    return [{name: methods[name] for name in names} for names in (*together, *alone)]


def measure(
    explainer: ManyExplainer,
    pictures: Sequence[Prepared],
    methods: Methods,
    recipe: Recipe,
    *,
    seed: int = 0,
    target: int | Target | None = None,
    pace: Pace | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> tuple[Mapping[str, Entry], ...]:
    """The entries of each picture, by method: what a study keeps.

    Args:
        explainer: a `Worker` with the open model. pictures: prepared by one `InputSpec`; see
            `chunk_size`. methods: parameters by name. recipe: its crop does not count.
        target: class index; None explains each picture's top class; or a target of another kind.
        pace: how the model is run; its batch size bounds how many pictures go through it at once.
        progress: in samples over all pictures and methods.

    Raises:
        Cancelled: as asked.
        XaiError: the model or its process fails. A method that is not defined for the model, or
            fails on a picture, is no error: its entry says why.
    """
    how: dict[str, Any] = {"seed": seed, "target": target, "pace": pace}
    found = explained(explainer, pictures, methods, **how, progress=progress, cancel=cancel)
    return scored(pictures, found, recipe)


def explained(
    explainer: ManyExplainer,
    pictures: Sequence[Prepared],
    methods: Methods,
    *,
    seed: int = 0,
    target: int | Target | None = None,
    pace: Pace | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> tuple[Found, ...]:
    """The raw attributions of each picture `[1, C, H, W]`, by method. As `measure`."""
    inputs = np.concatenate([one.inputs for one in pictures])
    samples = samples_of(methods, inputs.shape[1:])
    parts = {f"{number}": group for number, group in enumerate(groups(methods, inputs.shape[1:]))}
    costs = {key: len(pictures) * sum(samples[name] for name in parts[key]) for key in parts}
    shared = SharedProgress(costs, progress)
    found: list[dict[str, Attribution | Refused]] = [{} for _ in pictures]
    for key, group in parts.items():
        how: dict[str, Any] = {"pace": pace, "progress": shared.of(key), "cancel": cancel}
        for maps, more in zip(
            found, explainer.explain_many(inputs, group, target, seed, **how), strict=True
        ):
            maps.update(more)
    return tuple({name: maps[name] for name in methods} for maps in found)


def scored(
    pictures: Sequence[Prepared], found: Sequence[Found], recipe: Recipe
) -> tuple[Mapping[str, Entry], ...]:
    """The entries of what `explained` found for these pictures."""
    return tuple(
        {
            name: failed(one.target, one.cause)
            if isinstance(one, Refused)
            else measured(one, replace(recipe, crop=picture.content))
            for name, one in maps.items()
        }
        for picture, maps in zip(pictures, found, strict=True)
    )
