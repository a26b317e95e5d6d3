"""One metric against another, a point for each method, and what can be read off it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.maps.tiles import title_of
from components.ranking.chart import PALETTE
from components.session import chart, choice, text
from components.trust.measurements import Measurements
from xai_core.scores.metrics.base import METRICS
from xai_core.scores.ranking import Ranking, agreement, rank

AXES = ("metrics-x", "metrics-y")  # keys of the choices
FOCUS, FAITHFULNESS = "complexity", "pixel-flipping"


def show(measurements: Measurements, *, key: str) -> None:
    """Draw the choice of two metrics, the points and the sentences."""
    if len(measurements.metrics) < 2:
        st.caption("Choose two metrics to set one against the other.")
        return
    left, right = st.columns(2)
    with left:
        across = _chosen("Across", measurements.metrics, FOCUS, 0, AXES[0])
    with right:
        up = _chosen("Upwards", measurements.metrics, FAITHFULNESS, 1, AXES[1])
    first, second = (rank(measurements.scores(name), name) for name in (across, up))
    both = [entry.name for entry in first.entries if entry.place and second.place(entry.name)]
    if not both:
        st.caption(f"No map has a {METRICS[across].title} and a {METRICS[up].title} yet.")
        return
    _draw(measurements, across, up, both, key)
    st.markdown(f"{headline(first, second)} {_agreement(first, second, len(both))}")


def headline(first: Ranking, second: Ranking) -> str:
    """One sentence: where the best by one metric stands by the other."""
    names = [entry.name for entry in first.entries if entry.place and second.place(entry.name)]
    one, other = METRICS[first.metric].title, METRICS[second.metric].title
    places = {name: second.place(name) or 0 for name in names}
    leader, last = names[0], max(places.values())
    titled = text.title_of(leader)
    if len(names) < 2 or first.metric == second.metric:
        return f"**{titled}** is the best by {one}."
    if places[leader] == min(places.values()):
        return f"**{titled}** is the best of {len(names)} by {one} and by {other} alike."
    stands = "the last" if places[leader] == last else f"only number {places[leader]:d}"
    moral = ": focused is not the same as right"
    told = moral if (first.metric, second.metric) == (FOCUS, FAITHFULNESS) else ""
    return f"**{titled}** is the best of {len(names)} by {one}, and {stands} by {other}{told}."


def _agreement(first: Ranking, second: Ranking, count: int) -> str:
    tau = agreement(first, second)
    if count < 3 or not np.isfinite(tau):
        return "Rank agreement needs three methods or more."
    return f"Kendall's τ of the two rankings is {tau:.2f}: 1 is the same order, −1 the opposite."


def _chosen(label: str, names: Sequence[str], wanted: str, otherwise: int, key: str) -> str:
    return choice.one(
        st.selectbox,
        text.plain(label),
        names,
        wanted,
        key=key,
        later=True,
        otherwise=otherwise,
        format_func=lambda name: METRICS[name].title,
    )


def _draw(measurements: Measurements, across: str, up: str, names: Sequence[str], key: str) -> None:
    x, y = measurements.scores(across), measurements.scores(up)
    figure = go.Figure(
        go.Scatter(
            x=[x[name] for name in names],
            y=[y[name] for name in names],
            text=[title_of(name) for name in names],
            mode="markers+text",
            textposition="top center",
            cliponaxis=False,
            marker={"size": 12, "color": PALETTE[0]},
            hovertemplate="%{text}: %{x:.4g}, %{y:.4g}<extra></extra>",
        )
    )
    figure.update_layout(
        height=420,
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        xaxis={"title": _axis(across), "zeroline": False, "range": _room(x, names)},
        yaxis={"title": _axis(up), "zeroline": False},
    )
    alt = f"{METRICS[across].title} against {METRICS[up].title}"
    chart.show(figure, key=key, alt=alt)


def _room(values: dict[str, float], names: Sequence[str]) -> list[float]:
    """The axis, wide enough for the names beside its outermost points."""
    low, high = (edge(values[name] for name in names) for edge in (min, max))
    beside = 0.25 * (high - low) or 0.1 * abs(high) or 1.0
    return [low - beside, high + beside]


def _axis(name: str) -> str:
    return f"{METRICS[name].title}, {METRICS[name].direction} is better"
