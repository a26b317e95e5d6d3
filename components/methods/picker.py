"""Which methods stand side by side, and why some cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from components.maps.tiles import title_of
from components.methods import families, presets
from components.methods.availability import caution
from components.session import choice, layout, problem, text
from components.session.state import chosen
from components.session.state.workspace import Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.base.finding import by_reason
from xai_core.readiness.result import Availability

KEY = "methods"


def show(
    space: Workspace,
    availability: Mapping[str, Availability] | None = None,
    more: Callable[[], None] | None = None,
) -> None:
    """Draw the chooser.

    Args:
        availability: of the chosen model, where it has been checked.
        more: draws a section that stands beside *Choose by family*.
    """
    known = availability or {}
    blocked = {
        name: found.reason or "not available"
        for name, found in known.items()
        if not found.available
    }
    options = [name for name in METHODS.names() if name not in blocked]
    space.chosen = choice.several(
        st.multiselect,
        "Methods",
        options,
        space.chosen if choice.remembers(KEY) else [*space.chosen, *space.wished],
        key=KEY,
        format_func=title_of,
        help="Any number, side by side over the same photo.",
    )
    space.wished = choice.waiting(KEY)
    presets.show(space, known)
    if space.wished and not space.chosen:
        st.caption(f"{chosen.CANNOT} They wait for another one.")
    with layout.folds("methods"):
        families.show(space, options)
        if more is not None:
            more()
        _cannot(blocked)
    told = caution(space.verdicts.get(space.source))
    if told:
        st.warning(told, icon=":material/hourglass_top:")


def _cannot(blocked: Mapping[str, str]) -> None:
    """What cannot run here, folded away, each reason once."""
    if not blocked:
        return
    noun = "method" if len(blocked) == 1 else "methods"
    with st.expander(f"{len(blocked):d} {noun} cannot run on this model", icon=":material/block:"):
        for reason, names in by_reason(blocked).items():
            titles = ", ".join(map(text.title_of, names))
            st.caption(f"**{titles}** — {problem.plain(reason)}")
