"""How the values of a map are spread; the pedestal is the high bar on the left."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from jaxtyping import Float

BINS = 80
LAST = 99.5  # percentile; what lies above shares the last bar, or a hot pixel would hide the rest


def show(
    values: Float[np.ndarray, "h w"], *, title: str, key: str, baseline: float | None = None
) -> None:
    """Draw the histogram of one map on a logarithmic count axis.

    The last bar holds everything above the map's 99.5th percentile.

    Args:
        baseline: marked, with what lies below it in grey; None marks nothing.
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        st.caption(f"{title}: the map has no finite values.")
        return
    top = float(np.percentile(finite, LAST)) or float(finite.max())
    counts, edges = np.histogram(np.minimum(finite, top), bins=BINS)
    middles = (edges[:-1] + edges[1:]) / 2
    figure = go.Figure(_bars(middles, counts, edges, baseline))
    if baseline is not None:
        figure.add_vline(
            x=baseline,
            line_width=2,
            line_color="#e4572e",
            annotation_text=f"baseline {baseline:.3g}",
            annotation_position="top right",
        )
    figure.update_layout(
        height=210,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        bargap=0.04,
        showlegend=False,
        title={"text": f"{title} (last bar: ≥ {top:.2g})", "font": {"size": 13}},
        yaxis={"type": "log", "title": "pixels (log)", "dtick": 1},
        xaxis={"title": None},
    )
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=f"Histogram: {title}")


def _bars(
    middles: np.ndarray, counts: np.ndarray, edges: np.ndarray, baseline: float | None
) -> go.Bar:
    below = middles <= baseline if baseline is not None else np.zeros(len(middles), dtype=bool)
    return go.Bar(
        x=middles,
        y=counts,
        width=np.diff(edges),
        marker={"color": np.where(below, "#9aa3ad", "#2f7f86"), "line": {"width": 0}},
        hovertemplate="%{x:.3g}: %{y} pixels<extra></extra>",
    )
