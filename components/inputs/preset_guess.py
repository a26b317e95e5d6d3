"""Which preset the model was probably trained with: every one tried on the chosen picture."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.inputs import preprocessing, preset_detection
from components.session import backend, percent, problem
from components.session.state.workspace import Photo, Source, Workspace
from xai_core.runs.computation import label_of
from xai_core.targets.labels import Labels
from xai_core.targets.likely_preset import Likely

BADGES = {
    "likely": ("Likely", "green", ":material/check_circle:"),
    "leaning": ("Leaning", "orange", ":material/help:"),
    "unknown": ("Cannot be told", "gray", ":material/question_mark:"),
}


def show(space: Workspace, source: Source, photo: Photo) -> None:
    """Draw the button, and once it was pressed what came of it."""
    chosen = (space.source, space.photo)
    st.button(
        "Find the likely preset",
        on_click=_ask,  # before anything is drawn: another click must not lose this one
        args=(space, chosen),
        icon=":material/troubleshoot:",
        help="Every preset, also in BGR, goes through the model once. A network is surer of "
        "numbers that it was trained on.",
    )
    if space.detecting != chosen and not preset_detection.is_known(source, photo):
        return
    found = preset_detection.likely(source, photo)
    name, colour, icon = BADGES[found.certainty]
    st.badge(name, color=colour, icon=icon)  # type: ignore[arg-type]
    st.markdown(problem.plain(found.reason))
    if not found.trials:
        return
    _table(found, source.labels or backend.opened(source).labels)
    titles = [trial.title for trial in found.trials]
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    taken = left.selectbox("Preset to take", titles, index=0)
    if right.button("Take it", type="primary" if found.best else "secondary", width="stretch"):
        spec = found.trials[titles.index(taken)].spec
        space.sources[space.source] = preprocessing.adopted(source, spec)
        st.rerun()


def _ask(space: Workspace, chosen: tuple[str, str]) -> None:
    space.detecting = chosen


def _table(found: Likely, labels: Labels | None) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "": "●" if trial is found.best else "",
                "Preset": trial.title,
                "Top class": label_of(trial.top, labels),
                "Confidence": percent.of(trial.confidence),
                "Entropy": trial.entropy,
            }
            for trial in found.trials
        ),
        hide_index=True,
        placeholder="–",
        column_config={
            "Confidence": percent.column(),
            "Entropy": st.column_config.NumberColumn(format="%.2f nats"),
        },
    )
