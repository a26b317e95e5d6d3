"""The norm of the gradient at every layer, from input to output: where it vanishes or stops."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from components.session import chart

STOPPED = "#e4572e"
FLOWS = "#2f7f86"
HEIGHT = 260
NAMED, SIGNS = 14, 14  # layers that are named on the axis; signs of such a name
MARKS, PLAIN = 5, 3  # decades that are marked at most; the power of ten up to which they are plain
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def show(flow: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """Draw the flow. `flow`: `layer`, `kind` and `norm`, None where nothing arrives."""
    if not flow:
        st.caption("The layers of this model cannot be watched.")
        return
    names = [f"{place}. {entry['layer']}" for place, entry in enumerate(flow, 1)]
    alive = [bool(entry.get("norm")) for entry in flow]
    figure = go.Figure(
        [
            go.Scatter(
                x=names,
                y=[entry.get("norm") or None for entry in flow],
                mode="lines+markers",
                line={"color": FLOWS},
                connectgaps=False,
                customdata=[entry.get("kind", "") for entry in flow],
                hovertemplate="%{x} (%{customdata}): %{y:.3g}<extra></extra>",
                name="gradient norm",
            )
        ]
    )
    for name, lives in zip(names, alive, strict=True):
        if not lives:
            figure.add_vline(x=name, line_color=STOPPED, line_width=1, opacity=0.5)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis=_layers(names),
        yaxis=_decades([float(one["norm"]) for one in flow if one.get("norm")]),
        showlegend=False,
    )
    stopped = sum(not lives for lives in alive)
    alt = f"Gradient norm at {len(flow)} layers, from input to output"
    chart.show(figure, key=key, alt=f"{alt}; none arrives at {stopped}" if stopped else alt)
    if stopped:
        st.caption(f"No gradient arrives at {stopped} of {len(flow)} layers (red lines).")


def _layers(names: Sequence[str]) -> dict[str, Any]:
    """The axis across. Of categories: Plotly reads "12. 1" as the number 12.1."""
    marks = {"tickvals": list(names), "ticktext": [_short(one) for one in names]}
    shown = {"title": "layers, input to output", "showticklabels": len(names) <= NAMED}
    return {"type": "category", **shown, **marks}


def _short(name: str) -> str:
    """With its number and its end, which tell it from its neighbours."""
    place, _, layer = name.partition(". ")
    return name if len(name) <= SIGNS else f"{place}. …{layer[len(place) + 3 - SIGNS :]}"


def _decades(norms: Sequence[float]) -> dict[str, Any]:
    """The axis upwards, in whole decades, each marked by a power of ten and nothing between."""
    axis: dict[str, Any] = {"type": "log", "title": "gradient norm (log)"}
    powers = [math.log10(one) for one in norms if one > 0 and math.isfinite(one)]
    if not powers:
        return axis
    low = math.floor(min(powers))
    high = max(low + 1, math.ceil(max(powers)))
    marked = range(low, high + 1, math.ceil((high - low) / MARKS))
    plain = max(map(abs, marked)) <= PLAIN
    texts = [f"{10.0**one:g}" if plain else f"10{str(one).translate(RAISED)}" for one in marked]
    edge = 0.04 * (high - low)  # a marker on the edge is whole
    seen = {"range": [low - edge, high + edge], "tickvals": [10.0**one for one in marked]}
    return {**axis, **seen, "ticktext": texts}
