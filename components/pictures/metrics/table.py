"""The metrics of a study: means over the pictures with intervals, method by method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from components.ranking.statistics import statistics
from components.session import text
from xai_core.scores.metrics.base import FAMILIES
from xai_core.scores.statistics import Statistics
from xai_core.studies.figures.measured import asked_metric, lower
from xai_core.studies.table import Table

MOST = 20  # causes that are told


def show(table: Table, names: Sequence[str]) -> None:
    """Draw them; nothing where the study has none. names: of the methods."""
    if not table.figures:
        return
    st.markdown("### Further metrics")
    rows = [_row(metric, values, names) for metric, values in table.figures.items()]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, placeholder="–", alt="Means of each metric, by method"
    )
    st.caption(
        "Means over the pictures that have a figure, with 95 % intervals. The arrow says which "
        "values are better; ★ marks the best mean."
    )
    causes = Counter((metric, why) for (_, _, metric), why in table.reasons.items())
    if causes:
        count = sum(causes.values())
        lacking = "1 figure is" if count == 1 else f"{count:,d} figures are"
        with st.expander(f"{text.plain(lacking)} missing", icon=":material/block:"):
            told = [
                {"Metric": _title(metric), "Maps": maps, "Why": why}
                for (metric, why), maps in causes.most_common(MOST)
            ]
            st.dataframe(pd.DataFrame(told), hide_index=True, placeholder="–")


def _row(metric: str, values: np.ndarray, names: Sequence[str]) -> dict[str, str]:
    asked = asked_metric(metric)
    found = statistics(values, lower(metric))
    family = "" if asked is None else FAMILIES[asked.plugin.family][0]
    arrow = "" if asked is None else {"lower": " ↓", "higher": " ↑"}[asked.plugin.direction]
    starred = asked is not None and len(found.order) > 1  # else nobody knows which are better
    cells = {name: _cell(found, column, starred) for column, name in enumerate(names)}
    return {"Metric": f"{_title(metric)}{arrow}", **cells, "Family": family}


def _cell(found: Statistics, column: int, starred: bool) -> str:
    mean, low, high = (
        float(one[column]) for one in (found.means.mean, found.means.low, found.means.high)
    )
    if not np.isfinite(mean):
        return "–"
    best = starred and mean == found.means.mean[found.order[0]]
    star = " ★" if best else ""
    sure = f" [{low:.3f}, {high:.3f}]" if np.isfinite(low) else ""
    return f"{mean:.3f}{sure}{star}"


def _title(metric: str) -> str:
    asked = asked_metric(metric)
    return text.plain(metric) if asked is None else text.plain(f"{asked.title}, {asked.where}")
