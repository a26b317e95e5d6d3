"""Metrics beside the score: what a study measures of every map, and why a figure is missing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from xai_core.attribution.batches.order import Found, Refused
from xai_core.attribution.relevance.conservation import unranked
from xai_core.attribution.result import Attribution
from xai_core.base.errors import InputError
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import Prepared
from xai_core.runs.explainer import ManyExplainer
from xai_core.scores.localisation import Mask
from xai_core.scores.measurement import Measurement
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.studies.entry import Entry

NO_MASK = "There is no mask of what its maps should show."
ENDED = "A metric of the study ended its worker twice on this picture: none is measured there."
Truth: TypeAlias = Mask | str | None
"""What a map should show, in the size of the input; why it cannot be read; None where none is."""


@dataclass(frozen=True)
class Figures:
    """Of one map. values: by the text of the metric, NaN where undefined. reasons: why that is."""

    values: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


def figures_of(
    explainer: ManyExplainer,
    pictures: Sequence[Prepared],
    truths: Sequence[Truth],
    found: Sequence[Found],
    metrics: Sequence[str],
    recipe: Recipe,
    cancel: threading.Event | None = None,
) -> list[dict[str, Figures]]:
    """The figures of each picture's maps, by method; none of a method that gave no map.

    Args:
        explainer: with the model that the maps are of. truths: of each picture.
        metrics: as `asked_metrics` gives them. recipe: its crop and quantile do not count.

    Raises:
        Cancelled: as asked.
        XaiError: the model's process fails. A metric that fails on a map is a figure without value.
    """
    asked = [AskedMetric.of_text(one) for one in metrics]
    measure = partial(explainer.measure_many, cancel=cancel)
    return [
        {
            name: _measured(measure, picture, truth, one, asked, recipe)
            for name, one in maps.items()
            if not isinstance(one, Refused)
        }
        for picture, truth, maps in zip(pictures, truths, found, strict=True)
    ]


def with_figures(
    entries: Sequence[Mapping[str, Entry]], figures: Sequence[Mapping[str, Figures]]
) -> tuple[Mapping[str, Entry], ...]:
    """The same entries with the figures of their maps."""
    return tuple(
        {name: with_own(one, more.get(name)) for name, one in by_method.items()}
        for by_method, more in zip(entries, figures, strict=True)
    )


def with_own(entry: Entry, figures: Figures | None) -> Entry:
    """One entry with the figures of its map."""
    if figures is None:
        return entry
    on_mask = {text for text in figures.values if AskedMetric.of_text(text).on_mask}
    return replace(
        entry,
        metrics={text: one for text, one in figures.values.items() if text not in on_mask},
        localisation={text: one for text, one in figures.values.items() if text in on_mask},
        reasons=dict(figures.reasons),
    )


def needs_masks(metrics: Sequence[str]) -> bool:
    """Whether one of them compares a map with a mask."""
    return any(AskedMetric.of_text(one).on_mask for one in metrics)


def asked_metric(metric: str) -> AskedMetric | None:
    """A metric by its text; None for one of another version, which a kept study may have."""
    try:
        return AskedMetric.of_text(metric)
    except InputError:
        return None


def lower(metric: str) -> bool:
    """Whether a lower figure is better. metric: its text; one of a later version may be unknown."""
    asked = asked_metric(metric)
    return asked is None or asked.plugin.direction == "lower"


def place_of(metric: str) -> tuple[int, str]:
    """Where a metric stands among others in a list."""
    asked = asked_metric(metric)
    return (10_000 if asked is None else asked.plugin.order), metric


def _measured(
    measure: Callable[..., Sequence[Measurement]],
    picture: Prepared,
    truth: Truth,
    attribution: Attribution,
    asked: Sequence[AskedMetric],
    recipe: Recipe,
) -> Figures:
    barred = unranked(attribution)
    reasons = {str(one): barred for one in asked} if barred else {}
    if truth is None or isinstance(truth, str):
        reasons = {str(one): truth or NO_MASK for one in asked if one.on_mask} | reasons
    values = {str(one): float("nan") for one in asked}
    open_ones = [one for one in asked if str(one) not in reasons]
    if open_ones:
        mask = None if truth is None or isinstance(truth, str) else truth
        seen = replace(recipe, crop=picture.content)
        given = {str(one): (one.name, one.parameters, one.recipe(seen)) for one in open_ones}
        for text, one in zip(
            given,
            measure(picture.inputs, attribution, list(given.values()), mask),
            strict=True,
        ):
            if one.score is None:
                reasons[text] = one.cause or "It is not defined for the map."
            else:
                values[text] = one.score
    return Figures(values, reasons)
