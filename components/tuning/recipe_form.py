"""The recipe, step by step, and what it does to a map."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from components.session import choice
from components.session.state.workspace import Workspace
from xai_core.maps.recipe import Channels, Recipe, Sign

GRIDS: dict[str, tuple[int, int] | None] = {
    "input size": None,
    "112 × 112": (112, 112),
    "56 × 56": (56, 56),
    "28 × 28": (28, 28),
    "14 × 14": (14, 14),
    "7 × 7": (7, 7),
}
CHANNEL_HELP = (
    "How the channels become one value: their sum, mean, sum of magnitudes (l1), Euclidean "
    "length (l2), or the value of the largest magnitude."
)
SIGN_HELP = (
    "Which part of a signed map is looked at. It comes before the removal: the low quantile of a "
    "signed map is negative, and subtracting it would add a pedestal."
)
GRID_HELP = "All maps are resized to this before the removal. Coarse methods need no more."


def show(space: Workspace) -> Recipe:
    """Draw the editable steps and return the recipe without its quantile."""
    st.markdown(
        "channels → sign → crop padding → grid → **baseline removal** → rescale to [0, 1], "
        "each map by itself"
    )
    first, second, third = st.columns(3)
    channels = choice.one(
        first.selectbox,
        "1 · Channels",
        get_args(Channels),
        space.recipe.channels,
        key="recipe-channels",
        later=True,
        help=CHANNEL_HELP,
    )
    sign = choice.one(
        second.selectbox,
        "2 · Sign",
        get_args(Sign),
        space.recipe.sign,
        key="recipe-sign",
        later=True,
        help=SIGN_HELP,
    )
    grids = dict(GRIDS)
    if space.recipe.grid is not None and space.recipe.grid not in grids.values():
        grids["{} × {}".format(*space.recipe.grid)] = space.recipe.grid  # of an opened run
    names = list(grids)
    grid = choice.one(
        third.selectbox,
        "3 · Grid",
        names,
        names[list(grids.values()).index(space.recipe.grid)],
        key="recipe-grid",
        later=True,
        help=GRID_HELP,
    )
    space.recipe = Recipe(channels=channels, sign=sign, grid=grids[grid])
    return space.recipe
