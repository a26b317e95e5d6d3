"""Both scores of every method as bars, best after removal first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.tiles import title_of
from xai_core.runs import Score


def show(scores: Mapping[str, Score], *, key: str) -> None:
    """Draw the bars; a score that is not defined has none."""
    names = sorted(scores, key=lambda name: (np.isnan(scores[name].after), scores[name].after))
    titles = [title_of(name) for name in names]
    figure = go.Figure(
        [
            go.Bar(
                y=titles,
                x=[getattr(scores[name], side) for name in names],
                name=label,
                orientation="h",
                marker={"color": colour},
                text=[f"{getattr(scores[name], side):.3f}" for name in names],
                textposition="inside",
                insidetextanchor="start",
            )
            for side, label, colour in (
                ("after", "after removal", "#2f7f86"),
                ("raw", "raw", "#9aa3ad"),
            )
        ]
    )
    figure.update_layout(
        height=60 * len(names) + 120,
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        yaxis={"autorange": "reversed", "automargin": True},
        xaxis={"title": "Complexity (nats)"},
        legend={"orientation": "h", "traceorder": "reversed", "yanchor": "bottom", "y": 1.02},
        barmode="group",
    )
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt="Complexity as bars")
