"""How often each method takes each place, as stacked bars."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from components.session import chart
from xai_core.maps.colours import lookup
from xai_core.scores.statistics import Statistics


def show(names: Sequence[str], here: Statistics, *, key: str) -> None:
    """Draw a bar for each method, in the order of means."""
    if not here.places.pictures:
        st.caption("No picture has a score of all methods.")
        return
    shares = here.places.shares
    order = [column for column in here.order if here.places.compared[column]]
    figure = go.Figure(
        [
            go.Bar(
                y=[names[column] for column in order],
                x=[100 * shares[column, place] for column in order],
                name=f"{place + 1}.",
                orientation="h",
                marker={"color": _colour(place, len(order))},
                hovertemplate=f"place {place + 1}: %{{x:.0f}} % of pictures<extra>%{{y}}</extra>",
            )
            for place in range(len(order))
        ]
    )
    _lay_out(figure, len(order))
    chart.show(figure, key=key, alt="Share of pictures by place")


def _lay_out(figure: go.Figure, rows: int) -> None:
    figure.update_layout(
        barmode="stack",
        height=140 + 34 * rows,
        margin={"l": 8, "r": 24, "t": 40, "b": 8},
        legend={
            **{"orientation": "h", "traceorder": "normal", "title": "Place "},
            **{"yanchor": "bottom", "y": 1.0},
        },
        xaxis={"ticksuffix": " %", "range": [0, 100], "dtick": 25, "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True},
    )


def _colour(place: int, places: int) -> str:
    """From viridis, without its ends, which vanish on a dark or a light page."""
    at = 0.2 + 0.6 * (1 - place / max(1, places - 1))
    red, green, blue = lookup("viridis")[round(255 * at)]
    return f"rgb({red}, {green}, {blue})"
