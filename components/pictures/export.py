"""The study on screen, to take away: link, picture, report, files and code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import streamlit as st

from components.maps.tiles import title_of
from components.pictures import choice as study_choice
from components.pictures import sheet
from components.runs import copy_link, export, study_link, verdict_offer
from components.session import choice, decoding, kept_runs, text
from components.session.decoding import Decode
from components.session.jobs.keeper import Keeper
from components.session.state.workspace import Workspace
from xai_core.report.study import code
from xai_core.report.study.subject import study_subject_of
from xai_core.studies.result import StudyResult


def show(space: Workspace, study: StudyResult, quantile: float) -> None:
    """Draw the buttons. A link leads to a study that is kept; what is not complete is not."""
    name = study_link.kept_as(space, study)
    with st.container(horizontal=True, vertical_alignment="center"):
        if name is not None:
            copy_link.show(space, page="pictures", study=name)
        elif study.table.done == len(study.pictures):
            _offer_to_keep(space, study)
        _files(space, study, quantile, name)


def _files(space: Workspace, study: StudyResult, quantile: float, name: str | None) -> None:
    with st.popover("Share", icon=":material/ios_share:"):
        names = list(study.methods)
        chosen = choice.several(
            st.multiselect,
            "Methods",
            names,
            names,
            key="study-export-methods",
            later=True,
            format_func=title_of,
        )
        if not chosen:
            st.caption("Choose at least one method.")
            return
        subject = study_subject_of(
            study,
            quantile,
            tuple(chosen),
            verdict=export.verdict_of(space, study, name),
            setup=export.setup_of(space, study),
            run_id=name,
        )
        files, script = st.tabs(["Files", "Code"])
        with files:
            paths, decode = _paths(space), decoding.decoding()
            export.downloads(
                lambda: replace(subject, study=_pictured(subject.study, paths, decode)),
                key="study-export",
                stem="pedestal-study",
            )
            if subject.verdict is None:
                verdict_offer.show(space, study, name, key="study-export")
        with script:
            st.code(code.script(subject), language="python", height=400)


def _offer_to_keep(space: Workspace, study: StudyResult) -> None:
    if not st.button("Keep it, to share a link", icon=":material/save:", key="study-keep"):
        return
    keeper = Keeper(kept_runs.store(), kept_runs.owner(), export.verdict_of(space, study, None))
    keeper.keep(sheet.pictured(study, _paths(space), decoding.decoding()))
    if keeper.failure:
        st.error(text.plain(keeper.failure), icon=":material/error:")
        return
    space.study_state.kept[study.fingerprint] = keeper.id
    st.rerun()


def _paths(space: Workspace) -> dict[str, Path]:
    return {one.sha256: one.path for one in study_choice.subjects(space)}


def _pictured(study: StudyResult, paths: Mapping[str, Path], decode: Decode) -> StudyResult:
    return study if study.thumbnails else sheet.pictured(study, paths, decode)
