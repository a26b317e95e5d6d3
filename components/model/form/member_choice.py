"""Of a package with several models: which one is opened."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.session import choice, problem
from components.session.state.workspace import Pending, Source, Workspace
from xai_core.base.errors import XaiError
from xai_core.worker import ModelCard

LABEL = "Model in the package"


def before(pending: Pending, members: tuple[str, ...]) -> None:
    """Draw the choice for a file that is looked at; none where there is nothing to choose."""
    if len(members) < 2:
        return
    found = choice.one(
        st.selectbox,
        LABEL,
        list(members),
        pending.member,
        key=f"member-{pending.path.name}",
        format_func=problem.plain,
        placeholder="Choose one",
    )
    if found != pending.member:
        pending.member = found
        st.rerun()


def after(space: Workspace, source: Source, card: ModelCard) -> None:
    """Draw the choice for an open model; another one opens the package anew."""
    if len(card.members) < 2:
        return
    found = choice.one(
        st.selectbox,
        LABEL,
        list(card.members),
        card.member,
        key=f"member-{space.source}",
        format_func=problem.plain,
    )
    if found != card.member:
        options = replace(source.options, member=found)
        space.sources[space.source] = replace(source, options=options)
        st.rerun()


def asked(pending: Pending, error: XaiError) -> bool:
    """Draw the choice that an error asks for; False where it asks for none."""
    told = error.facts.get("members")
    if not isinstance(told, list) or len(told) < 2:
        return False
    st.info(problem.plain(error.message), icon=":material/inventory_2:")
    before(pending, tuple(map(str, told)))
    return True
