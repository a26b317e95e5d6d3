"""The view on screen, to take away: picture, report, files and code. Made when it is asked for."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.comparison import View
from components.state import Workspace
from components.tiles import title_of
from xai_core.report import code
from xai_core.report.forms import MIMES, render
from xai_core.report.subject import Setup, Subject, subject_of

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
        present = [name for name in space.chosen if name in names]
        chosen = st.multiselect(
            "Methods", names, present or names, format_func=title_of, key=f"{key}-methods"
        )
        if not chosen:
            st.caption("Choose at least one method.")
            return
        subject = _subject(space, view, chosen)
        files, script = st.tabs(["Files", "Code"])
        with files:
            for label, form, theme in BUTTONS:
                st.download_button(
                    label,
                    partial(render, subject, form, theme),
                    f"pedestal-{theme}.{form}" if form == "png" else f"pedestal.{form}",
                    MIMES[form],
                    key=f"{key}-{form}-{theme}",
                    on_click="ignore",
                    width="stretch",
                )
        with script:
            st.code("\n".join(code.commands(subject)), language="shell", wrap_lines=True)
            st.code(code.script(subject), language="python", height=300)


def _subject(space: Workspace, view: View, methods: list[str]) -> Subject:
    run = space.run
    verdict = space.verdicts.get(run.model)
    if verdict is not None and verdict.sha256 != run.model_sha256:
        verdict = None
    return subject_of(
        run,
        view.recipe,
        methods,
        view.scores,
        verdict=verdict,
        setup=_setup(space, run.model),
        run_id=space.run_id,
    )


def _setup(space: Workspace, title: str) -> Setup | None:
    source = space.sources.get(title)
    if source is None:
        return None
    options = source.options
    return Setup(
        options.architecture,
        tuple(path.name for path in options.code),
        options.trust,
        options.output,
        source.spec or options.input_spec,
    )
