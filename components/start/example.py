"""What the headline says, and for the example of how many seeds it holds."""

from __future__ import annotations

import streamlit as st

from components.methods import changes
from components.ranking import seeds, table
from components.session.state.workspace import Workspace
from components.tuning.view import View
from xai_core.demo.example import is_example

DRAG = "Drag the slider and watch maps, histograms and ranking."
EXAMPLE = (
    "FusionGrad averages noisy gradients, so its map is a little bright everywhere: that is its "
    "pedestal. Drag the slider and watch it go. Less complex is not the same as right: only one of "
    "the two maps finds the particle."
)


def untouched(space: Workspace) -> bool:
    """Whether it is on screen, with nothing chosen or happening that would ask for a button."""
    if not is_example(space.run) or space.job is not None or changes.of(space):
        return False
    return not (space.stopped or space.failure or (space.keeper and space.keeper.failure))


def headline(space: Workspace, view: View) -> None:
    """Draw it, above the bench."""
    said = table.headline(space.run, view)
    st.markdown(f"## {said.sentence}.")
    held = seeds.told(space, view, said)
    drag = EXAMPLE if is_example(space.run) and held else DRAG
    st.caption(f"{said.detail} {held} {drag}")
