"""A metric of one map that may ask the model: predict again, explain again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.context import Context
from xai_core.attribution.meter import Meter
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs
from xai_core.base.pace import Pace
from xai_core.base.parameters import build
from xai_core.base.progress import Progress
from xai_core.maps.canonical import canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.scores.case import Case, Map, Undefined
from xai_core.scores.localisation import on_grid
from xai_core.scores.metrics.base import METRICS, CurveMetric, Mask, MaskMetric, ModelMetric
from xai_core.scores.perturbation.asking import Asked
from xai_core.targets.resolution import is_of_class, of_other_class

if TYPE_CHECKING:
    from torch import nn

    from xai_core.base.loaded_model import LoadedModel


@dataclass(frozen=True)
class Measurement:
    """A metric's value; None where it is not defined, with the cause in a sentence.

    Attributes:
        curve: what the value sums up, step by step, of a metric that draws one.
    """

    score: float | None
    cause: str | None = None
    curve: tuple[float, ...] = ()


def measure(
    model: LoadedModel | nn.Module,
    inputs: Inputs,
    attribution: Attribution,
    recipe: Recipe,
    metric: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    mask: Mask | None = None,
    progress: Progress | None = None,
) -> Measurement:
    """A metric of the canonical map of one picture.

    Random draws come from the attribution's seed and leave no trace; the model comes back as it
    was.

    Args:
        inputs: float32 `[1, C, H, W]`, what the attribution explains. parameters: of the metric.
        mask: in the size of the inputs, for a metric that needs one. progress: in samples.

    Raises:
        XaiError: the model or the method fails, or the metric or the method is unknown.
    """
    plugin = METRICS[metric]
    settings = build(plugin.Parameters, parameters or {})
    values = canonicalise(attribution.values[:1], recipe)[0]
    if isinstance(plugin, MaskMetric):
        return on_mask(plugin, values, None if mask is None else on_grid(mask, recipe), settings)
    if not isinstance(plugin, ModelMetric):
        return measured(
            float(plugin.score(values[None])[0]), plugin.undefined_because(values[None])
        )

    def again(case: Inputs, other: int | None, tick: Progress) -> Map:
        from xai_core.attribution.explanation import explain

        explained = attribution.targets[0]
        asked = explained if other is None else of_other_class(explained, other)
        how: dict[str, Any] = {"pace": attribution.pace, "progress": tick}
        name, seed = attribution.method, attribution.seed
        made = explain(model, case, asked, name, seed, **how, **attribution.parameters)
        found: Map = canonicalise(made, recipe)[0]
        return found

    box = recipe.crop or (0, 0, *inputs.shape[2:])
    meter = Meter(1 + _samples(plugin, settings, attribution, inputs.shape[1:]), progress)
    asked = Question(
        Context(model, inputs, attribution.targets[0]), values, settings, box, attribution.seed
    )
    return asked.answered(plugin, meter, attribution.pace, again, attribution)


def samples(
    metric: str,
    attribution: Attribution,
    shape: tuple[int, ...],
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """How many samples of `shape` (C, H, W) a metric of a map sends through the model, at most."""
    plugin = METRICS[metric]
    return _samples(plugin, build(plugin.Parameters, parameters or {}), attribution, shape)


def on_mask(plugin: MaskMetric, values: Map, mask: Mask | None, settings: Any) -> Measurement:
    """A metric of a map `[h, w]` and a mask on its grid; None where nobody drew one."""
    if mask is None:
        return Measurement(None, f"{plugin.title} needs a mask of what the map should show.")
    score = float(plugin.score_on(values[None], mask[None], settings)[0])
    return measured(score, plugin.undefined_on(values, mask, settings))


def measured(score: float, cause: str, curve: tuple[float, ...] = ()) -> Measurement:
    """A score, or its cause where it is no finite number."""
    return Measurement(score, None, curve) if np.isfinite(score) else Measurement(None, cause)


@dataclass(frozen=True)
class Question:
    """A map `[rows, columns]` that a metric is to be had of, with all that the metric may ask."""

    context: Context
    values: Map
    settings: Any
    box: tuple[int, int, int, int]
    seed: int

    def answered(
        self,
        plugin: ModelMetric,
        meter: Meter,
        pace: Pace,
        again: Callable[[Inputs, int | None, Progress], Map],
        attribution: Attribution | None = None,
    ) -> Measurement:
        """The metric. again: makes a map anew. attribution: where it is known."""
        from xai_core.base.borrow import borrowed
        from xai_core.base.draws import same_draws

        if not (np.isfinite(self.values).all() and self.values.any()):
            return Measurement(None, plugin.undefined_because(self.values[None]))
        with borrowed(self.context.module), same_draws(self.seed):
            expected = plugin.asks(self.settings)[0]
            asked = Asked(self.context, meter, pace, expected)
            case = self._case(asked, meter, again, attribution)
            cause = plugin.unavailable_because(case)
            if cause is not None:
                return Measurement(None, cause)
            try:
                return _asked(plugin, case)
            except Undefined as reason:
                return Measurement(None, str(reason))
            finally:
                asked.settle()

    def _case(self, asked: Asked, meter: Meter, again: Any, attribution: Any) -> Case:
        explained, inputs = self.context.explained[0], self.context.inputs

        def explain(picture: Inputs, other: int | None) -> Map:
            before = meter.done
            found: Map = again(
                picture, other, lambda done, _: meter.advance(before + done - meter.done)
            )
            return found

        target = explained.index if is_of_class(explained) else None
        seen = (inputs, target, self.values, self.box, self.seed, self.settings)
        ways = (asked.counted, asked.probabilities, asked.scores, explain)
        return Case(*seen, *ways, attribution, self.context.module)


def _asked(plugin: ModelMetric, case: Case) -> Measurement:
    curve = plugin.curve(case) if isinstance(plugin, CurveMetric) else np.empty(0)
    score = plugin.area(curve) if isinstance(plugin, CurveMetric) else plugin.measure(case)
    told = tuple(map(float, curve)) if np.isfinite(curve).all() else ()
    return measured(score, f"{plugin.title} came out as no finite number.", told)


def _samples(plugin: Any, settings: Any, attribution: Attribution, shape: tuple[int, ...]) -> int:
    if not isinstance(plugin, ModelMetric):
        return 0
    predictions, explanations = plugin.asks(settings)
    if not explanations:  # the map may be of another version's method
        return int(predictions)
    method = METHODS[attribution.method]
    given = build(method.Parameters, attribution.parameters)
    each = method.samples(given, (shape[0], shape[1], shape[2]))
    return predictions + explanations * each
