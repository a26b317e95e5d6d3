"""Every metric as one function of arrays: `xai_core.score`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.context import Context
from xai_core.attribution.meter import Meter
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, Maps, Scores
from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.base.parameters import build
from xai_core.base.progress import Progress
from xai_core.base.target import Asked
from xai_core.maps.canonical import Array
from xai_core.maps.recipe import Recipe
from xai_core.scores.measurement import Question, measure, samples
from xai_core.scores.metrics.base import (
    METRICS,
    GroupMetric,
    MaskMetric,
    ModelMetric,
)
from xai_core.scores.public.given import Each, inputs_of, maps_of, masks_of, single, targets_of

if TYPE_CHECKING:
    from torch import nn

    from xai_core.base.loaded_model import LoadedModel


def score(
    maps: Array | Attribution,
    metric: str = "complexity",
    *,
    model: LoadedModel | nn.Module | None = None,
    inputs: Inputs | None = None,
    targets: Asked | Each = None,
    masks: np.ndarray | None = None,
    recipe: Recipe | None = None,
    seed: int = 0,
    batch_size: int = 16,
    pace: Pace | None = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> Scores | float:
    """A metric of maps: each by itself, NaN where it is not defined.

    Args:
        maps: canonical maps `[B, h, w]`, or one, `[h, w]`; or an attribution, which also says the
            targets, the seed and how to make a map again. metric: its name.
        model, inputs: float32 `[B, C, H, W]`, for a metric that asks the model.
        targets: what the maps explain: one for all, or a list of one for each; None: the top
            class. Those of an attribution are its own.
        masks: `[B, h, w]` or `[h, w]` for all, in the size of the maps or of the inputs, for a
            metric that needs them. recipe: of an attribution's maps; `Recipe()` where it is None.
        seed: of random draws. pace: how the model is run, of maps `[B, h, w]`; an attribution has
            its own. progress: in samples, over all maps. parameters: of the metric.

    Returns:
        float64 `[B]`; of one map `[h, w]` a float.

    Raises:
        InputError: the metric is unknown, what it needs is missing, or shapes do not fit.
        XaiError: the model or the method fails.
    """
    plugin = METRICS[metric]
    settings = build(plugin.Parameters, parameters)
    given = maps if isinstance(maps, Attribution) else None
    values = maps_of(maps, recipe)
    if isinstance(plugin, MaskMetric):
        found = plugin.score_on(values, masks_of(masks, plugin, values, given, recipe), settings)
    elif isinstance(plugin, ModelMetric):
        if model is None or inputs is None:
            plugin.score(values)  # says what is missing
        batch = inputs_of(inputs, len(values))
        how = pace or Pace(batch_size)
        whole = _Whole(plugin, model, batch, targets_of(targets, len(values)), seed, how)
        if given is not None and not isinstance(plugin, GroupMetric):
            found = whole.of(given, recipe or Recipe(), parameters, progress)
        else:
            found = whole.of_maps(values, settings, progress)
    else:
        found = plugin.score(values)
    return float(found[0]) if given is None and np.ndim(maps) == 2 else found  # type: ignore[arg-type]


class _Whole:
    """A metric of many maps that asks one model."""

    def __init__(
        self,
        plugin: ModelMetric,
        model: Any,
        inputs: Inputs,
        targets: Each,
        seed: int,
        pace: Pace,
    ) -> None:
        self._plugin, self._model, self._inputs = plugin, model, inputs
        self._targets, self._seed, self._pace = targets, seed, pace

    def of(
        self, given: Attribution, recipe: Recipe, parameters: Any, progress: Progress | None
    ) -> Scores:
        """Of an attribution: the metric may make its maps again."""
        each = 1 + samples(self._plugin.name, given, self._inputs.shape[1:], parameters)
        total, scores = each * len(self._inputs), []
        for number, picture in enumerate(self._inputs):
            one = single(given, number)
            tick = None if progress is None else _shifted(progress, number * each, total)
            name = self._plugin.name
            found = measure(
                self._model, picture[None], one, recipe, name, parameters=parameters, progress=tick
            )
            scores.append(np.nan if found.score is None else found.score)
        return np.array(scores, dtype=np.float64)

    def of_maps(self, values: Maps, settings: Any, progress: Progress | None) -> Scores:
        """Of maps whose method nobody knows."""
        predictions, explanations = self._plugin.asks(settings)
        if explanations:
            raise InputError(
                f"{self._plugin.title} makes the map again by the same method, which an array of "
                "maps does not tell.",
                "Give the attribution that xai_core.explain returned in the place of the maps.",
            )
        meter = Meter((1 + predictions) * len(values), progress)
        if isinstance(self._plugin, GroupMetric):
            _check_group(self._plugin, len(values))
            return self._plugin.across(values, self._classes(meter), settings)
        scores = []
        for one, picture, target in zip(values, self._inputs, self._targets, strict=True):
            context = Context(self._model, picture[None], target)
            box = (0, 0, *picture.shape[1:])
            asked = Question(context, one, settings, (*box,), self._seed)
            found = asked.answered(self._plugin, meter, self._pace, _unknown)
            scores.append(np.nan if found.score is None else found.score)
        return np.array(scores, dtype=np.float64)

    def _classes(self, meter: Meter) -> np.ndarray:
        """The class that the model predicts for every picture."""
        from xai_core.base.borrow import borrowed
        from xai_core.scores.perturbation.asking import Asked as Predictions

        found = []
        for picture in self._inputs:
            context = Context(self._model, picture[None])
            with borrowed(context.module):
                found.append(int(Predictions(context, meter, Pace(1)).clean.scores[0].argmax()))
        return np.array(found)


def _check_group(plugin: GroupMetric, count: int) -> None:
    if count < 3:
        raise InputError(
            f"{plugin.title} compares pictures with each other, and needs three, not {count}.",
            "Give the maps and inputs of more pictures.",
        )


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)


def _unknown(*_: Any) -> Any:
    raise AssertionError("asked only where the method is known")
