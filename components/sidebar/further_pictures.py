"""The pictures of a model's further inputs: which one each of them gets."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.session import backend, choice, problem, text, upload
from components.session.opening import control as opening
from components.session.state.workspace import Source, Workspace
from xai_core.base.errors import XaiError
from xai_core.models.other_inputs import OtherInput


def show(space: Workspace) -> None:
    """Draw a choice for each input that has a picture beside the explained one."""
    source = space.sources[space.source]
    if not backend.is_open(source):
        return
    further = {one.name for one in backend.opened(source).card.pictures[1:]}
    for one in source.options.other_inputs:
        if one.name in further and one.file is not None:
            _choose(space, source, one)


def _choose(space: Workspace, source: Source, other: OtherInput) -> None:
    names = [other.title, *(name for name in space.photos if name != other.title)]
    chosen = choice.one(
        st.selectbox,
        f"Picture for {text.plain(other.name)}",
        names,
        other.title,
        key=f"further-{source.path.name}-{other.name}",
        help="What this input of the model is given. Another one opens the model again.",
    )
    if chosen == other.title:
        return
    try:
        kept = upload.kept(space.photos[chosen].path.read_bytes(), "inputs")
    except XaiError as error:
        problem.show(error)
        return
    found = replace(other, file=kept, called=chosen)
    others = tuple(found if one is other else one for one in source.options.other_inputs)
    target = space.target
    opening.add(space, replace(source, options=replace(source.options, other_inputs=others)))
    space.target = target
    st.rerun()
