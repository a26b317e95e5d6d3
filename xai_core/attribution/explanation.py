"""Run one attribution method on a model: checks, target, batching, clean-up, provenance."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.autocast import AutocastScorer, check
from xai_core.attribution.context import Context
from xai_core.attribution.emptiness import noted
from xai_core.attribution.forward import module_of
from xai_core.attribution.layers.inner_output import place_of
from xai_core.attribution.meter import Meter
from xai_core.attribution.methods.base import METHODS, Method, RawMap, Task
from xai_core.attribution.passes.folding import WORTH
from xai_core.attribution.result import Attribution
from xai_core.attribution.scorer import PLAIN, Scorer
from xai_core.base.arrays import Inputs
from xai_core.base.borrow import borrowed
from xai_core.base.errors import InputError, MethodError, XaiError
from xai_core.base.pace import Pace
from xai_core.base.parameters import build
from xai_core.base.progress import Progress
from xai_core.base.target import AskedOfEach
from xai_core.pictures.backgrounds.files import completed

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.base.loaded_model import LoadedModel

FAILED = "If memory ran out, take a smaller batch size; else see the readiness check."
NARROW = "It may need float32: leave autocast out. If memory ran out, take a smaller batch size."


def explain(
    model: LoadedModel | nn.Module,
    inputs: Inputs,
    target: AskedOfEach = None,
    method: str = "guided-backprop",
    seed: int = 0,
    *,
    batch_size: int = 16,
    pace: Pace | None = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> Attribution:
    """Raw attribution of every input by one method.

    Each picture is explained by itself: its map does not depend on its neighbours in the
    batch, nor on `batch_size`, which only bounds the memory. `pace` goes
    before it, and changes a map by rounding; with autocast by more, and `chosen` says how much.

    Args:
        inputs: float32 `[B, C, H, W]`, preprocessed. target: class index; None takes each
            picture's top class; a `Target` says anything else; a list has one for each
            picture. It is fixed on each picture, and the same for all noisy copies. seed: of all
            random draws. parameters: of the method; `baseline_pictures` are files, or an array as
            `inputs` is.

    Raises:
        InputError: inputs, target or a parameter is not what it has to be; or autocast is not
            offered where the model runs, or for the method.
        MethodError: the method is not defined for this model. ModelError: the model fails.
    """
    how: dict[str, Any] = {"pace": pace or Pace(batch_size), "progress": progress}
    spec = getattr(model, "input_spec", None)
    parameters = completed(METHODS[method].Parameters, parameters, spec)
    return explain_on(Context(model, inputs, target), method, seed, **how, **parameters)


def explain_on(
    context: Context,
    method: str,
    seed: int = 0,
    *,
    pace: Pace = PLAIN,
    progress: Progress | None = None,
    **parameters: Any,
) -> Attribution:
    """As `explain`, of a model, inputs and a target that other methods explain too.

    What they all need to know of the model is found once; the map is the same, bit for bit.
    """
    plugin = METHODS[method]
    settings = build(plugin.Parameters, parameters)
    _check(seed)
    module_of(context.model, needs_gradient=plugin.needs_gradient)
    module, tensor = context.module, context.tensor
    parts = context.parts or ((tensor.shape[1], tensor.shape[2], tensor.shape[3]),)
    samples = plugin.samples_together(settings, parts)
    check(pace, plugin, settings, samples, tensor.device.type)
    kind = AutocastScorer if pace.autocast else Scorer
    meter = Meter(samples * len(tensor), progress)
    start = time.perf_counter()
    with borrowed(module), pace.kept():
        folding = context.folding() if samples >= WORTH else None
        seen = None if pace.autocast else context.first_pass(plugin)
        explained, scores = context.explained, context.scores
        check_inside(plugin, settings, context.target)
        at_once = context.at_once(min(pace.batch_size, samples))
        known = (context.span, seen, context.parts)
        raws = [
            _one(plugin, Task(scorer, picture, settings, seed, at_once, *known))
            for picture, score in zip(_singly(tensor), scores, strict=True)
            for scorer in (kind(module, score, meter, folding=folding, pace=pace),)
        ]
        raws = [_noted(raw, context, number) for number, raw in enumerate(raws)]
    values = np.concatenate([raw.values.detach().float().cpu().numpy() for raw in raws])
    return Attribution(
        values=values,
        method=method,
        parameters=asdict(settings),
        seed=seed,
        target=tuple(one.index for one in explained),
        native_size=raws[0].native_size or (tensor.shape[2], tensor.shape[3]),
        seconds=time.perf_counter() - start,
        signed=plugin.is_signed(settings),
        chosen=chosen_of(raws),
        explained=explained,
        pace=pace,
    )


def check_inside(plugin: Method, settings: Any, target: AskedOfEach) -> None:
    """Raises `MethodError` where a target lies inside the model, and the method, or the one whose
    maps it averages, ends behind it.
    """
    several = target if isinstance(target, Sequence) else (target,)
    name = getattr(settings, "of", "")
    for one in (plugin, METHODS[name]) if name else (plugin,):
        if one.follows_all and any(map(place_of, several)):
            raise MethodError(
                f"{one.title} follows the model to its end, and the neuron lies before that.",
                "Choose a gradient method, or explain the model's output.",
            )


def _one(plugin: Method, task: Task) -> RawMap:
    try:
        raw = plugin.attribute(task)
    except XaiError:
        raise
    except Exception as cause:
        raise MethodError(
            f"{plugin.title} failed in the model: {cause}",
            NARROW if isinstance(task.scorer, AutocastScorer) else FAILED,
            code="forward-failed",
        ) from cause
    raw = checked(plugin, raw, task.inputs)
    return replace(raw, chosen={**raw.chosen, **task.scorer.facts})


def checked(plugin: Method, raw: RawMap, inputs: Tensor) -> RawMap:
    """The map, of the size of its inputs. Raises `MethodError` where it is not, or not finite."""
    height, width = inputs.shape[2:]
    if raw.values.ndim != 4 or tuple(raw.values.shape[2:]) != (height, width):
        raise MethodError(
            f"{plugin.title} gave a map of shape {tuple(raw.values.shape)} "
            f"for an input of {height}×{width}."
        )
    if not bool(raw.values.isfinite().all()):
        raise MethodError(
            f"{plugin.title} gave values that are not finite.",
            "The model's output or its gradients are not finite on this picture: an overflow, a "
            "logarithm of zero, or weights that are NaN. See the readiness check.",
            code="non-finite-gradient",
        )
    return raw


def _noted(raw: RawMap, context: Context, number: int) -> RawMap:
    """With the cause where the map is empty."""
    given = raw.values, raw.chosen, lambda: context.output(number), context.explained[number]
    return replace(raw, chosen=noted(*given))


def chosen_of(raws: Sequence[RawMap] | Sequence[Attribution]) -> dict[str, Any]:
    """What was chosen for every picture: one value where they agree, else a list of theirs.

    Of several pictures a value that is a list itself stays in one, which could not be told apart.
    """
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for raw in raws for name in raw.chosen):
        values = [raw.chosen.get(name) for raw in raws]
        agree = all(value == values[0] for value in values)
        single = len(values) == 1 or (agree and not isinstance(values[0], list | tuple))
        found[name] = values[0] if single else values
    return found


def _singly(tensor: Tensor) -> list[Tensor]:
    return [tensor[index : index + 1] for index in range(len(tensor))]


def _check(seed: int) -> None:
    if seed < 0:
        raise InputError(f"The seed must be 0 or above, not {seed}.")
