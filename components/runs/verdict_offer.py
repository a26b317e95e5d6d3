"""Before something is shared: the offer to check its model, so that the report holds the proof."""

from __future__ import annotations

import streamlit as st

from components.session import backend, kept_runs, problem, run_source
from components.session.state.workspace import Workspace
from xai_core.base.errors import XaiError
from xai_core.runs.run import Run
from xai_core.studies.result import StudyResult


def show(space: Workspace, run: Run | StudyResult, run_id: str | None, *, key: str) -> None:
    """Draw it for a model that was not checked; `run_id`: where the verdict is kept, too."""
    st.caption("The model was not checked yet, so the report has no verdict.")
    title = run_source.model_of(space, run)
    if title is None or not st.button(
        "Check the model", icon=":material/fact_check:", key=f"{key}-check", width="stretch"
    ):
        return
    try:
        found = backend.verdict(space.sources[title], space.photos[space.photo])
        store = kept_runs.store()
        if run_id is not None and store.entry(run_id).label.owner == kept_runs.owner():
            store.add_verdict(run_id, found)
    except XaiError as error:
        problem.show(error)
        return
    space.verdicts[title] = found
    st.rerun()
