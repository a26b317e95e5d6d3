"""A map while it is still being sampled, and how sure it is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from components.maps import tiles
from components.maps.tiles import Look, title_of
from components.widgets import map_grid
from components.widgets.map_grid import Image, Tile
from xai_core.attribution import remarks
from xai_core.base.progress import Preview
from xai_core.maps.colours import coloured, data_url, scale_of

WIDTH = 300  # CSS pixels
# What `sampled` and `remarks.told` tell of an attribution's choices.
TOLD = ("samples", "standard_error", *remarks.FACTS)


def show(found: Preview, *, key: str) -> None:
    """Draw the map so far, as Heatmaps draws a finished one, without the photo."""
    values, look = np.abs(found.values), Look()
    high = tiles.brightest(values, look)
    picture = Image(data_url(coloured(values, look.sequential, 0.0, high)))
    title = f"{title_of(found.method)} so far"
    note = sure(found.error) or "first samples"
    height, width = values.shape
    tile = Tile(
        title,
        note,
        f"{title}: {note}",
        (picture,),
        width / height,
        scale_of(look.sequential, 0.0, high, clipped=bool(values.max() > high)),
    )
    with st.container(width=WIDTH):
        map_grid.show([tile], key=key, tile_width=WIDTH, toolbar=False)


def sure(error: float | None) -> str:
    """A relative standard error, for a person."""
    return "" if error is None else f"standard error {100 * error:.1f} %"


def sampled(asked: int, chosen: Mapping[str, Any]) -> str:
    """How far a noise method sampled, for a person; nothing for the other methods.

    Args:
        asked: samples that its parameters allow. chosen: of its attribution.
    """
    samples, error = chosen.get("samples"), chosen.get("standard_error")
    if type(samples) is not int:
        return ""
    count = f"{samples} samples" if samples >= asked else f"stopped after {samples} of {asked}"
    return ", ".join(filter(None, (count, sure(error if type(error) is float else None))))
