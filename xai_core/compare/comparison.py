"""Two models on one picture: what each of them gives, and what differs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs
from xai_core.base.progress import Progress
from xai_core.base.target import Asked, Target
from xai_core.compare.common_class import Predicts, classes_of, naming, same_class
from xai_core.compare.predictions import Classes, PredictionDifference, prediction_difference
from xai_core.compare.verdicts import VerdictDifference, verdict_difference
from xai_core.maps.difference import MapDifference, map_difference
from xai_core.maps.recipe import Recipe
from xai_core.pictures.field_of_view import Region, box_of, region_of
from xai_core.readiness.result import Verdict
from xai_core.runs.computation import Request, compare
from xai_core.runs.explainer import Explainer, Scores1D
from xai_core.runs.run import Run


class Examiner(Predicts, Explainer, Protocol):
    """What is needed of a worker for one side of a comparison."""

    def assess(
        self,
        inputs: Inputs | None = None,
        target: Asked = None,
        *,
        cancel: threading.Event | None = None,
    ) -> Verdict:
        """Whether the model can be explained."""


@dataclass(frozen=True)
class Side:
    """What one model gives for the picture.

    Attributes:
        run: its maps, by its own preprocessing. classes: its prediction.
        region: which part of the picture its input shows.
    """

    run: Run
    classes: Classes
    verdict: Verdict
    region: Region


@dataclass(frozen=True)
class ModelPair:
    """Two models on one picture, by the same methods, parameters and seed."""

    first: Side
    second: Side

    @cached_property
    def prediction(self) -> PredictionDifference:
        """What they predict."""
        return prediction_difference(self.first.classes, self.second.classes)

    @cached_property
    def verdict(self) -> VerdictDifference:
        """What their verdicts say."""
        return verdict_difference(self.first.verdict, self.second.verdict)

    @property
    def methods(self) -> tuple[str, ...]:
        """Those that both models have a map by."""
        second = self.second.run.attributions
        return tuple(name for name in self.first.run.attributions if name in second)

    @property
    def failures(self) -> dict[str, tuple[str | None, str | None]]:
        """Why a method gave no map, in the first model and in the second; None where it did."""
        first, second = self.first.run.failures, self.second.run.failures
        return {name: (first.get(name), second.get(name)) for name in {**first, **second}}

    def recipes(self, recipe: Recipe) -> tuple[Recipe, Recipe]:
        """A recipe for each side that leads to one grid over the part that both models saw.

        The grid is the coarser of the two where the recipe names none: no pixel is made up.
        """
        sides = (self.first, self.second)
        part = self.first.region.common(self.second.region)
        boxes = [box_of(part, side.region, side.run.content) for side in sides]
        sizes = [(bottom - top, right - left) for top, left, bottom, right in boxes]
        grid = recipe.grid
        if grid is None and sizes[0] != sizes[1]:
            grid = (min(size[0] for size in sizes), min(size[1] for size in sizes))
        one, other = (replace(recipe, crop=box, grid=grid) for box in boxes)
        return one, other

    def maps(self, recipe: Recipe) -> dict[str, MapDifference]:
        """What the maps of every method differ in."""
        recipes = self.recipes(recipe)
        first, second = (side.run.attributions for side in (self.first, self.second))
        return {name: map_difference(first[name], second[name], recipes) for name in self.methods}


def examine(
    model: Examiner,
    scorer: Scores1D,
    request: Request,
    size: tuple[int, int],
    *,
    like: Side | None = None,
    known: Mapping[str, Attribution] | None = None,
    verdict: Verdict | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Side:
    """One side of a comparison.

    Args:
        request: its `input_spec` says how the picture was prepared.
        size: width and height of the picture. like: explain the class that this side does, where
            the request names no other kind of target.
        known, progress: as in `compare`. verdict: where it is known already.

    Raises:
        InputError: the model does not have that class.
        XaiError: what the worker raises. It names the model.
    """
    inputs = request.prepared.inputs
    with naming(request.model):
        classes = classes_of(model, request, cancel)
        if like is not None and not isinstance(request.target, Target):
            names = (like.run.model, request.model)
            index = same_class(like.classes, like.run.target, classes, names)
            request = replace(request, target=index)
        verdict = verdict or model.assess(inputs, request.target, cancel=cancel)
        run = compare(model, scorer, request, known=known, progress=progress, cancel=cancel)
    assert request.input_spec is not None  # noqa: S101 - the caller prepared the picture by it
    return Side(run, classes, verdict, region_of(request.input_spec, *size))
