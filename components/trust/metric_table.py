"""Methods by metrics as a table, the best of each column marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from components.maps.tiles import title_of
from components.session import problem, text
from components.trust.measurements import Measurements
from xai_core.base.finding import by_reason
from xai_core.scores.metrics.base import METRICS, Metric

ARROWS = {"lower": "↓", "higher": "↑"}
BEST = "background-color: rgba(47, 127, 134, 0.3)"


def show(
    measurements: Measurements, *, key: str, beside: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """Draw the table, and below it why a map has no score.

    Args:
        beside: further columns of text, by title and method.
    """
    metrics = [METRICS[name] for name in measurements.metrics]
    scores = {head(metric): measurements.scores(metric.name) for metric in metrics}
    table = pd.DataFrame(scores, index=list(measurements.run.attributions))
    table.index = pd.Index([title_of(name) for name in table.index], name="Method")
    best = {head(metric): _best(table[head(metric)], metric) for metric in metrics}
    for name, told in (beside or {}).items():
        table[name] = [told.get(method, "–") for method in measurements.run.attributions]
    formats: Any = {name: _marking(value) for name, value in best.items()}
    style = table.style.format(formats, na_rep="–")
    for name, value in best.items():
        style = style.map(lambda score, value=value: BEST if score == value else "", subset=[name])
    columns = {head(metric): _column(metric) for metric in metrics}
    st.dataframe(style, key=key, column_config=columns, placeholder="–")
    st.caption("★ is the best of a column; ↓ lower is better, ↑ higher is better; – has no score.")
    _missing(measurements)


def _missing(measurements: Measurements) -> None:
    without = {
        f"{METRICS[metric].title} of {text.title_of(name)}": one.cause or ""
        for (metric, name), one in measurements.found.items()
        if one.score is None
    }
    if without:
        with st.expander("Why there is no score"):
            for why, names in by_reason(without).items():
                st.caption(f"{text.plain(', '.join(names))}: {problem.plain(why)}")


def head(metric: Metric) -> str:
    """A metric's title with the direction in which it is better."""
    return f"{metric.title} {ARROWS[metric.direction]}"


def _best(scores: pd.Series[float], metric: Metric) -> float:
    return float(scores.min() if metric.direction == "lower" else scores.max())


def _marking(best: float) -> Callable[[float], str]:
    def text(score: float) -> str:
        shown = f"{score:,.0f}" if abs(score) >= 1000 else f"{score:.4g}"
        return f"★ {shown}" if score == best and np.isfinite(score) else shown

    return text


def _column(metric: Metric) -> Any:
    return st.column_config.NumberColumn(
        head(metric),
        help=f"{metric.definition}\n\nCost: {metric.cost}\n\nSource: {metric.citation}",
    )
