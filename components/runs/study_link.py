"""A kept study on screen: opened from an address or from the list, and left again."""

from __future__ import annotations

import streamlit as st

from components.runs.link import STUDY
from components.session import kept_runs, problem, text
from components.session.state.workspace import Workspace
from components.tuning import quantile
from xai_core.base.errors import XaiError
from xai_core.studies.result import StudyResult, kept_study


def follow(space: Workspace) -> None:
    """Open the study that the address names, once; then keep the one on screen in the address."""
    study_state, given = space.study_state, st.query_params.get(STUDY)
    if given and given != study_state.run_id:
        try:
            open_(space, given)
        except XaiError as error:
            problem.show(error)
            return
        quantile.choose(space, st.query_params.get(quantile.KEY))
    if study_state.run_id is not None:
        st.query_params[STUDY] = study_state.run_id


def open_(space: Workspace, name: str) -> None:
    """Put a kept study on screen. Raises `InputError` where there is none."""
    store, study_state = kept_runs.store(), space.study_state
    entry = store.entry(name)
    study_state.opened, study_state.run_id = kept_study(store, name), name
    quantile.choose(space, study_state.opened.quantile)
    space.quantile_page = ""  # the slider takes it, as on a change of pages
    if entry.label.owner != kept_runs.owner():
        space.linked.add(name)


def banner(space: Workspace, study: StudyResult) -> None:
    """Say what is on screen, and offer the way back."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.info(
        f"On screen is a kept study of **{problem.plain(study.model)}** on "
        f"{text.counted(len(study.pictures), 'picture')}, computed "
        f"{problem.plain(study.created[:16].replace('T', ' '))} UTC.",
        icon=":material/visibility:",
    )
    if right.button("Choose pictures", key="study-leave", width="stretch"):
        space.study_state.opened = space.study_state.run_id = None
        if STUDY in st.query_params:
            del st.query_params[STUDY]
        st.rerun()


def kept_as(space: Workspace, study: StudyResult) -> str | None:
    """The id of the study on screen, where it is kept."""
    study_state = space.study_state
    if study_state.opened is not None:
        return study_state.run_id
    name = study.fingerprint
    if (
        study_state.kept.get(name) is None
        and study_state.keeper is not None
        and study_state.keeper.id is not None
    ):
        study_state.kept.pop(name, None)  # something was kept since
    if name not in study_state.kept:
        study_state.kept[name] = kept_runs.study_with(space, name)
    return study_state.kept[name]
