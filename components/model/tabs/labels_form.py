"""Class names from a file, for a model that is open."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.session import backend, decoding, text, upload
from components.session.state.workspace import Photo, Source, Workspace
from components.session.upload import Arrival
from xai_core.targets.labels import check_count

KEY, MEGABYTES = "labels", 10
TYPES = ["txt", "json", "csv", "names"]
ASSUMED = (
    "The file names no classes. ImageNet's names are shown, because there are as many outputs: "
    "they are assumed."
)
PROMPT = "Class names: one a line, JSON or CSV"


def show(space: Workspace, source: Source, photo: Photo) -> None:
    """Draw the uploader, and where the names come from."""
    upload.arrived(KEY, MEGABYTES, lambda one: _take(space, source, photo, one))
    if space.sources[space.source] != source:
        st.rerun()  # the sidebar, drawn already, names classes too
    card = backend.opened(source).card
    if source.labels:
        verb = "was" if len(source.labels) == 1 else "were"
        st.caption(f"{text.counted(len(source.labels), 'class name')} {verb} given.")
    elif card.labels_assumed:
        st.caption(ASSUMED)
    elif card.labels:
        st.caption(f"The model carries {text.counted(len(card.labels), 'class name')}.")
    else:
        st.caption("No class names are known: classes are numbers.")
    upload.uploader(PROMPT, key=KEY, type=TYPES, max_upload_size=MEGABYTES)
    if source.labels and st.button("Drop the given names", icon=":material/close:"):
        space.sources[space.source] = replace(source, labels=None)
        st.rerun()


def _take(space: Workspace, source: Source, photo: Photo, arrival: Arrival) -> None:
    labels = decoding.class_names(arrival[1])
    check_count(labels, backend.predicted(source, photo).scores.shape[1])
    space.sources[space.source] = replace(source, labels=labels)
