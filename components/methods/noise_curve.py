"""What stays of a model's predictions at each level of noise on its weights."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from components.ranking.chart import MUTED, PALETTE
from components.session import chart
from xai_core.attribution.noise.rule import THRESHOLD, NoiseLevel


def show(found: NoiseLevel, chosen: float, *, key: str) -> None:
    """Draw what was measured, the falling curve, the threshold and the chosen level."""
    points = go.Scatter(
        x=found.levels,
        y=found.kept,
        mode="markers",
        name="measured",
        marker={"size": 8, "color": PALETTE[0]},
    )
    falling = go.Scatter(
        x=found.levels,
        y=found.smoothed,
        mode="lines",
        name="fitted, never rising",
        line={"color": PALETTE[0], "width": 2},
    )
    figure = go.Figure([falling, points])
    figure.add_hline(
        y=THRESHOLD,
        line={"width": 1, "dash": "dash", "color": MUTED},
        annotation={"text": "5 % of the way to chance", "font": {"color": MUTED}},
        annotation_position="bottom left",
    )
    figure.add_vline(x=chosen, line={"width": 2, "color": PALETTE[1]})
    figure.update_layout(
        height=280,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.35},
        xaxis={"title": "Deviation of the weights' noise", "fixedrange": True},
        yaxis={
            "title": "Kept of the predictions",
            "tickformat": ".0%",
            "range": [min(0.0, float(found.kept.min())) - 0.02, 1.05],
            "fixedrange": True,
        },
    )
    alt = f"Share of the predictions that is kept, by noise; {chosen:.2g} is chosen"
    chart.show(figure, key=key, alt=alt)


def kept_at(found: NoiseLevel, level: float) -> float | None:
    """The share that is kept at a level, between those measured; None beyond the last one."""
    if not found.levels[0] <= level <= found.levels[-1]:
        return None
    return float(np.interp(level, found.levels, found.smoothed))
