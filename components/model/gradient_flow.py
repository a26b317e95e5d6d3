"""The norm of the gradient at every layer, from input to output: where it vanishes or stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from components.session import chart

STOPPED = "#e4572e"
FLOWS = "#2f7f86"
HEIGHT = 260


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
        xaxis={"showticklabels": len(names) <= 24, "title": "layers, input to output"},
        yaxis={"type": "log", "title": "gradient norm (log)"},
        showlegend=False,
    )
    stopped = sum(not lives for lives in alive)
    alt = f"Gradient norm at {len(flow)} layers, from input to output"
    chart.show(figure, key=key, alt=f"{alt}; none arrives at {stopped}" if stopped else alt)
    if stopped:
        st.caption(f"No gradient arrives at {stopped} of {len(flow)} layers (red lines).")
