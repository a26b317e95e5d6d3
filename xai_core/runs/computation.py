"""Several methods on one picture, scored: a `Run`, computed through a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from xai_core.attribution.autocast import suited
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.attribution.scorer import PLAIN
from xai_core.base.arrays import Values
from xai_core.base.environment import machine, versions
from xai_core.base.errors import MethodError
from xai_core.base.pace import Pace
from xai_core.base.parameters import build
from xai_core.base.progress import Progress, SharedProgress
from xai_core.base.target import Explained, Target
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec, Prepared
from xai_core.readiness.result import Level
from xai_core.runs.explainer import Explainer, Scores1D
from xai_core.runs.run import Guess, Run, Score
from xai_core.targets import Prediction
from xai_core.targets.labels import fitting
from xai_core.targets.resolution import named, target_of


@dataclass(frozen=True)
class Request:
    """What is to be compared.

    Attributes:
        methods: parameters by method name; missing ones take their defaults.
        labels: class names, where they are known. pace: of methods that take many samples.
        input_spec, architecture, output, weights, head_activation, other_inputs, trusted, opening,
            member, level, summary: as in `Run`.
    """

    model: str
    model_sha256: str
    model_format: str
    picture: str
    picture_sha256: str
    prepared: Prepared
    target: int | Target | None
    methods: Mapping[str, Mapping[str, Any]]
    seed: int = 0
    recipe: Recipe = field(default_factory=Recipe)
    labels: tuple[str, ...] | None = None
    pace: Pace = PLAIN
    input_spec: InputSpec | None = None
    architecture: str | None = None
    output: str | None = None
    weights: str | None = None
    head_activation: str | None = None
    other_inputs: tuple[str, ...] = ()
    trusted: bool = False
    opening: str = ""
    member: str | None = None
    level: Level | None = None
    summary: str = ""


PROVENANCE = (
    *("model", "model_sha256", "model_format", "picture", "picture_sha256", "input_spec"),
    *("architecture", "output", "weights", "head_activation", "other_inputs"),
    *("trusted", "opening", "member", "level", "summary"),
)


def compare(
    explainer: Explainer,
    scorer: Scores1D,
    request: Request,
    *,
    known: Mapping[str, Attribution] | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Run:
    """Compute every method of a request and score its map raw and after removal.

    Args:
        known: attributions of the same model, picture and target; one whose parameters, seed and
            autocast are those asked for is not computed again.
        progress: called in samples over all methods.

    Raises:
        XaiError: what the worker raises; nothing has changed then. A method that is not
            defined for the model is no error: the run says why it has no map.
    """
    start = time.perf_counter()
    prediction = explainer.predict(request.prepared.inputs)
    explained = target_of(explainer, request.prepared.inputs, prediction, request.target)
    reused = {n: one for n, one in (known or {}).items() if _same(one, request, n, explained)}
    samples = costs(request, reused)
    parts = SharedProgress(samples, progress)
    attributions: dict[str, Attribution] = {}
    failures: dict[str, str] = {}
    for name, given in request.methods.items():
        try:
            attributions[name] = reused.get(name) or explainer.explain(
                request.prepared.inputs,
                explained,
                name,
                request.seed,
                given,
                pace=suited(request.pace, name, samples[name]),
                progress=parts.of(name),
                cancel=cancel,
            )
        except MethodError as error:  # the others may still be defined for this model
            failures[name] = str(error)
    recipe = replace(request.recipe, crop=request.prepared.content)
    return Run(
        **{name: getattr(request, name) for name in PROVENANCE},
        pixels=request.prepared.picture,
        content=request.prepared.content,
        target=explained.index,
        explained=named(explained, request.labels),
        form=prediction.form,
        guesses=guesses(prediction, request.labels),
        attributions=attributions,
        recipe=recipe,
        scores=score(scorer, attributions, recipe),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        failures=failures,
        versions=versions(),
        machine=machine(),
        seconds=time.perf_counter() - start,
    )


def score(
    scorer: Scores1D,
    attributions: Mapping[str, Attribution | Values],
    recipe: Recipe,
    metric: str = "complexity",
) -> dict[str, Score]:
    """A metric of each map, before removal and after it."""
    raw = [before_removal(one, recipe)[0] for one in attributions.values()]
    after = [canonicalise(one, recipe)[0] for one in attributions.values()]
    if not raw:
        return {}
    values = scorer.score(np.stack([*raw, *after]), metric)
    pairs = zip(values[: len(raw)], values[len(raw) :], strict=True)
    return {
        name: Score(float(a), float(b)) for name, (a, b) in zip(attributions, pairs, strict=True)
    }


def guesses(
    prediction: Prediction, labels: tuple[str, ...] | None, count: int = 5
) -> tuple[Guess, ...]:
    """The top classes of the first sample, most probable first; none for a single output.

    Names that are not one for each output are left out: they would be wrong.
    """
    if prediction.scores.shape[1] < 2:
        return ()
    labels = fitting(labels, prediction.scores.shape[1])
    probabilities = prediction.probabilities[0]
    top = np.argsort(-probabilities, kind="stable")[:count]
    return tuple(Guess(int(i), label_of(int(i), labels), float(probabilities[i])) for i in top)


def label_of(index: int, labels: tuple[str, ...] | None) -> str:
    """A class name, or its number where names are not known."""
    return labels[index] if labels and index < len(labels) else f"class {index}"


def _same(one: Attribution, request: Request, name: str, explained: Explained) -> bool:
    if name not in request.methods or not one.targets[0].same_as(explained):
        return False
    given = asdict(build(METHODS[name].Parameters, request.methods[name]))
    narrow = suited(request.pace, name, costs(request)[name]).autocast
    return (dict(one.parameters), one.seed, one.pace.autocast) == (given, request.seed, narrow)


def costs(request: Request, reused: Collection[str] = ()) -> dict[str, int]:
    """Samples by method, of those that are not reused."""
    samples = samples_of(request.methods, request.prepared.inputs.shape[1:])
    return {name: one for name, one in samples.items() if name not in reused}


def samples_of(methods: Mapping[str, Mapping[str, Any]], shape: tuple[int, ...]) -> dict[str, int]:
    """How many samples each method takes of a picture of `shape` (C, H, W)."""
    size = (shape[0], shape[1], shape[2])
    return {
        name: METHODS[name].samples(build(METHODS[name].Parameters, given), size)
        for name, given in methods.items()
    }
