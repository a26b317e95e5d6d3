"""Which metrics to show."""

from __future__ import annotations

import streamlit as st

from xai_core.scores.metrics.base import METRICS

KEY = "metrics-chosen"
DEFAULT = ("complexity", "sparseness", "effective-complexity", "mst-c", "pixel-flipping")


def show() -> list[str]:
    """Draw the choice; names in the order of the menu."""
    chosen = st.multiselect(
        "Metrics",
        METRICS.names(),
        default=list(DEFAULT),
        format_func=_label,
        key=KEY,
        persist_state="session",
    )
    st.caption(
        "All are of the map after removal at the quantile above. Those of the map alone are "
        "computed at once, those that ask the model on demand; sensitivity and Random Logit make "
        "each map again by the same method, parameters, seed and recipe."
    )
    return [name for name in METRICS.names() if name in chosen]


def _label(name: str) -> str:
    metric = METRICS[name]
    return metric.title if metric.needs == "map" else f"{metric.title} (asks the model)"
