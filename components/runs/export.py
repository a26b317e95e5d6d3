"""The view on screen, to take away: picture, report, files and code. Made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from components.maps.tiles import title_of
from components.runs import verdict_offer
from components.session import choice, kept_runs, run_source
from components.session.state import chosen as chosen_methods
from components.session.state.workspace import Workspace
from components.tuning.view import View
from xai_core.base.errors import XaiError
from xai_core.readiness.result import Verdict
from xai_core.report import code
from xai_core.report.forms import MIMES, render
from xai_core.report.study.subject import StudySubject
from xai_core.report.subject import Setup, Subject, subject_of
from xai_core.runs.run import Run
from xai_core.studies.result import StudyResult

BUTTONS = (
    ("Picture, light (PNG)", "png", "light"),
    ("Picture, dark (PNG)", "png", "dark"),
    ("Picture (SVG)", "svg", "light"),
    ("Report (HTML)", "html", "light"),
    ("Files (zip)", "zip", "light"),
)


def show(space: Workspace, view: View, *, key: str) -> None:
    """Draw the button, and behind it the choice of methods, the downloads and the code."""
    names = list(space.run.attributions)
    if not names:
        return
    with st.popover("Share", icon=":material/ios_share:"):
        present = chosen_methods.shown(space)
        chosen = choice.several(
            st.multiselect,
            "Methods",
            names,
            present or names,
            key=f"{key}-methods",
            later=True,
            format_func=title_of,
        )
        if not chosen:
            st.caption("Choose at least one method.")
            return
        subject = _subject(space, view, chosen)
        files, script = st.tabs(["Files", "Code"])
        with files:
            downloads(lambda: subject, key=key)
            if subject.verdict is None:
                verdict_offer.show(space, space.run, space.run_id, key=key)
        with script:
            st.code("\n".join(code.commands(subject)), language="shell", wrap_lines=True)
            st.code(code.script(subject), language="python", height=300)


def downloads(
    subject: Callable[[], Subject | StudySubject], *, key: str, stem: str = "pedestal"
) -> None:
    """Draw a button for each form; `subject` is called when one is pressed."""
    for label, form, theme in BUTTONS:
        st.download_button(
            label,
            partial(_rendered, subject, form, theme),
            f"{stem}-{theme}.{form}" if form == "png" else f"{stem}.{form}",
            MIMES[form],
            key=f"{key}-{form}-{theme}",
            on_click="ignore",
            width="stretch",
        )


def _rendered(subject: Callable[[], Subject | StudySubject], form: str, theme: str) -> bytes:
    return render(subject(), form, theme)


def setup_of(space: Workspace, run: Run | StudyResult) -> Setup | None:
    """How the run's model was opened in this session; None where it is not in it."""
    source = space.sources.get(run.model)
    if source is None or not run_source.opened_alike(source.options, run):
        return None
    options = source.options
    return Setup(
        options.architecture,
        tuple(path.name for path in options.code),
        options.trust,
        options.output,
        source.spec or options.input_spec,
        options.weights,
        options.head_activation,
        options.member,
    )


def _subject(space: Workspace, view: View, methods: list[str]) -> Subject:
    run = space.run
    return subject_of(
        run,
        view.recipe,
        methods,
        view.scores,
        verdict=verdict_of(space, run, space.run_id),
        setup=setup_of(space, run),
        run_id=space.run_id,
        localisations=view.localisations,
    )


def verdict_of(space: Workspace, run: Run | StudyResult, run_id: str | None) -> Verdict | None:
    """The session's, else the one that was kept with the run."""
    found = space.verdicts.get(run_source.model_of(space, run) or "")
    if found is not None and found.sha256 == run.model_sha256:
        return found
    with suppress(XaiError):  # deleted in the meantime
        return kept_runs.store().verdict(run_id) if run_id is not None else None
    return None
