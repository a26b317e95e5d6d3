"""A metric of one map that may ask the model: predict again, explain again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.methods.base import METHODS, Meter
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs
from xai_core.base.parameters import build
from xai_core.base.progress import Progress
from xai_core.base.target import DEFAULT, Explained
from xai_core.maps.canonical import canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.scores.case import Case, Map
from xai_core.scores.metrics.base import METRICS, ModelMetric
from xai_core.targets.outputs import are_probabilities, entry_at, predict, score_matrix
from xai_core.targets.resolution import fixed, is_of_class, of_other_class

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from xai_core.base.loaded_model import LoadedModel


@dataclass(frozen=True)
class Measurement:
    """A metric's value; None where it is not defined, with the cause in a sentence."""

    score: float | None
    cause: str | None = None


def measure(
    model: LoadedModel | nn.Module,
    inputs: Inputs,
    attribution: Attribution,
    recipe: Recipe,
    metric: str,
    *,
    progress: Progress | None = None,
) -> Measurement:
    """A metric of the canonical map of one picture.

    Random draws come from the attribution's seed and leave no trace; the model comes back as it
    was.

    Args:
        inputs: float32 `[1, C, H, W]`, what the attribution explains. progress: in samples.

    Raises:
        XaiError: the model or the method fails, or the metric or the method is unknown.
    """
    from xai_core.attribution.predictor import runnable
    from xai_core.base.borrow import borrowed
    from xai_core.readiness.setting.score import same_draws

    plugin = METRICS[metric]
    values = canonicalise(attribution.values[:1], recipe)[0]
    if not isinstance(plugin, ModelMetric):
        return _measured(
            float(plugin.score(values[None])[0]), plugin.undefined_because(values[None])
        )
    if not (np.isfinite(values).all() and values.any()):
        return Measurement(None, plugin.undefined_because(values[None]))
    meter = Meter(1 + samples(plugin.name, attribution, inputs.shape[1:]), progress)
    with borrowed(runnable(model)) as module, same_draws(attribution.seed):
        case = _case(model, module, inputs, attribution, recipe, values, meter)
        cause = plugin.unavailable_because(case)
        if cause is not None:
            return Measurement(None, cause)
        return _measured(plugin.measure(case), f"{plugin.title} came out as no finite number.")


def samples(metric: str, attribution: Attribution, shape: tuple[int, ...]) -> int:
    """How many samples of `shape` (C, H, W) a metric of a map sends through the model."""
    plugin = METRICS[metric]
    if not isinstance(plugin, ModelMetric):
        return 0
    method = METHODS[attribution.method]
    settings = build(method.Parameters, attribution.parameters)
    each = method.samples(settings, (shape[0], shape[1], shape[2]))
    return plugin.predictions + plugin.explanations * each


def _case(
    model: LoadedModel | nn.Module,
    module: nn.Module,
    inputs: Inputs,
    attribution: Attribution,
    recipe: Recipe,
    values: Map,
    meter: Meter,
) -> Case:
    from xai_core.attribution.passes.final_activation import shown
    from xai_core.attribution.passes.lineage import observed
    from xai_core.base.device import device_of

    explained = attribution.targets[0]
    path, device = explained.chosen.get("path", ""), device_of(module)
    clean = predict(_output(observed(module), inputs, device), 1, path=path)
    classes, shares = clean.scores.shape[1], are_probabilities(clean.scores, clean.ends_in)
    seen = shown(module, explained.chosen.get("before", ""))
    meter.advance(1)

    def ask(picture: Inputs) -> float:
        meter.advance(1)
        return _score(explained, _output(seen, picture, device), shares)

    def explain_again(picture: Inputs, other: int | None) -> Map:
        from xai_core.attribution.explanation import explain

        asked = explained if other is None else of_other_class(explained, other)
        before = meter.done

        def tick(done: int, _: int) -> None:
            meter.advance(before + done - meter.done)

        again = explain(
            model,
            picture,
            asked,
            attribution.method,
            attribution.seed,
            pace=attribution.pace,
            progress=tick,
            **attribution.parameters,
        )
        found: Map = canonicalise(again, recipe)[0]
        return found

    box = recipe.crop or (0, 0, *inputs.shape[2:])
    target = explained.index if is_of_class(explained) else None
    return Case(inputs, target, classes, values, box, attribution.seed, ask, explain_again)


def _output(call: Callable[[Tensor], Any], inputs: Inputs, device: torch.device) -> Any:
    import torch

    from xai_core.attribution.forward import run

    with torch.no_grad():
        return run(call, torch.from_numpy(inputs.copy()).to(device))


def _score(explained: Explained, output: Any, shares: bool) -> float:
    """The target's score; of a class of a classifier its probability.

    Args:
        shares: the clean picture's output is probabilities, and so is every other's.
    """
    if explained.target.kind == DEFAULT and explained.index is not None:
        scores = score_matrix(entry_at(output, explained.chosen.get("path", "")), 1)
        values = scores if shares else scores.double().softmax(1).float()
        return float(values[0, explained.index])
    return float(fixed(explained)(output, 1)[0])


def _measured(score: float, cause: str) -> Measurement:
    return Measurement(score) if np.isfinite(score) else Measurement(None, cause)
