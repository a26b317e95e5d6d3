"""Several methods on one picture, scored: a `Run`, computed through a worker."""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import numpy as np

from xai_core.canonical import before_removal, canonicalise
from xai_core.errors import MethodError
from xai_core.images import Prepared
from xai_core.methods.base import METHODS
from xai_core.methods.parameters import build
from xai_core.recipe import Recipe
from xai_core.runs import Guess, Run, Score
from xai_core.targets import Prediction
from xai_core.types import Attribution, Inputs, Maps, Preview, Progress, Scores, Watcher

LIBRARIES = ("torch", "captum", "quantus", "numpy")


class Explainer(Protocol):
    """What a comparison needs of a worker."""

    def predict(self, inputs: Inputs) -> Prediction:
        """The loaded model's output."""

    def explain(
        self,
        inputs: Inputs,
        target: int | None,
        method: str,
        seed: int = 0,
        parameters: Mapping[str, Any] | None = None,
        *,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> Attribution:
        """Raw attribution by one method."""


class Scores1D(Protocol):
    """What scores maps; a worker too, but one that need not hold a model."""

    def score(self, maps: Maps, metric: str = "complexity") -> Scores:
        """float64 `[B]`."""


@dataclass(frozen=True)
class Request:
    """What is to be compared.

    Attributes:
        methods: parameters by method name; missing ones take their defaults.
        labels: class names, where they are known.
    """

    model: str
    model_sha256: str
    model_format: str
    picture: str
    picture_sha256: str
    prepared: Prepared
    target: int | None
    methods: Mapping[str, Mapping[str, Any]]
    seed: int = 0
    recipe: Recipe = field(default_factory=Recipe)
    labels: tuple[str, ...] | None = None


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
        known: attributions of the same model, picture and target; one whose parameters and
            seed are those asked for is not computed again.
        progress: called in samples over all methods.

    Raises:
        XaiError: what the worker raises; nothing has changed then. A method that is not
            defined for the model is no error: the run says why it has no map.
    """
    prediction = explainer.predict(request.prepared.inputs)
    target = _target(prediction, request.target)
    reused = {name: one for name, one in (known or {}).items() if _same(one, request, name, target)}
    budget = _Budget(request, reused, progress)
    attributions: dict[str, Attribution] = {}
    failures: dict[str, str] = {}
    for name, given in request.methods.items():
        try:
            attributions[name] = reused.get(name) or explainer.explain(
                request.prepared.inputs,
                target,
                name,
                request.seed,
                given,
                progress=budget.part(name),
                cancel=cancel,
            )
        except MethodError as error:  # the others may still be defined for this model
            failures[name] = str(error)
    recipe = replace(request.recipe, crop=request.prepared.content)
    return Run(
        model=request.model,
        model_sha256=request.model_sha256,
        model_format=request.model_format,
        picture=request.picture,
        picture_sha256=request.picture_sha256,
        pixels=request.prepared.picture,
        content=request.prepared.content,
        target=target,
        guesses=guesses(prediction, request.labels),
        attributions=attributions,
        recipe=recipe,
        scores=score(scorer, attributions, recipe),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        failures=failures,
        versions={name: importlib.metadata.version(name) for name in LIBRARIES},
    )


def score(
    scorer: Scores1D,
    attributions: Mapping[str, Attribution],
    recipe: Recipe,
    metric: str = "complexity",
) -> dict[str, Score]:
    """A metric of each method's map, before removal and after it."""
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
    """The top classes of the first sample, most probable first; none for a single output."""
    if prediction.scores.shape[1] < 2:
        return ()
    probabilities = prediction.probabilities[0]
    top = np.argsort(-probabilities, kind="stable")[:count]
    return tuple(Guess(int(i), label_of(int(i), labels), float(probabilities[i])) for i in top)


def label_of(index: int, labels: tuple[str, ...] | None) -> str:
    """A class name, or its number where names are not known."""
    return labels[index] if labels and index < len(labels) else f"class {index}"


def _target(prediction: Prediction, target: int | None) -> int | None:
    if prediction.scores.shape[1] < 2:
        return None
    return int(prediction.scores[0].argmax()) if target is None else target


def _same(one: Attribution, request: Request, name: str, target: int | None) -> bool:
    if name not in request.methods:
        return False
    settings = build(METHODS[name].Parameters, request.methods[name])
    wanted = (asdict(settings), request.seed, (target,))
    return (dict(one.parameters), one.seed, one.target) == wanted


class _Budget:
    """One progress in samples over methods that each count their own."""

    def __init__(
        self, request: Request, reused: Mapping[str, Attribution], progress: Progress | None
    ) -> None:
        self._progress = progress
        shape = request.prepared.inputs.shape[1:]
        self._costs = {
            name: METHODS[name].samples(build(METHODS[name].Parameters, given), shape)
            for name, given in request.methods.items()
            if name not in reused
        }
        self._total = sum(self._costs.values())

    def part(self, name: str) -> Progress | None:
        """The progress of one method, as a share of all."""
        if self._progress is None:
            return None
        before = sum(list(self._costs.values())[: list(self._costs).index(name)])
        return _Part(self._progress, name, before, self._total)


@dataclass(frozen=True)
class _Part:
    """The progress of one method among several; a `Watcher`."""

    whole: Progress
    method: str
    before: int
    total: int

    def __call__(self, done: int, total: int) -> None:
        self.whole(self.before + done, self.total)

    def preview(self, make: Callable[[], Preview]) -> None:
        if isinstance(self.whole, Watcher):
            self.whole.preview(lambda: replace(make(), method=self.method))
