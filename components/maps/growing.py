"""The maps of a run while it is computed: finished, being refined, and places of those to come."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from components.maps import preview, progress, tiles
from components.maps.tiles import Look, title_of
from components.session.state.workspace import Growing, Workspace
from components.widgets import map_grid
from components.widgets.map_grid import Tile
from xai_core.attribution import remarks
from xai_core.base.progress import Preview
from xai_core.maps.canonical import before_removal
from xai_core.maps.colours import Scale
from xai_core.maps.recipe import Recipe
from xai_core.runs.run import Run

BLANK = Scale("\u00a0", "\u00a0", ["transparent", "transparent"])  # as high as a legend
Drawn = dict[Hashable, Tile]


def underway(space: Workspace) -> bool:
    """Whether a run is being computed that `show` can draw."""
    return space.job is not None and space.growing is not None


def show(space: Workspace, *, key: str, tile_width: int = 300) -> bool:
    """Draw what is underway, in the place of the result on screen; False where nothing is."""
    if not underway(space):
        return False
    with st.container():
        _poll(space, {}, key, tile_width)
    return True


@st.fragment(run_every=progress.POLL_SECONDS)
def _poll(space: Workspace, drawn: Drawn, key: str, tile_width: int) -> None:
    recipe = replace(space.recipe, quantile=None)
    map_grid.show(of(space, Look(), recipe, drawn), key=key, tile_width=tile_width)


def of(space: Workspace, look: Look, recipe: Recipe, drawn: Drawn) -> list[Tile]:
    """The photo and a tile for each method, in the order of the choice.

    Args:
        recipe: of the maps, without removal. drawn: what need not be drawn again; it is added to.
    """
    growing, job = space.growing, space.job
    if growing is None:
        return []
    run, look = growing.run, replace(look, scope="map")
    recipe = replace(recipe, crop=run.content)
    now = job.preview if job is not None else None

    def once(name: str, draw: Callable[[], Tile]) -> Tile:
        key = (name, look, recipe)
        if key not in drawn:
            drawn[key] = draw()
        return drawn[key]

    shown = [once("", partial(tiles.photo, run))]
    for name in growing.methods:
        if name in run.attributions:
            shown.append(once(name, partial(_finished, run, name, look, recipe)))
        elif now is not None and now.method == name and name not in run.failures:
            shown.append(_refined(run, now, look, recipe))
        else:
            shown.append(_to_come(growing, name))
    return shown


def score_of(run: Run, name: str) -> str:
    """A map's Complexity after removal, for a person; nothing where it has none."""
    after = run.scores[name].after if name in run.scores else float("nan")
    quantile = run.recipe.quantile
    at = "" if quantile is None else f" at q = {quantile:.2f}"
    return f"{after:.3f} nats{at}" if np.isfinite(after) else ""


def _finished(run: Run, name: str, look: Look, recipe: Recipe) -> Tile:
    one = run.attributions[name]
    parts = (score_of(run, name), remarks.brief(one), f"{one.seconds:.2f} s")
    note = " · ".join(filter(None, parts))
    values = before_removal(one, recipe)[0]
    return tiles.of_map(run, values, look, title=title_of(name), note=note)


def _refined(run: Run, found: Preview, look: Look, recipe: Recipe) -> Tile:
    values = before_removal(found.values[None, None], recipe)[0]
    note = " · ".join(filter(None, ("so far", preview.sure(found.error))))
    return tiles.of_map(run, values, look, title=title_of(found.method), note=note)


def _to_come(growing: Growing, name: str) -> Tile:
    note = "gave no map" if name in growing.run.failures else "to come"
    top, left, bottom, right = growing.run.content
    ratio = (right - left) / (bottom - top)
    title = title_of(name)
    return Tile(title, note, f"{title}: {note}", (), ratio, BLANK)
