"""A chunk of pictures, explained by several methods at once and scored.

This is what a study asks of a worker: `conduct` for one that runs here, an engine for each of its
own. Scores need no model, so that who has several chunks scores one while the next one runs:
`explained` and `scored` are the two halves of `measure`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from xai_core.attribution.autocast import suited
from xai_core.attribution.result import Attribution
from xai_core.base.errors import MethodError
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress, SharedProgress
from xai_core.base.target import Explained, Target
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import Prepared
from xai_core.runs.computation import samples_of
from xai_core.runs.explainer import Explainer
from xai_core.studies.entry import Entry, failed, measured
from xai_core.targets.resolution import target_of

Methods = Mapping[str, Mapping[str, Any]]
LARGEST, MOST_SAMPLES = 16, 512  # pictures, and samples of all methods, that one chunk may have


@dataclass(frozen=True)
class Refused:
    """A method gave no map of a picture. target: class that was to be explained."""

    target: int | None
    cause: str


Found: TypeAlias = Mapping[str, Attribution | Refused]
"""What the methods gave for one picture, by name."""


def chunk_size(methods: Methods, shape: tuple[int, ...]) -> int:
    """How many pictures of `shape` (C, H, W) make a chunk, 1 to 16: others get their turn soon."""
    each = sum(samples_of(methods, shape).values())
    return max(1, min(LARGEST, MOST_SAMPLES // max(1, each)))


def measure(
    explainer: Explainer,
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
        explainer: a `Worker` with the open model. pictures: prepared by one `InputSpec`; at most
            `chunk_size` of them. methods: parameters by name. recipe: its crop does not count.
        target: class index; None explains each picture's top class; or a target of another kind.
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
    explainer: Explainer,
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
    parts = SharedProgress(
        {
            f"{number}": sum(samples_of(methods, one.inputs.shape[1:]).values())
            for number, one in enumerate(pictures)
        },
        progress,
    )
    return tuple(
        _one_by_one(explainer, one, methods, seed, target, pace, parts.of(f"{number}"), cancel)
        for number, one in enumerate(pictures)
    )


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


def _one_by_one(
    explainer: Explainer,
    picture: Prepared,
    methods: Methods,
    seed: int,
    target: int | Target | None,
    pace: Pace | None,
    progress: Progress | None,
    cancel: threading.Event | None,
) -> Found:
    prediction = explainer.predict(picture.inputs)
    asked: Explained = target_of(explainer, picture.inputs, prediction, target)
    samples = samples_of(methods, picture.inputs.shape[1:])
    parts = SharedProgress(samples, progress)
    found: dict[str, Attribution | Refused] = {}
    for name, given in methods.items():
        try:
            found[name] = explainer.explain(
                picture.inputs,
                asked,
                name,
                seed,
                given,
                pace=suited(pace or Pace(), name, samples[name]),
                progress=parts.of(name),
                cancel=cancel,
            )
        except MethodError as error:  # the others may still be defined for this model
            found[name] = Refused(asked.index, str(error))
    return found
