"""The interactive figure of a report: maps, sweep, and a slider that removes the baseline.

A map after removal is the map before it, coloured from the baseline up. So the slider moves the
lower end of each colour scale, the line in the sweep and the scores, and needs no code of its own.
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from xai_core.methods.base import title_of
from xai_core.report.style import BRIGHTEST, MAP, colour_of
from xai_core.report.subject import QUANTILES, Subject

WIDTH, COLUMNS, GAP = 700, 3, 0.03
ROW, SWEEP, BINS, STEP = 300, 300, 64, 2
CONFIG = {"displaylogo": False, "displayModeBar": False}


def bench(subject: Subject) -> go.Figure:
    """Maps over the sweep, with the slider."""
    rows = -(-len(subject.methods) // COLUMNS)
    height = rows * ROW + SWEEP + 120
    figure = go.Figure()
    for at, name in enumerate(subject.methods):
        _map(figure, subject, name, at, height)
    _curves(figure, subject, SWEEP / height)
    places = sorted({*range(0, len(QUANTILES), STEP), _nearest(subject.quantile)})
    figure.update_layout(
        width=WIDTH,
        height=height,
        margin={"l": 60, "r": 10, "t": 30, "b": 120},
        plot_bgcolor="#ffffff",
        showlegend=True,
        legend={"orientation": "h", "y": SWEEP / height + 0.01, "yanchor": "bottom"},
        shapes=[_line(subject.quantile)],
        sliders=[_slider(subject, places)],
    )
    return figure


def histograms(subject: Subject) -> go.Figure:
    """How often each value is, before removal; counts on a logarithmic axis."""
    figure = go.Figure()
    for name, values in subject.before.items():
        finite = values[np.isfinite(values)]
        if finite.size == 0 or finite.max() == 0:
            continue
        counts, edges = np.histogram(finite / finite.max(), BINS)
        figure.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            name=escape(title_of(name)),
            line={"shape": "hvh", "color": colour_of(subject.methods, name)},
        )
        figure.add_vline(
            x=subject.removals[name].baseline / float(finite.max()),
            line={"dash": "dash", "color": colour_of(subject.methods, name)},
        )
    figure.update_layout(
        width=WIDTH,
        height=320,
        margin={"l": 60, "r": 10, "t": 10, "b": 50},
        plot_bgcolor="#ffffff",
        showlegend=True,
        xaxis={"title": "value, as a share of the map's maximum; dashed: the baseline"},
        yaxis={"title": "pixels", "type": "log"},
    )
    return figure


def _map(figure: go.Figure, subject: Subject, name: str, at: int, height: int) -> None:
    row, column, index = at // COLUMNS, at % COLUMNS, at + 2  # the sweep has the first axes
    left = column * (1 + GAP) / COLUMNS
    top = 1 - row * ROW / height
    values = subject.before[name]
    figure.add_heatmap(
        z=values.astype(np.float32),
        colorscale=MAP,
        showscale=False,
        zmin=_low(subject, name, subject.quantile),
        zmax=float(np.nanpercentile(values, BRIGHTEST)) or 1.0,
        xaxis=f"x{index}",
        yaxis=f"y{index}",
        hovertemplate="row %{y}, column %{x}: %{z:.4g}<extra></extra>",
    )
    domain = [left, left + (1 - GAP * (COLUMNS - 1)) / COLUMNS]
    hidden = {"showticklabels": False, "showgrid": False, "zeroline": False}
    figure.update_layout(
        {
            f"xaxis{index}": {"domain": domain, "anchor": f"y{index}", **hidden},
            f"yaxis{index}": {
                "domain": [top - (ROW - 70) / height, top],
                "anchor": f"x{index}",
                "scaleanchor": f"x{index}",
                "autorange": "reversed",
                "constrain": "domain",
                **hidden,
            },
        }
    )
    figure.add_annotation(
        x=left,
        y=top,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        text=_told(subject, name, _nearest(subject.quantile)),
    )


def _curves(figure: go.Figure, subject: Subject, share: float) -> None:
    for name, curve in subject.curves.items():
        figure.add_scatter(
            x=QUANTILES,
            y=curve,
            name=escape(title_of(name)),
            line={"color": colour_of(subject.methods, name)},
            hovertemplate="q = %{x:.2f}: %{y:.4f} nats",
        )
    figure.update_layout(
        xaxis={"title": "baseline quantile", "range": [0, 0.99], "gridcolor": "#e5e9eb"},
        yaxis={
            "title": "Complexity (nats)",
            "domain": [0, share - 0.06],
            "gridcolor": "#e5e9eb",
        },
    )


def _slider(subject: Subject, places: list[int]) -> dict[str, Any]:
    return {
        "active": places.index(_nearest(subject.quantile)),
        "currentvalue": {"prefix": "baseline quantile "},
        "pad": {"t": 50},
        "steps": [_step(subject, place) for place in places],
    }


def _step(subject: Subject, place: int) -> dict[str, Any]:
    quantile = float(QUANTILES[place])
    lows = [_low(subject, name, quantile) for name in subject.methods]
    texts = {
        f"annotations[{at}].text": _told(subject, name, place)
        for at, name in enumerate(subject.methods)
    }
    moved = {"shapes[0].x0": quantile, "shapes[0].x1": quantile}
    traces = list(range(len(subject.methods)))
    return {
        "label": f"{quantile:.2f}",
        "method": "update",
        "args": [{"zmin": lows}, {**texts, **moved}, traces],
    }


def _told(subject: Subject, name: str, place: int) -> str:
    score = subject.curves[name][place]
    told = f"{score:.3f} nats" if np.isfinite(score) else "no score"
    return f"<b>{escape(title_of(name))}</b> {told}"


def _low(subject: Subject, name: str, quantile: float) -> float:
    return float(np.nanquantile(subject.before[name], quantile))


def _line(quantile: float) -> dict[str, Any]:
    span = {"x0": quantile, "x1": quantile, "y0": 0, "y1": 1, "xref": "x", "yref": "y domain"}
    return {"type": "line", "line": {"dash": "dot", "color": "#5b666d"}, **span}


def _nearest(quantile: float) -> int:
    return int(np.abs(QUANTILES - quantile).argmin())
