"""Layers to look at, by what they can see: the photo at the size of each layer's output."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from components.session import backend, choice, decoding, problem
from components.session.state.workspace import Workspace
from xai_core.attribution.capabilities import Layer
from xai_core.attribution.layers.feature_layers import NONE
from xai_core.attribution.variants.names import values_in
from xai_core.base.arrays import Picture
from xai_core.base.errors import XaiError
from xai_core.base.parameters import ParameterInfo
from xai_core.maps.colours import data_url

COLUMNS, SIDE = 3, 168
Grid = tuple[int, int]


def show(space: Workspace, method: str, info: ParameterInfo) -> str:
    """Draw the choice; the names of the chosen layers with commas between them."""
    current = str(space.parameters(method)[info.name])
    key = f"parameter-{method}-{info.name}"
    source, photo = space.sources[space.source], space.photos[space.photo]
    if not backend.is_open(source) and not st.session_state.get(f"{key}-wanted"):
        st.markdown(f"**{info.name}**: {problem.plain(current) or 'the last with a feature map'}")
        st.button(
            "Choose layers",
            key=f"{key}-wanted",
            icon=":material/layers:",
            help=f"{info.help} Opens the model to see its layers.",
        )
        return current
    try:
        layers = [one for one in backend.layers(source, photo) if one.spatial and one.grid]
        picture = decoding.prepared(str(photo.path), backend.spec_of(source)).picture
    except XaiError as error:
        problem.show(error)
        return current
    if not layers:
        st.caption(NONE)
        return ""
    return _choice(layers, picture, values_in(current), key)


def sizes(layers: Sequence[Layer]) -> dict[Grid, list[Layer]]:
    """Layers by the size of their feature maps, the finest first."""
    found: dict[Grid, list[Layer]] = {}
    for layer in layers:
        if layer.grid is not None:
            found.setdefault(layer.grid, []).append(layer)
    return dict(sorted(found.items(), key=lambda one: -one[0][0] * one[0][1]))


def at_size(picture: Picture, grid: Grid) -> np.ndarray:
    """The photo as coarse as a map of `(h, w)`: one colour for each of its values."""
    height, width = picture.shape[:2]
    wide = max(1, round(SIDE * width / height))
    small = Image.fromarray(picture).resize((grid[1], grid[0]), Image.Resampling.BOX)
    return np.asarray(small.resize((wide, SIDE), Image.Resampling.NEAREST))


def _choice(layers: Sequence[Layer], picture: Picture, current: list[str], key: str) -> str:
    st.caption(
        "Each picture shows how fine the maps of its layers are. Several layers give a map each, "
        "side by side; none takes the last one with a feature map."
    )
    names = [one.name for one in layers]
    gone = [name for name in current if name not in names]
    chosen: set[str] = set()
    groups = list(sizes(layers).items())
    for start in range(0, len(groups), COLUMNS):
        row = groups[start : start + COLUMNS]
        for column, (grid, group) in zip(st.columns(COLUMNS), row, strict=False):
            with column:
                chosen |= set(_group(grid, group, picture, current, key))
    if gone and not chosen:
        st.warning(
            f"{problem.plain(', '.join(gone))}: the model has no such layer with a feature map. "
            f"The last of {len(names)} that it has is {problem.plain(names[-1])}.",
            icon=":material/layers_clear:",
        )
    return ", ".join([name for name in names if name in chosen] or gone)


def _group(
    grid: Grid, group: Sequence[Layer], picture: Picture, current: list[str], key: str
) -> list[str]:
    told = f"{grid[0]:d} × {grid[1]:d}"
    st.image(data_url(at_size(picture, grid)), width=SIDE, alt=f"The photo at {told} values")
    described = {one.name: _described(one) for one in group}
    tokens = max(one.prefix for one in group)
    before = f", after {tokens:d} other tokens" if tokens else ""
    return choice.several(
        st.multiselect,
        f"{told}{before}",
        list(described),
        [name for name in current if name in described],
        later=True,
        format_func=lambda name: described.get(name, name),
        key=f"{key}-{grid[0]}-{grid[1]}",
        placeholder=f"{len(group)} {'layer' if len(group) == 1 else 'layers'}",
    )


def _described(layer: Layer) -> str:
    shape = layer.output_shape or ()
    if layer.layout == "NLC":
        return f"{layer.name} · {layer.kind} · {shape[-1]} per token"
    channels = shape[layer.layout.index("C")] if shape and layer.layout else "unknown"
    told = f"{layer.name} · {layer.kind} · {channels} channels"
    return told if layer.layout != "NHWC" else f"{told}, last"
