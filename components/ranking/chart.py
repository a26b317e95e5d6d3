"""Raw against after removal: a line for each method, and who crosses whom."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.maps.tiles import title_of
from components.session import chart
from xai_core.maps.theme import PALETTE as PALETTE
from xai_core.runs.run import Score

MUTED = "#8a8f98"
LINE_HEIGHT = 17  # pixels that a label needs


def show(
    scores: Mapping[str, Score], *, key: str, muted: Mapping[str, Score] | None = None
) -> None:
    """Draw both columns of scores; the lowest line is the most focused map.

    Args:
        muted: scores that stand among them and are not ranked, by title.
    """
    lines, beside = _complete(scores), _complete(muted or {})
    if not lines:
        st.caption("No method has a score on both sides.")
        return
    height = max(300, 36 * (len(lines) + len(beside)) + 200)
    values = [
        value for one in (*lines.values(), *beside.values()) for value in (one.raw, one.after)
    ]
    span = max(values) - min(values) or 1.0
    room = LINE_HEIGHT * span / (height - 90)
    figure = go.Figure(
        [
            *(_muted(title, one) for title, one in beside.items()),
            *(_line(title_of(name), one, _colour(lines, name)) for name, one in lines.items()),
        ]
    )
    for side, place in (("raw", 0), ("after", 1)):
        _label(figure, lines, side, place, room)
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.15},
        xaxis={
            "tickvals": [0, 1],
            "ticktext": ["raw", "after removal"],
            "range": [-0.6, 1.6],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={"title": "Complexity (nats), lower is better", "zeroline": False},
    )
    chart.show(figure, key=key, alt="Complexity raw and after removal")


def spread(values: list[float], room: float) -> list[float]:
    """Places for labels near `values`, each at least `room` above the one below it."""
    order = sorted(range(len(values)), key=lambda index: values[index])
    places = [0.0] * len(values)
    lowest = -np.inf
    for index in order:
        places[index] = lowest = max(values[index], float(lowest) + room)
    return places


def _complete(scores: Mapping[str, Score]) -> dict[str, Score]:
    return {
        name: one for name, one in scores.items() if np.isfinite(one.raw) and np.isfinite(one.after)
    }


def _muted(title: str, one: Score) -> go.Scatter:
    line = _line(title, one, MUTED)
    return line.update(line={"dash": "dot", "width": 1.5}, marker={"size": 6})


def _label(
    figure: go.Figure, lines: Mapping[str, Score], side: str, place: int, room: float
) -> None:
    values = [getattr(one, side) for one in lines.values()]
    for name, value, at in zip(lines, values, spread(values, room), strict=True):
        figure.add_annotation(
            x=place,
            y=at,
            text=f"{value:.3f}",
            showarrow=False,
            xanchor="left" if place else "right",
            xshift=10 if place else -10,
            font={"color": _colour(lines, name)},
        )


def _colour(lines: Mapping[str, Score], name: str) -> str:
    return PALETTE[list(lines).index(name) % len(PALETTE)]


def _line(title: str, one: Score, colour: str) -> go.Scatter:
    return go.Scatter(
        x=[0, 1],
        y=[one.raw, one.after],
        name=title,
        mode="lines+markers",
        line={"color": colour, "width": 3},
        marker={"size": 10},
        hovertemplate="%{fullData.name}: %{y:.4f} nats<extra></extra>",
    )
