"""The layer that a neuron lies in, by its name and by what it gives."""

from __future__ import annotations

import streamlit as st

from components.session import backend, choice, problem
from components.session.state.workspace import Workspace
from xai_core.attribution.capabilities import Layer
from xai_core.base.errors import XaiError

NONE = "The layers of this model are out of sight, and so are its neurons."


def show(space: Workspace, current: str, *, key: str) -> str:
    """Draw the choice; the name of the layer, empty where the model shows none."""
    try:
        found = backend.layers(space.sources[space.source], space.photos[space.photo])
    except XaiError as error:
        problem.show(error)
        return current
    layers = {one.name: one for one in found if one.name and len(one.output_shape or ()) > 1}
    if not layers:
        st.caption(NONE)
        return ""
    names = list(layers)
    return choice.one(
        st.selectbox,
        "Layer",
        names,
        current or _usual(list(layers.values())),
        key=f"{key}-layer",
        later=True,
        format_func=lambda name: _described(layers[name]),
        help="What it gives is written without the batch, in the layer's own order.",
    )


def _usual(layers: list[Layer]) -> str:
    """The last with a feature map before the output, else the first."""
    return next((one.name for one in reversed(layers[:-1]) if one.spatial), layers[0].name)


def _described(layer: Layer) -> str:
    sides = "×".join(map(str, (layer.output_shape or ())[1:]))
    return f"{layer.name} · {layer.kind} · {sides}"
