"""Models to try, one click each: sound ones, and the usual ways to lose a gradient."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.inputs import preprocessing
from components.model.verdict import BADGES
from components.session import problem
from components.session.state.workspace import Source, Workspace
from xai_core.demo.gallery import Exhibit, gallery
from xai_core.models.formats.base import LoadOptions

COLUMNS = 4


def show(space: Workspace, take: Callable[[Source], None] | None = None) -> None:
    """Draw the gallery; a click opens the model.

    Args:
        take: is given the opened model; None chooses it.
    """
    with st.expander("Try a model of the gallery", icon=":material/museum:"):
        exhibits = gallery()
        for start in range(0, len(exhibits), COLUMNS):
            row = exhibits[start : start + COLUMNS]
            for column, exhibit in zip(st.columns(COLUMNS), row, strict=False):
                with column.container(border=True, height="stretch"):
                    _card(exhibit, take or space.add_source)


def _card(exhibit: Exhibit, take: Callable[[Source], None]) -> None:
    name, colour, icon = BADGES[exhibit.level]
    st.markdown(f"**{exhibit.title}**")
    st.caption(exhibit.sentence)
    st.badge(name, color=colour, icon=icon)
    if st.button("Open", key=f"gallery-{exhibit.name}", width="stretch", help=exhibit.lesson):
        # These files are Pedestal's own: trust is given to what ships with it.
        options = LoadOptions(code=(exhibit.code_path,), trust=True)
        with problem.guarded():
            source = Source(f"Gallery: {exhibit.title}", exhibit.model_path, options)
            take(preprocessing.fitted(source))
            st.rerun()
