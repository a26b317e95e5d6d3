"""Scores of a run by any metric, raw and after removal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from xai_core.attribution.relevance.conservation import unranked_of
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.cli.console import progress_bar
from xai_core.demo.masks import MISSING, mask_of
from xai_core.maps.canonical import canonicalise
from xai_core.pictures.preprocessing import InputSpec
from xai_core.pictures.region import of_picture
from xai_core.runs.computation import NONE, score
from xai_core.runs.run import Run, Score
from xai_core.scores.localisation import Mask
from xai_core.scores.measurement import Measurement
from xai_core.scores.public.asked_metric import RAW, AskedMetric
from xai_core.scores.undefined import cause_of
from xai_core.worker import Worker
from xai_core.worker.decoding import open_picture


def metric_of(text: str) -> AskedMetric:
    """The metric that `rank` is given. Raises `InputError`; also for one at a quantile."""
    if "@" in text.partition(":")[0]:
        raise InputError(
            f"rank scores maps raw and after removal at --quantile; {text!r} names a quantile.",
            f"Leave out @QUANTILE and @{RAW}.",
        )
    return AskedMetric.of_text(text)


def masks_by_picture(masks: Sequence[Path], pictures: Sequence[str]) -> dict[str, Path]:
    """The mask of each picture; one alone is for all. Raises `InputError`."""
    if masks and len(masks) not in (1, len(pictures)):
        raise InputError(
            f"There are {len(pictures)} pictures and {len(masks)} masks.",
            "Give one --mask for each picture, in their order, or one for all.",
        )
    for file in masks:
        if not file.is_file():
            raise InputError(f"There is no file {file}.", "Check the path given to --mask.")
    each = list(masks) * (len(pictures) if len(masks) == 1 else 1)
    return dict(zip(pictures, each, strict=False))


def read_mask(file: Path | None, picture: Path, spec: InputSpec) -> Mask | None:
    """The mask in a file, in the size of the input. Raises `InputError` where it does not fit."""
    if file is None:
        return None
    return of_picture(open_picture(file), open_picture(picture, spec).size, spec)


def scored(
    worker: Worker, inputs: Inputs, run: Run, metric: AskedMetric, mask: Mask | None = None
) -> tuple[dict[str, Score], dict[str, str]]:
    """Scores raw and after removal, and why there is none, by method; none of a map that is not
    ranked.

    Args:
        mask: in the size of the input; None takes what is known of the run.

    Raises:
        InputError: the metric needs a mask, and nobody knows what a map of the run should show.
    """
    if metric.plugin.needs == "map":
        causes = {
            name: cause_of(one, canonicalise(one, run.recipe), metric.name)
            for name, one in run.attributions.items()
        }
        return score(worker, run.attributions, run.recipe, metric.name), causes
    if metric.on_mask and mask is None:
        mask = _known_mask(run, metric)
    causes = unranked_of(run.attributions, run.attributions)
    scores = dict.fromkeys(causes, NONE)
    recipes = (replace(run.recipe, quantile=None), run.recipe)
    for name, one in run.attributions.items():
        if name in scores:
            continue
        given = mask if metric.on_mask else None
        how: dict[str, Any] = {"parameters": metric.parameters, "mask": given}
        with progress_bar(f"{metric.plugin.title} of {name}") as progress:
            raw, after = (
                worker.measure(inputs, one, recipe, metric.name, progress=progress, **how)
                for recipe in recipes
            )
        scores[name] = Score(_number(raw), _number(after))
        causes[name] = after.cause or raw.cause or ""
    return scores, causes


def _known_mask(run: Run, metric: AskedMetric) -> Mask:
    truth = mask_of(run)
    if truth is None:
        raise InputError(
            f"{metric.plugin.title} needs a mask of what the map should show. {MISSING}",
            "Give one: --mask FILE.",
        )
    return truth[0]


def _number(found: Measurement) -> float:
    return math.nan if found.score is None else found.score
