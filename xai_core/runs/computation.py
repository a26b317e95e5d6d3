"""Several methods on one picture, scored: a `Run`, computed through a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial

import numpy as np
from jaxtyping import Float64

from xai_core.attribution.autocast import suited
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.relevance.conservation import unranked
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Values
from xai_core.base.errors import MethodError
from xai_core.base.parameters import build
from xai_core.base.progress import Progress, SharedProgress
from xai_core.base.target import Explained
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.pictures.backgrounds.names import chosen_with
from xai_core.runs.explainer import Explainer, Scores1D
from xai_core.runs.request import Request as Request
from xai_core.runs.request import costs as costs
from xai_core.runs.request import draft_of
from xai_core.runs.request import samples_of as samples_of
from xai_core.runs.run import Guess, Run, Score
from xai_core.targets import Prediction
from xai_core.targets.labels import fitting
from xai_core.targets.resolution import named, target_of

NONE = Score(float("nan"), float("nan"))


def compare(
    explainer: Explainer,
    scorer: Scores1D,
    request: Request,
    *,
    known: Mapping[str, Attribution] | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    arrived: Callable[[Run], None] = lambda run: None,
) -> Run:
    """Compute every method of a request and score its map raw and after removal.

    What takes the fewest samples comes first, whatever the order of the request.

    Args:
        known: attributions of the same model, picture and target; one whose parameters, seed and
            autocast are those asked for is not computed again.
        progress: called in samples over all methods.
        arrived: called with the run as far as it is: once its target is fixed, with the maps
            that are known, and after each method. Its scores are good to 1e-5 nats.

    Raises:
        XaiError: what the worker raises; nothing has changed then. A method that is not
            defined for the model is no error: the run says why it has no map.
    """
    start = time.perf_counter()
    run, explained = _begun(explainer, request, known or {})
    samples = costs(request, run.attributions)
    waiting = sorted(samples, key=samples.__getitem__)  # the first map is there soon
    parts = SharedProgress({name: samples[name] for name in waiting}, progress)
    arrived(run)
    for name in waiting:
        explain = partial(
            explainer.explain,
            request.prepared.inputs,
            explained,
            name,
            request.seed,
            request.methods[name],
            pace=suited(request.pace, name, samples[name], request.methods[name]),
            progress=parts.of(name),
            cancel=cancel,
        )
        run = replace(_with(run, name, explain, request), seconds=time.perf_counter() - start)
        arrived(run)
    return replace(finished(scorer, request.methods, run), seconds=time.perf_counter() - start)


def _begun(
    explainer: Explainer, request: Request, known: Mapping[str, Attribution]
) -> tuple[Run, Explained]:
    """The run with its target and the maps that are known, and what the model is to explain."""
    draft = draft_of(request)
    prediction = explainer.predict(request.prepared.inputs)
    explained = target_of(explainer, request.prepared.inputs, prediction, request.target)
    same = {n: one for n, one in known.items() if _same(one, request, n, explained)}
    reused = {name: _with_names(one, request) for name, one in same.items()}
    run = replace(
        draft,
        target=explained.index,
        explained=named(explained, request.labels),
        form=prediction.form,
        guesses=guesses(prediction, request.labels),
        attributions=reused,
        scores={name: _at_once(one, draft.recipe) for name, one in reused.items()},
    )
    return run, explained


def _with(run: Run, name: str, explain: Callable[[], Attribution], request: Request) -> Run:
    """The run and one more map, or why it has none."""
    try:
        found = _with_names(explain(), request)
    except MethodError as error:  # the others may still be defined for this model
        return replace(run, failures={**run.failures, name: str(error)})
    return replace(
        run,
        attributions={**run.attributions, name: found},
        scores={**run.scores, name: _at_once(found, run.recipe)},
    )


def _with_names(one: Attribution, request: Request) -> Attribution:
    """The same one where its pictures have no other names."""
    chosen = chosen_with(one.parameters, one.chosen, request.baselines)
    return one if chosen == one.chosen else replace(one, chosen=chosen)


def finished(scorer: Scores1D, methods: Iterable[str], run: Run) -> Run:
    """A run with its maps in this order, scored, as of now. Raises `XaiError`."""
    maps = {name: run.attributions[name] for name in methods if name in run.attributions}
    return replace(
        run,
        attributions=maps,
        scores=score(scorer, maps, run.recipe),
        failures={name: run.failures[name] for name in methods if name in run.failures},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _at_once(one: Attribution, recipe: Recipe) -> Score:
    """A map's score without a process: as Quantus has it, to 1e-5 nats."""
    if unranked(one):
        return NONE
    return Score(entropy(before_removal(one, recipe)[0]), entropy(canonicalise(one, recipe)[0]))


def entropy(values: Float64[np.ndarray, "h w"]) -> float:
    """Complexity of a map without a process: as Quantus has it, to 1e-5 nats."""
    magnitudes = np.abs(values)
    total = float(magnitudes.sum())
    if not (np.isfinite(total) and total > 0):
        return float("nan")
    shares = magnitudes[magnitudes > 0] / total
    return float(-(shares * np.log(shares)).sum())


def score(
    scorer: Scores1D,
    attributions: Mapping[str, Attribution | Values],
    recipe: Recipe,
    metric: str = "complexity",
) -> dict[str, Score]:
    """A metric of each map, before removal and after it; none of a map that is not ranked."""
    raw = [before_removal(one, recipe)[0] for one in attributions.values()]
    after = [canonicalise(one, recipe)[0] for one in attributions.values()]
    if not raw:
        return {}
    values = scorer.score(np.stack([*raw, *after]), metric)
    pairs = zip(values[: len(raw)], values[len(raw) :], strict=True)
    return {
        name: NONE if isinstance(one, Attribution) and unranked(one) else Score(float(a), float(b))
        for (name, one), (a, b) in zip(attributions.items(), pairs, strict=True)
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
    return asked_alike(one, request, name) and one.targets[0].same_as(explained)


def asked_alike(one: Attribution, request: Request, name: str) -> bool:
    """Whether an attribution has the parameters, seed and autocast that a request asks for."""
    if name not in request.methods:
        return False
    given = asdict(build(METHODS[name].Parameters, request.methods[name]))
    narrow = suited(request.pace, name, costs(request)[name], given).autocast
    return (dict(one.parameters), one.seed, one.pace.autocast) == (given, request.seed, narrow)
