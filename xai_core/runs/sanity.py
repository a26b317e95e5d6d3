"""Controls beside the methods of a run: made once, then compared at any recipe."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xai_core.attribution.methods.base import METHODS
from xai_core.base.arrays import Inputs, Values
from xai_core.base.errors import MethodError
from xai_core.base.parameters import build
from xai_core.base.progress import Progress
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Recipe
from xai_core.maps.similarity import Similarity, similarity
from xai_core.runs.computation import score
from xai_core.runs.controls.base import CONTROLS, Case
from xai_core.runs.explainer import Explainer, Scores1D
from xai_core.runs.run import Run, Score
from xai_core.scores.metrics.base import METRICS

TWIN = "random-weights"


@dataclass(frozen=True)
class Controls:
    """The controls' raw maps for one run.

    Attributes:
        of_picture: by control. of_methods: by control, then by method.
        failures: why a method has no control of its own, by method.
    """

    of_picture: Mapping[str, Values]
    of_methods: Mapping[str, Mapping[str, Values]]
    failures: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all maps, which a result that was computed from them is known by."""
        total = hashlib.sha256()
        named = [*self.of_picture.items()]
        named += [item for maps in self.of_methods.values() for item in maps.items()]
        for name, values in named:
            total.update(name.encode())
            total.update(np.ascontiguousarray(values).data)
        return total.hexdigest()


@dataclass(frozen=True)
class Checked:
    """One method beside its controls.

    Attributes:
        score: of the method. controls: scores by control, those of the picture first.
        not_beaten: controls that score as well or better, after removal.
        similarity: of the map and its twin on random weights; None where there is no twin.
    """

    score: Score
    controls: Mapping[str, Score]
    not_beaten: tuple[str, ...]
    similarity: Similarity | None

    @property
    def insensitive(self) -> bool:
        """Whether the map hardly depends on the model's weights."""
        return self.similarity is not None and self.similarity.alike


def make_controls(
    model: Explainer,
    run: Run,
    inputs: Inputs,
    *,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Controls:
    """Every control of a run's picture and of each of its methods.

    Args:
        inputs: `[1, C, H, W]`, what the run explained. progress: in samples over all methods.

    Raises:
        XaiError: what the worker raises. A method without a control of its own is no error.
    """
    seed = next((one.seed for one in run.attributions.values()), 0)
    alone = Case(run.pixels, inputs, seed, model)
    picture = {one.name: one.values(alone) for one in CONTROLS if not one.each_method}
    twins: dict[str, dict[str, Values]] = {one.name: {} for one in CONTROLS if one.each_method}
    failures: dict[str, str] = {}
    steps = _Steps(run, inputs, len(twins), progress)
    for control in CONTROLS:
        for name, one in run.attributions.items() if control.each_method else ():
            part = steps.next(name)
            try:
                case = Case(run.pixels, inputs, one.seed, model, one, part, cancel)
                twins[control.name][name] = control.values(case)
            except MethodError as error:  # the others may still have one
                failures[name] = str(error)
    return Controls(picture, twins, failures)


def picture_scores(
    scorer: Scores1D, controls: Controls, recipe: Recipe, metric: str = "complexity"
) -> dict[str, Score]:
    """A metric of the controls of the picture, by the recipe of the methods."""
    return score(scorer, controls.of_picture, recipe, metric)


def twin_scores(
    scorer: Scores1D, controls: Controls, recipe: Recipe, metric: str = "complexity"
) -> dict[str, dict[str, Score]]:
    """The same of the controls that each method has, by control and by method."""
    return {name: score(scorer, maps, recipe, metric) for name, maps in controls.of_methods.items()}


def similarities(run: Run, controls: Controls, recipe: Recipe) -> dict[str, Similarity]:
    """How alike each map and its twin on random weights are, before removal, by method."""
    return {
        name: similarity(
            before_removal(run.attributions[name], recipe)[0], before_removal(twin, recipe)[0]
        )
        for name, twin in controls.of_methods.get(TWIN, {}).items()
        if name in run.attributions
    }


def checked(
    scores: Mapping[str, Score],
    picture: Mapping[str, Score],
    twins: Mapping[str, Mapping[str, Score]],
    alike: Mapping[str, Similarity],
    metric: str = "complexity",
) -> dict[str, Checked]:
    """Each method beside its controls, from the figures of the functions above."""
    sign = 1.0 if METRICS[metric].direction == "lower" else -1.0
    found = {}
    for name, value in scores.items():
        own = {control: one[name] for control, one in twins.items() if name in one}
        controls = {**picture, **own}
        # NaN compares as False: an undefined score neither beats nor is beaten.
        missed = tuple(
            control for control, one in controls.items() if sign * one.after <= sign * value.after
        )
        found[name] = Checked(value, controls, missed, alike.get(name))
    return found


class _Steps:
    """One progress in samples over methods that each count their own."""

    def __init__(self, run: Run, inputs: Inputs, rounds: int, progress: Progress | None) -> None:
        shape = inputs.shape[1:]
        self._costs = {
            name: METHODS[name].samples(build(METHODS[name].Parameters, one.parameters), shape)
            for name, one in run.attributions.items()
        }
        self._total = rounds * sum(self._costs.values())
        self._before = 0
        self._report = progress

    def next(self, name: str) -> Progress | None:
        """The progress of the next method, as a share of all."""
        before, report, total = self._before, self._report, self._total
        self._before += self._costs[name]
        return None if report is None else lambda done, _: report(before + done, total)
