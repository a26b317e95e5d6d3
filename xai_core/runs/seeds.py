"""The maps of a run under further seeds, as scores: how far they move, and whether an order holds.

Only methods that draw at random are computed again, with the parameters, the target and the pace
of the run's own maps; every other one has the same map for any seed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.relevance.conservation import unranked
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError, MethodError
from xai_core.base.parameters import build
from xai_core.base.progress import Progress, SharedProgress
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Recipe
from xai_core.runs.computation import entropy
from xai_core.runs.explainer import Explainer
from xai_core.runs.request import samples_of
from xai_core.runs.run import Run
from xai_core.scores.margin import draws
from xai_core.scores.ranking import QUANTILES, sweep
from xai_core.scores.seeds import SeedScores


def drawing(run: Run) -> dict[str, Attribution]:
    """The maps that another seed would change; none where one cannot be computed again here."""
    found = {name: one for name, one in run.attributions.items() if draws(one)}
    # One that stays as it is would be taken for a map that no seed moves.
    return found if all(map(_can_be_computed, found.values())) else {}


def cost(run: Run, count: int) -> tuple[int, float]:
    """Samples that `count` further seeds take, and seconds as long as the run's own maps took."""
    seconds = sum(one.seconds for one in drawing(run).values())
    return count * sum(_samples(run).values()), count * seconds


def more_seeds(
    explainer: Explainer,
    run: Run,
    inputs: Inputs,
    recipe: Recipe,
    count: int,
    *,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    arrived: Callable[[SeedScores], None] = lambda found: None,
) -> SeedScores:
    """Scores of `count` more seeds beside those that the run has by this recipe.

    Args:
        inputs: `[1, C, H, W]`, what the run explained. recipe: its quantile does not matter.
        progress: in samples over all seeds. arrived: told of each seed, once all its maps are
            there.

    Raises:
        InputError: as `drawing` there is no map to compute. XaiError: what the worker raises.
    """
    again = drawing(run)
    if not again:
        raise InputError(
            "No map of this run is drawn at random, or one is of another version of Pedestal.",
            "Compute the maps again with a method that draws at random.",
        )
    found = run.seeds_by(recipe) or _own(run, recipe, next(iter(again.values())).seed)
    first, samples = found.seeds[0], _samples(run)
    new = range(first + len(found.seeds), first + len(found.seeds) + count)
    parts = SharedProgress(
        {f"{seed} {name}": samples[name] for seed in new for name in again}, progress
    )
    for seed in new:
        rows = {}
        for name, one in again.items():
            try:
                told = parts.of(f"{seed} {name}")
                other = explainer.explain(
                    *(inputs, one.targets[0], name, seed, one.parameters),
                    pace=one.pace,
                    progress=told,
                    cancel=cancel,
                )
            except MethodError:  # not defined by this seed's draws: it has no score
                other = None
            rows[name] = _row(other, recipe)
        found = _with(found, seed, rows)
        arrived(found)
    return found


def _can_be_computed(one: Attribution) -> bool:
    """Whether this version has its method, and the method still takes its parameters."""
    if one.method not in METHODS:
        return False
    try:
        build(METHODS[one.method].Parameters, one.parameters)
    except InputError:
        return False
    return True


def _own(run: Run, recipe: Recipe, seed: int) -> SeedScores:
    rows = {name: _row(one, recipe)[None] for name, one in run.attributions.items()}
    return SeedScores((seed,), rows, replace(recipe, quantile=None, crop=None))


def _with(found: SeedScores, seed: int, rows: Mapping[str, np.ndarray]) -> SeedScores:
    curves = {
        name: np.concatenate([one, rows.get(name, one[0])[None]])
        for name, one in found.curves.items()
    }
    return replace(found, seeds=(*found.seeds, seed), curves=curves)


def _row(one: Attribution | None, recipe: Recipe) -> np.ndarray:
    """Complexity raw, then after removal at each of `QUANTILES`; NaN where it has none."""
    if one is None or unranked(one):
        return np.full(1 + len(QUANTILES), np.nan)
    before = before_removal(one, recipe)
    return np.concatenate([[entropy(before[0])], sweep(before, QUANTILES)[0]])


def _samples(run: Run) -> dict[str, int]:
    again = drawing(run)
    shape = next((one.values.shape[1:] for one in again.values()), (1, 1, 1))
    return samples_of({name: one.parameters for name, one in again.items()}, shape)
