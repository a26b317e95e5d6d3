"""Which metrics to show."""

from __future__ import annotations

import streamlit as st

from components.session import text
from xai_core.demo.masks import MISSING, mask_of
from xai_core.runs.run import Run
from xai_core.scores.metrics.base import FAMILIES, METRICS, GroupMetric

KEY = "metrics-chosen"
DEFAULT = ("complexity", "sparseness", "effective-complexity", "mst-c", "pixel-flipping")


def show(run: Run) -> list[str]:
    """Draw the choice of what is defined for a run; names in the order of the menu."""
    mask = mask_of(run)
    offered = [
        one.name
        for one in METRICS
        if (one.needs != "masks" or mask is not None) and not isinstance(one, GroupMetric)
    ]
    kept = st.session_state.get(KEY)
    if kept is not None and not {*kept} <= {*offered}:  # of a run that had a mask
        st.session_state[KEY] = [name for name in kept if name in offered]
    chosen = st.multiselect(
        "Metrics",
        offered,
        default=list(DEFAULT) if kept is None else None,
        format_func=_label,
        key=KEY,
        persist_state="session",
    )
    st.caption(
        "All are of the map after removal at the quantile above. Those of the map alone are "
        "computed at once, those that ask the model on demand. Metrics of robustness and of "
        "randomisation make each map again by the same method, parameters, seed and recipe. "
        + (MISSING if mask is None else f"The mask of localisation is {text.plain(mask[1])}.")
    )
    return [name for name in METRICS.names() if name in chosen]


def _label(name: str) -> str:
    metric = METRICS[name]
    family = [] if metric.family == "complexity" else [FAMILIES[metric.family][0].lower()]
    told = ", ".join(family + ["asks the model"] * (metric.needs == "model"))
    return f"{metric.title} ({told})" if told else metric.title
