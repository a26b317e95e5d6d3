"""Scores of a run by any metric, raw and after removal."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from xai_core.attribution.relevance.conservation import unranked_of
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.cli.console import progress_bar
from xai_core.demo.masks import MISSING, mask_of
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.runs.computation import NONE, score
from xai_core.runs.run import Run, Score
from xai_core.scores.localisation import on_grid
from xai_core.scores.metrics.base import METRICS, MaskMetric
from xai_core.scores.undefined import cause_of
from xai_core.worker import Worker


def scored(
    worker: Worker, inputs: Inputs, run: Run, metric: str
) -> tuple[dict[str, Score], dict[str, str]]:
    """Scores raw and after removal, and why there is none, by method; none of a map that is not
    ranked.

    Raises:
        InputError: the metric needs a mask, and nobody knows what a map of the run should show.
    """
    plugin = METRICS[metric]
    if isinstance(plugin, MaskMetric):
        return _on_mask(worker, run, plugin)
    if plugin.needs == "map":
        causes = {
            name: cause_of(one, canonicalise(one, run.recipe), metric)
            for name, one in run.attributions.items()
        }
        return score(worker, run.attributions, run.recipe, metric), causes
    causes = unranked_of(run.attributions, run.attributions)
    scores = dict.fromkeys(causes, NONE)
    recipes = (replace(run.recipe, quantile=None), run.recipe)
    for name, one in run.attributions.items():
        if name in scores:
            continue
        with progress_bar(f"{plugin.title} of {name}") as progress:
            raw, after = (
                worker.measure(inputs, one, recipe, metric, progress=progress) for recipe in recipes
            )
        scores[name] = Score(*(math.nan if x.score is None else x.score for x in (raw, after)))
        causes[name] = after.cause or raw.cause or ""
    return scores, causes


def _on_mask(
    worker: Worker, run: Run, plugin: MaskMetric
) -> tuple[dict[str, Score], dict[str, str]]:
    truth = mask_of(run)
    if truth is None:
        raise InputError(
            f"{plugin.title} needs a mask of what the map should show. {MISSING}",
            "In Python, xai_core.score takes any mask.",
        )
    mask, names = on_grid(truth[0], run.recipe), list(run.attributions)
    raw = [before_removal(one, run.recipe)[0] for one in run.attributions.values()]
    after = [canonicalise(one, run.recipe)[0] for one in run.attributions.values()]
    maps = np.stack([*raw, *after])
    values = worker.score(maps, plugin.name, np.repeat(mask[None], len(maps), 0)).tolist()
    pairs = zip(values[: len(names)], values[len(names) :], strict=True)
    barred = unranked_of(run.attributions, names)
    causes = [
        barred.get(name) or plugin.undefined_on(one, mask)
        for name, one in zip(names, after, strict=True)
    ]
    return (
        {
            name: NONE if name in barred else Score(*pair)
            for name, pair in zip(names, pairs, strict=True)
        },
        dict(zip(names, causes, strict=True)),
    )
