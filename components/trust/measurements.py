"""Every metric of every map of a run at one quantile, as far as it is known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.session.jobs import queue
from components.session.keeping import beside
from components.session.keeping.beside import Place
from components.session.keeping.values import UNREADABLE, maybe, number, table, text, whole
from components.session.processes import Access, known
from components.session.state.workspace import Workspace
from xai_core.attribution.relevance.conservation import unranked_of
from xai_core.demo.masks import MISSING, mask_of
from xai_core.maps.canonical import canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.runs.run import Run
from xai_core.scores.localisation import on_grid
from xai_core.scores.measurement import Measurement
from xai_core.scores.metrics.base import METRICS, MaskMetric, Metric

MetricAndMethod = tuple[str, str]
FILE, SCHEMA, MOST = "measurements.json", 1, 2000


@dataclass(frozen=True)
class Measurements:
    """What is known of a run. found: by metric and method. missing: not asked for yet."""

    run: Run
    recipe: Recipe
    metrics: tuple[str, ...]
    found: Mapping[MetricAndMethod, Measurement]
    missing: tuple[MetricAndMethod, ...]

    def scores(self, metric: str) -> dict[str, float]:
        """By method; NaN where it is undefined or missing."""
        found = {name: self.found.get((metric, name)) for name in self.run.attributions}
        return {
            name: np.nan if one is None or one.score is None else one.score
            for name, one in found.items()
        }


def of(
    run: Run,
    recipe: Recipe,
    metrics: Sequence[str],
    before: Mapping[str, Measurement] | None = None,
) -> Measurements:
    """Metrics of maps and masks are computed at once; those that ask the model when told to.

    A map that is not ranked has no score by any, and the reason.

    Args:
        before: what lies beside the run, by the names of `key_of`.
    """
    barred = unranked_of(run.attributions, run.attributions)
    ranked = [name for name in run.attributions if name not in barred]
    places = [(metric, name) for metric in metrics for name in ranked]
    keys = {place: key_of(run, recipe, place) for place in places}
    for key in keys.values():
        if before is not None and key in before:
            keep(key, before[key])
    for metric in metrics:
        new = [name for name in ranked if keys[metric, name] not in known()]
        if new and METRICS[metric].needs != "model":
            for name, one in zip(new, _scored(run, recipe, metric, new), strict=True):
                keep(keys[metric, name], one)
    found: dict[MetricAndMethod, Measurement] = {
        (metric, name): Measurement(None, why) for metric in metrics for name, why in barred.items()
    }
    for place, key in keys.items():
        if key in known():
            found[place] = known().get(key, lambda: Measurement(None))
    missing = tuple(place for place in places if place not in found)
    return Measurements(run, recipe, tuple(metrics), found, missing)


def _scored(run: Run, recipe: Recipe, metric: str, names: Sequence[str]) -> list[Measurement]:
    plugin, truth = METRICS[metric], mask_of(run)
    maps = np.stack([canonicalise(run.attributions[name], recipe)[0] for name in names])
    on_mask = isinstance(plugin, MaskMetric)
    if on_mask and truth is None:
        return [Measurement(None, MISSING)] * len(names)
    mask = on_grid(truth[0], recipe) if on_mask and truth is not None else np.zeros((0, 0), bool)
    given = np.repeat(mask[None], len(maps), 0) if on_mask else None
    with queue.shown(f"{plugin.title} …") as turn:
        scores = Access(turn).score(maps, metric, given)
    return [
        Measurement(float(score))
        if np.isfinite(score)
        else Measurement(None, _cause(plugin, one, mask))
        for score, one in zip(scores, maps, strict=True)
    ]


def _cause(plugin: Metric, one: np.ndarray, mask: np.ndarray) -> str:
    if isinstance(plugin, MaskMetric):
        return plugin.undefined_on(one, mask)
    return plugin.undefined_because(one[None])


def key_of(run: Run, recipe: Recipe, place: MetricAndMethod) -> str:
    """The name of a measurement: a hash of all that determines it."""
    one = run.attributions[place[1]]
    values = hashlib.sha256(np.ascontiguousarray(one.values).data).hexdigest()
    model = (run.model_sha256, run.trusted, run.opening, run.input_spec)
    origin = (model, run.picture_sha256, run.content, one.target, one.seed)
    told = repr((place, values, recipe, origin, repr(dict(one.parameters))))
    return f"measurement {hashlib.sha256(told.encode()).hexdigest()}"


def keep(key: str, one: Measurement) -> None:
    """Let it be known to all sessions."""
    known().get(key, lambda: one)


def kept(space: Workspace) -> Mapping[str, Measurement]:
    """What lies beside the run on screen, read once."""
    # One entry of what is known to all: as many as there are would crowd out everything else.
    return known().get((FILE, space.run_id), lambda: _read(beside.read(space, FILE)))


def add(place: Place, new: Mapping[str, Measurement]) -> None:
    """Keep them beside a run, with those that lie there; in any thread."""
    if not new or place.run_id is None:
        return
    found = {**_read(place.read(FILE)), **new}
    told = {key: [one.score, one.cause] for key, one in [*found.items()][-MOST:]}
    place.keep(FILE, json.dumps({"schema": SCHEMA, "found": told}).encode())
    known().get((FILE, place.run_id), lambda: found).update(new)


def _read(data: bytes | None) -> dict[str, Measurement]:
    found: dict[str, Measurement] = {}
    with suppress(*UNREADABLE):
        given = table(json.loads(data or b"{}"))
        for key, one in table(given["found"]).items() if whole(given["schema"]) <= SCHEMA else ():
            with suppress(*UNREADABLE):  # one that cannot be read costs none of the others
                found[key] = _measurement(one)
    return found


def _measurement(data: Any) -> Measurement:
    score, cause = data
    return Measurement(maybe(score, lambda one: number(one, -1e300, 1e300)), maybe(cause, text))
