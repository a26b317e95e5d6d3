"""Which two models are compared: two of the session's, or one that is opened here."""

from __future__ import annotations

import streamlit as st

from components.model import gallery, steps, upload
from components.session import choice, layout
from components.session.state.workspace import Workspace

SAME, OWN = "the first model's class, in both", "each model's own top class"


def show(space: Workspace) -> None:
    """Draw the choice. The first model is the one that the sidebar explains, too."""
    pairing = space.pairing
    titles = list(space.sources)
    if pairing.second not in titles:
        pairing.second = None
    left, right = st.columns(2)
    first = choice.one(left.selectbox, "First model (A)", titles, space.source, key="pair-first")
    if first != space.source:
        _choose_first(space, first)
    pairing.second = second = choice.one(
        right.selectbox,
        "Second model (B)",
        titles,
        pairing.second,
        key="pair-second",
        placeholder="Choose, or open a file below",
    )
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        _rule(space)
        _exchange(space, second)


def _rule(space: Workspace) -> None:
    pairing = space.pairing
    rule = choice.one(
        st.radio,
        "Class to explain",
        [SAME, OWN],
        OWN if pairing.own_class else SAME,
        key="pair-rule",
        horizontal=True,
        width="content",
        help="Classes are matched by their names, else by their numbers where both models have as "
        "many.",
    )
    pairing.own_class = rule == OWN


def _exchange(space: Workspace, second: str | None) -> None:
    if st.button(
        "Exchange A and B",
        icon=":material/swap_horiz:",
        help="Choose a second model first." if second is None else None,
        key="pair-swap",
        disabled=second is None,
    ):
        space.pairing.second = space.source
        _choose_first(space, str(second))


def open_another(space: Workspace) -> None:
    """Draw the ways to open a second model."""
    if space.opening.second and space.opening.job is not None:
        steps.beside(space, key="opening-second")
        return
    key = f"open-second-{space.opening.count}"
    with layout.folds("second"):
        with st.expander(
            "Open a model file",
            icon=":material/upload_file:",
            key=key,
            expanded=bool(space.pending),
        ):
            upload.show(space, second=True)
        gallery.show(space, second=True)


def _choose_first(space: Workspace, title: str) -> None:
    space.source, space.target = title, None
    st.rerun()  # the sidebar is drawn already
