"""One method a row: its histogram and map, before the removal and after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from components import histogram, map_grid, tiles
from components.comparison import View
from components.state import Workspace
from components.tiles import Look, title_of
from components.warnings import of_removal
from xai_core.canonical import Removal, before_removal
from xai_core.recipe import Recipe
from xai_core.runs import Run


def show(space: Workspace, view: View) -> None:
    """Draw every method of the run on screen."""
    run = space.run
    names = [name for name in space.chosen if name in view.before] or list(view.before)
    for name in names:
        with st.container(border=True):
            _row(run, view, name, first=name == names[0])


def effect(space: Workspace) -> None:
    """The first method's map after the default recipe and after the present one."""
    run = space.run
    name = next((name for name in space.chosen if name in run.attributions), None)
    if name is None:
        return
    shown = []
    for heading, recipe in (("default recipe", Recipe()), ("this recipe", space.recipe)):
        cut = replace(recipe, crop=run.content, quantile=None)
        values = before_removal(run.attributions[name], cut)[0]
        shown.append(
            tiles.of_map(
                run,
                values,
                Look(),
                title=title_of(name),
                note=f"{heading}: {values.min():.2g} to {values.max():.2g}",
            )
        )
    map_grid.show(shown, key="recipe-effect", tile_width=200, toolbar=False)


def _row(run: Run, view: View, name: str, *, first: bool) -> None:
    values, removal, score = view.before[name], view.removals[name], view.scores[name]
    st.markdown(f"#### {title_of(name)}")
    _figures(removal, score.raw, score.after)
    for sentence in of_removal(removal, view.quantile, view.pixels, score.after):
        st.warning(sentence, icon=":material/warning:")
    if name in view.causes:
        st.warning(view.causes[name], icon=":material/warning:")
    maps, graphs = st.columns([3, 4], gap="medium")
    with maps:
        map_grid.show(
            [
                tiles.of_map(run, values, Look(), title="before"),
                tiles.of_map(run, removal.values, Look(), title="after"),
            ],
            key=f"pedestal-{name}",
            tile_width=145,
            group="pedestal",
            toolbar=first,
        )
    with graphs:
        before, after = st.columns(2)
        with before:
            histogram.show(values, title="before", key=f"before-{name}", baseline=removal.baseline)
        with after:
            histogram.show(removal.values, title="after", key=f"after-{name}")


def _figures(removal: Removal, raw: float, after: float) -> None:
    if not np.isfinite(removal.baseline):
        return
    told = [f"baseline value **{removal.baseline:.3g}**", f"set to zero **{removal.zeroed:.1%}**"]
    if np.isfinite(after):
        told.append(f"Complexity **{after:.3f}** nats, raw {raw:.3f} ({after - raw:+.3f})")
    st.markdown(" · ".join(told))
