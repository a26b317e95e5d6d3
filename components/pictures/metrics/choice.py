"""Which metrics a study measures beside Complexity."""

from __future__ import annotations

import streamlit as st

from components.pictures import choice as study_choice
from components.pictures import maps_choice
from components.pictures.metrics import form
from components.session import choice, text
from components.session.state.workspace import Workspace
from xai_core.scores.metrics.base import FAMILIES, METRICS, GroupMetric, Metric
from xai_core.scores.public.asked_metric import AskedMetric

SCORE = "complexity"  # which every study computes


def show(space: Workspace) -> None:
    """Draw the choice, and that of maps to keep."""
    state = space.study_state
    masks = sum(one.mask is not None for one in study_choice.subjects(space))
    with st.expander("Further metrics, and maps to keep", icon=":material/analytics:"):
        state.metrics = choice.several(
            st.multiselect,
            "Measure every map by",
            [one.name for one in METRICS if _offered(one)],
            state.metrics,
            key="many-metrics",
            format_func=_label,
        )
        if masks or state.localise:
            state.localise = choice.value(
                st.toggle,
                f"Localisation: compare maps with the masks of {masks:d} pictures",
                state.localise,
                key="many-localise",
            )
        state.removal = choice.value(
            st.number_input,
            "After removal at quantile",
            state.removal,
            key="many-removal",
            min_value=0.0,
            max_value=0.99,
            step=0.05,
        )
        form.show(space)
        st.caption(
            "They are measured while the maps are made. A metric that comes later makes the maps "
            "once more, for that alone: scores and figures that are there are taken over. Those "
            "that ask the model take longer. "
            "A mask is called as its picture: `a.mask.png` or `a.seg.png` beside `a.jpg`."
        )
        maps_choice.show(space)
    told = _told(space)
    if told:
        st.caption(text.plain(told))


def _told(space: Workspace) -> str:
    """What is chosen, where that is folded away."""
    metrics = study_choice.metrics(space)
    titles = list(dict.fromkeys(AskedMetric.of_text(one).plugin.title for one in metrics))
    found = [f"Measured beside Complexity: {', '.join(titles)}."] if titles else []
    kept = maps_choice.told(space)
    return " ".join([*found, f"Maps to keep: {kept}."] if kept else found)


def _offered(metric: Metric) -> bool:
    apart = isinstance(metric, GroupMetric) or metric.needs == "masks"
    return not apart and metric.name != SCORE


def _label(name: str) -> str:
    metric = METRICS[name]
    asks = ", asks the model" if metric.needs == "model" else ""
    return f"{metric.title} ({FAMILIES[metric.family][0].lower()}{asks})"
