"""Every method by its family, with what it shows and what it costs, to be ticked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.methods import cost
from components.session import text
from components.session.state.workspace import Workspace, workspace
from xai_core.attribution.methods.base import FAMILIES, METHODS

KEY, TICK = "methods-by-family", "methods-tick-"
OTHER = ("Others", "Methods of no family.")


def show(space: Workspace, options: Sequence[str]) -> None:
    """Draw the families as tabs behind a heading; nothing is worked out before it is opened."""
    with st.expander(
        "Choose by family", icon=":material/checklist:", key=KEY, on_change="rerun"
    ) as heading:
        if not heading.open:
            return
        by_family = {
            name: found
            for name in (*FAMILIES, "")
            if (found := [one for one in options if METHODS[one].family == name])
        }
        tabs = st.tabs([_heading(space, *one) for one in by_family.items()])
        for tab, (name, found) in zip(tabs, by_family.items(), strict=True):
            with tab:
                _family(space, name, found)


def _heading(space: Workspace, name: str, methods: Sequence[str]) -> str:
    chosen = sum(one in space.chosen for one in methods)
    title = text.plain(FAMILIES.get(name, OTHER)[0])
    return f"{title} ({chosen:d} of {len(methods):d})" if chosen else title


def _family(space: Workspace, name: str, methods: Sequence[str]) -> None:
    st.caption(text.plain(FAMILIES.get(name, OTHER)[1]))
    verdict = space.verdicts.get(space.source)
    columns = st.columns(2)
    for place, method in enumerate(methods):
        with columns[place % 2], st.container(gap=None):
            key, plugin = f"{TICK}{method}", METHODS[method]
            st.session_state[key] = method in space.chosen
            st.checkbox(text.title_of(method), key=key, on_change=_ticked, args=(method,))
            told = cost.of_method(space, verdict, method)
            st.caption(f"{plugin.summary}" + (f"  \n**{text.plain(told)}**" if told else ""))


def _ticked(method: str) -> None:
    space = workspace()
    others = [name for name in space.chosen if name != method]
    space.chosen = [*others, method] if st.session_state[f"{TICK}{method}"] else others
