"""The view on screen as files: picture, report and zip, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from components.session import kept_runs, run_source
from components.session.state.workspace import Workspace
from components.tuning.view import View
from xai_core.base.errors import XaiError
from xai_core.readiness.result import Verdict
from xai_core.report.code import file_name
from xai_core.report.forms import MIMES, Shared, render
from xai_core.report.subject import Setup, Subject, subject_of
from xai_core.runs.run import Run
from xai_core.studies.result import StudyResult

MOST = 40  # signs of a name in a file's name
BUTTONS = (
    ("Picture, light (PNG)", "png", "light"),
    ("Picture, dark (PNG)", "png", "dark"),
    ("Picture (SVG)", "svg", "light"),
    ("Report (HTML)", "html", "light"),
    ("Files (zip)", "zip", "light"),
)


def downloads(
    subject: Callable[[], Shared], *, key: str, stem: str, forms: Sequence[str] = ()
) -> None:
    """Draw a button for each form, all where `forms` is empty; `subject` is called at a click."""
    with st.container(horizontal=True, gap="small"):
        for label, form, theme in (one for one in BUTTONS if one[1] in (forms or MIMES)):
            st.download_button(
                label,
                partial(_rendered, subject, form, theme),
                f"{stem}-{theme}.{form}" if form == "png" else f"{stem}.{form}",
                MIMES[form],
                key=f"{key}-{form}-{theme}",
                on_click="ignore",
            )


def _rendered(subject: Callable[[], Shared], form: str, theme: str) -> bytes:
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


def subject_of_view(
    space: Workspace, view: View, methods: Sequence[str], note: str = "", link: str = ""
) -> Subject:
    """The run on screen as it is handed on. `note`, `link`: as in `Subject`."""
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
        note=note,
        link=link,
    )


def stem(model: str, picture: str, created: str) -> str:
    """How files are called: product, model, picture and day."""
    parts = (file_name(part)[:MOST] for part in (model, picture, created[:10]))
    return "-".join(("pedestal", *parts))


def verdict_of(space: Workspace, run: Run | StudyResult, run_id: str | None) -> Verdict | None:
    """The session's, else the one that was kept with the run."""
    found = space.verdicts.get(run_source.model_of(space, run) or "")
    if found is not None and found.sha256 == run.model_sha256:
        return found
    with suppress(XaiError):  # deleted in the meantime
        return kept_runs.store().verdict(run_id) if run_id is not None else None
    return None
