"""Models to try, one click each: sound ones, and the usual ways to lose a gradient."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.model.verdict import BADGES
from components.session.opening import control as opening
from components.session.state.workspace import Source, Workspace
from xai_core.demo.gallery import Exhibit, gallery
from xai_core.models.formats.base import LoadOptions

WIDE, NARROW = 4, 2  # cards beside each other


def show(
    space: Workspace,
    *,
    second: bool = False,
    narrow: bool = False,
    then: Callable[[], object] = st.rerun,
) -> None:
    """Draw the gallery; a click opens the model.

    Args:
        second: it becomes the second one of two models, and is not chosen.
        narrow: there is half a page for it. then: what a click does in the end.
    """
    key = f"gallery-{space.opening.count}"  # a click leads to the verdict: it closes
    with st.expander("Try a model of the gallery", icon=":material/museum:", key=key):
        exhibits, many = gallery(), NARROW if narrow else WIDE
        for start in range(0, len(exhibits), many):
            row = exhibits[start : start + many]
            for column, exhibit in zip(st.columns(many), row, strict=False):
                with column.container(border=True, height="stretch"):
                    _card(space, exhibit, second, then)


def _card(space: Workspace, exhibit: Exhibit, second: bool, then: Callable[[], object]) -> None:
    name, colour, icon = BADGES[exhibit.level]
    st.markdown(f"**{exhibit.title}**")
    st.caption(exhibit.sentence)
    st.badge(name, color=colour, icon=icon)
    if st.button("Open", key=f"gallery-{exhibit.name}", width="stretch", help=exhibit.lesson):
        # These files are Pedestal's own: trust is given to what ships with it.
        options = LoadOptions(code=(exhibit.code_path,), trust=True)
        source = Source(f"Gallery: {exhibit.title}", exhibit.model_path, options)
        opening.add(space, source, second=second)
        then()
