"""The study on screen: whose it is, and *Share*: link, picture, report, files and code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st

from components.pictures import choice as study_choice
from components.pictures import sheet
from components.result import bar, facts
from components.result.share import Offer
from components.runs import copy_link, export, link, study_link, verdict_offer
from components.session import decoding, kept_runs, text
from components.session.decoding import Decode
from components.session.jobs.keeper import Keeper
from components.session.state.workspace import Workspace
from xai_core.report.study import code
from xai_core.report.study.subject import StudySubject, study_subject_of
from xai_core.studies.result import StudyResult


def show(space: Workspace, study: StudyResult, quantile: float) -> None:
    """Draw the bar. A link leads to a study that is kept; what is not complete is not."""
    name = study_link.kept_as(space, study)
    state: bar.Badge = "kept" if space.study_state.opened is not None else "current"
    bar.draw(
        facts.of_study(study, quantile),
        "computing" if space.study_state.job is not None else state,
        lambda: _offer(space, study, quantile, name),
        key="pictures",
        run_id=name,
    )


def _offer(space: Workspace, study: StudyResult, quantile: float, name: str | None) -> Offer:
    paths, decode = _paths(space), decoding.decoding()

    def subject(methods: Sequence[str], told: str, leads: str) -> StudySubject:
        return study_subject_of(
            study,
            quantile,
            tuple(methods),
            verdict=export.verdict_of(space, study, name),
            setup=export.setup_of(space, study),
            run_id=name,
            note=told,
            link=leads,
        )

    def pictured(shared: StudySubject) -> StudySubject:
        return replace(shared, study=_pictured(shared.study, paths, decode))

    def more() -> None:
        if name is None and study.table.done == len(study.pictures):
            _offer_to_keep(space, study)
        if export.verdict_of(space, study, name) is None:
            verdict_offer.show(space, study, name, key="study-export")

    query = link.of(space, "pictures", name) if name is not None else ""
    return Offer(
        key="study-export",
        name=study.fingerprint,
        run_id=name,
        address=copy_link.address("pictures", query) if query else None,
        stem=export.stem(study.model, f"{len(study.pictures)}-pictures", study.created),
        subject=subject,
        finish=pictured,
        methods=list(study.methods),
        script=lambda shared: (code.script(shared),),
        extra=more,
    )


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
