"""Mean Complexity over all quantiles with its confidence band, a colour for each method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from components.ranking.chart import PALETTE
from components.session import chart
from xai_core.scores.bootstrap import Band
from xai_core.studies.entry import QUANTILES

OPACITY = 0.18


def show(names: Sequence[str], found: Band, quantile: float, *, key: str) -> None:
    """Draw the curves. found: `[M, Q]`."""
    figure = go.Figure()
    for column, name in enumerate(names):
        if np.isfinite(found.mean[column]).any():
            colour = PALETTE[column % len(PALETTE)]
            figure.add_traces([_band(found, column, colour), _mean(found, column, name, colour)])
    figure.add_vline(x=quantile, line={"width": 1.5, "dash": "dot", "color": "#888888"})
    figure.update_layout(
        height=420,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hovermode="x unified",
        legend={"orientation": "h", "y": -0.2},
        xaxis={"title": "Baseline quantile", "range": [0, 1], "fixedrange": True},
        yaxis={"title": "Mean Complexity (nats), lower is better", "fixedrange": True},
    )
    chart.show(
        figure,
        key=key,
        alt="Mean Complexity with its interval at every quantile",
    )


def _mean(found: Band, column: int, name: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=QUANTILES,
        y=found.mean[column],
        name=name,
        mode="lines",
        line={"color": colour, "width": 2.5},
        customdata=np.stack([found.low[column], found.high[column]], axis=1),
        hovertemplate="%{y:.3f} [%{customdata[0]:.3f}, %{customdata[1]:.3f}]",
    )


def _band(found: Band, column: int, colour: str) -> go.Scatter:
    known = np.isfinite(found.low[column])
    x = QUANTILES[known]
    edges = np.concatenate([found.low[column][known], found.high[column][known][::-1]])
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=edges,
        fill="toself",
        fillcolor=f"rgba{(*(int(colour[place : place + 2], 16) for place in (1, 3, 5)), OPACITY)}",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
