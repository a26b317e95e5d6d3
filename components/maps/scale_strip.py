"""Other pictures on the scale of the heatmaps: good parts stay dark, and a fault lights up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from components.maps import scale_pictures, tiles
from components.maps.tiles import Look
from components.session import decoding, text
from components.session.state.workspace import Workspace
from components.widgets import map_grid
from components.widgets.map_grid import Tile
from xai_core.maps.colour_scale import ColourScale
from xai_core.maps.recipe import Recipe
from xai_core.runs.run import Run
from xai_core.studies.kept_maps import KeptMaps, seen


@dataclass(frozen=True)
class Strip:
    """What is shown. behind: pictures that the scale is made of. beside: those that are not."""

    maps: KeptMaps
    behind: Sequence[str]
    beside: Sequence[str]
    scales: Mapping[str, ColourScale]
    look: Look
    recipe: Recipe


def show(space: Workspace, strip: Strip) -> None:
    """Draw all of them, by one method at a time."""
    heading = "Other pictures on this scale"
    with st.expander(heading, expanded=True, icon=":material/photo_library:"):
        names = list(strip.scales)
        name = st.segmented_control(
            "Method",
            names,
            default=names[0],
            format_func=text.title_of,
            key=f"scale-method-{'-'.join(names)}",
            label_visibility="collapsed",
        )
        if name is None:
            return
        given = dict(space.run.attributions[name].parameters)
        shown = []
        for which in (*strip.beside, *strip.behind):
            values = strip.maps.entry(which, name, given)
            if values is not None and values.size:
                found = seen(values, strip.recipe)
                shown.append(_tile(space, strip, which, found, strip.scales[name]))
        map_grid.show(shown, key="scale-strip", tile_width=130, group="heatmaps", toolbar=False)


def above(scale: ColourScale, values: np.ndarray) -> str:
    """How much of a map stands out of good parts, for a person."""
    return f"{scale.beyond(values):.1%} above good parts" if scale.scope == "reference" else ""


def _tile(
    space: Workspace, strip: Strip, which: str, values: np.ndarray, scale: ColourScale
) -> Tile:
    reference = which in strip.behind and scale.scope == "reference"
    share = f"{scale.beyond(values):.1%} above" if scale.scope == "reference" else ""
    note = " · ".join(filter(None, ("reference" if reference else "", share)))
    run, look = _of(space, which, strip.maps), strip.look
    if run is None:
        run, look = replace(space.run, content=(0, 0, *values.shape)), replace(look, opacity=1.0)
    tile = tiles.of_map(
        run, values, look, title=scale_pictures.name_of(space, which), note=note, scale=scale
    )
    return replace(tile, scale=None)  # one legend is enough: it stands below the large maps


def _of(space: Workspace, which: str, maps: KeptMaps) -> Run | None:
    """The run on screen with another picture in it; None where that is not in this session."""
    photo = scale_pictures.offered(space).get(which)
    if photo is None:
        return None
    made = decoding.prepared(str(photo.path), maps.spec)
    return replace(space.run, pixels=made.picture, content=made.content, picture=photo.name)
