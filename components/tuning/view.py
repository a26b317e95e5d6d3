"""The run on screen at one quantile: maps before and after, scores, causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from components.maps import ground_truth
from components.session import backend
from components.session.state.workspace import Workspace
from xai_core.maps.canonical import Removal, before_removal, remove_baseline
from xai_core.maps.recipe import Recipe
from xai_core.runs.run import Score
from xai_core.scores.localisation import Localisation
from xai_core.scores.undefined import cause_of


@dataclass(frozen=True)
class View:
    """Everything that the slider changes.

    Attributes:
        before: maps before removal, `[h, w]`, not rescaled, by method. removals: after it.
        pixels: N of each map. causes: why a map has no score, by method.
        localisations: by method, where the picture's truth is known.
    """

    recipe: Recipe
    quantile: float
    before: Mapping[str, np.ndarray]
    removals: Mapping[str, Removal]
    scores: Mapping[str, Score]
    pixels: int
    causes: Mapping[str, str]
    localisations: Mapping[str, Localisation] = field(default_factory=dict)


def of(space: Workspace, quantile: float) -> View:
    """The run on screen, seen through the recipe at a quantile."""
    run = space.run
    recipe = backend.recipe_for(run, space.recipe, quantile)
    before = {name: before_removal(one, recipe)[0] for name, one in run.attributions.items()}
    removals = {name: remove_baseline(one, quantile) for name, one in before.items()}
    # Always one block: what waits in it must not move a bench below, which would lose its focus.
    with st.container():
        scores = backend.scores(run, recipe)
        found = ground_truth.localisations(run, recipe)
    causes = {
        name: cause_of(run.attributions[name], removals[name].values[None])
        for name, one in scores.items()
        if not np.isfinite(one.after)
    }
    pixels = next((one.size for one in before.values()), 1)
    return View(recipe, quantile, before, removals, scores, pixels, causes, found)
