"""What the headline says, and for the example of how many seeds it holds."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.methods import changes
from components.ranking import table
from components.session.state.workspace import Workspace
from components.tuning.view import View
from xai_core.demo.example import example_seeds, is_example


def untouched(space: Workspace) -> bool:
    """Whether it is on screen, with nothing chosen or happening that would ask for a button."""
    if not is_example(space.run) or space.job is not None or changes.of(space):
        return False
    return not (space.stopped or space.failure or (space.keeper and space.keeper.failure))


def headline(space: Workspace, view: View) -> None:
    """Draw it, above the bench."""
    said = table.parts_of_headline(view.scores, view.pixels, space.run, view.quantile)
    drag = "Drag the slider and watch maps, histograms and ranking."
    st.markdown(f"## {said.sentence}.")
    st.caption(f"{said.detail} {_seeds(space, view) or drag}")


def _seeds(space: Workspace, view: View) -> str:
    """Of the example as it was made; nothing of another run or recipe."""
    if not is_example(space.run):
        return ""
    if view.recipe != replace(space.run.recipe, quantile=view.quantile):
        return ""
    seeds = example_seeds()
    return (
        f"Holds for {seeds.holds(view.quantile):d} of {len(seeds.seeds):d} seeds. "
        "FusionGrad averages noisy gradients, so its map is a little bright everywhere: that is "
        "its pedestal. Drag the slider and watch it go. Less complex is not the same as right: "
        "only one of the two maps finds the particle."
    )
