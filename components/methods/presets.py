"""Named choices of methods, one click each, as far as the chosen model allows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from components.methods import cost
from components.session import choice, text
from components.session.state.workspace import Workspace, workspace
from xai_core.readiness.result import Availability
from xai_core.readiness.verdict.presets import offered


def show(space: Workspace, known: Mapping[str, Availability]) -> None:
    """Draw a button for each; its tooltip says what it holds and what that costs."""
    verdict = space.verdicts.get(space.source)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        choices = offered(verdict, known)
        if choices:
            st.caption("Presets", width="content")
        for preset, methods in choices.items():
            held = ", ".join(map(text.title_of, methods))
            price = cost.of_all(space, verdict, list(methods))
            now = set(methods) == set(space.chosen)
            st.button(
                preset.title,
                key=f"methods-preset-{preset.name}",
                type="secondary",
                icon=":material/check:" if now else None,
                help=f"{preset.sentence}  \nHere: {held}."
                + (f"  \n{text.plain(price)} for a picture." if price else ""),
                on_click=_take,
                args=(methods,),
            )
        price = cost.of_all(space, verdict, space.chosen)
        if price:
            st.caption(f"Chosen: {text.plain(price)} a picture on this machine.", width="content")


def _take(methods: Sequence[str]) -> None:
    space = workspace()
    space.chosen, space.wished = list(methods), []
    choice.renew("methods")
