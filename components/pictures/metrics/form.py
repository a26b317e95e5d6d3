"""A form for the parameters of the metrics that a study measures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import streamlit as st

from components.methods import fields
from components.pictures import choice as study_choice
from components.session import problem, text
from components.session.state.workspace import StudyState, Workspace
from xai_core.base.errors import XaiError
from xai_core.base.parameters import build, describe
from xai_core.scores.metrics.base import METRICS

MOST_COLUMNS = 4


def show(space: Workspace) -> None:
    """Draw it; nothing where no metric has any."""
    names = [one for one in study_choice.measured(space) if describe(METRICS[one].Parameters)]
    if not names:
        return
    st.markdown("**Parameters**")
    titles = [text.plain(METRICS[name].title) for name in names]
    for tab, name in zip(st.tabs(titles), names, strict=True):
        with tab:
            _form(space.study_state, name)


def _form(state: StudyState, metric: str) -> None:
    """A change is kept at once, a wrong value is refused with its reason."""
    plugin = METRICS[metric]
    st.caption(text.plain(plugin.definition))
    infos = describe(plugin.Parameters)
    before = {**asdict(plugin.Parameters()), **state.metric_settings.get(metric, {})}
    columns, given = st.columns(min(MOST_COLUMNS, len(infos))), dict[str, Any]()
    for place, info in enumerate(infos):
        with columns[place % len(columns)]:
            key = f"many-metric-{metric}-{info.name}"
            given[info.name] = fields.draw(info, before[info.name], key)
    try:
        build(plugin.Parameters, given)
    except XaiError as error:
        problem.show(error)
        return
    state.metric_settings[metric] = given
