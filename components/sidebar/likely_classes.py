"""The picture, and beside it the model's top classes: a click explains that class."""

from __future__ import annotations

import numpy as np
import streamlit as st

from components.maps import tiles
from components.session import backend, decoding, text
from components.session.state.workspace import Workspace
from xai_core.maps.colours import data_url
from xai_core.runs.run import Guess

MOST = 12  # signs of a class name: its share beside it is never cut
SIDE = 160  # pixels


def show(space: Workspace, guesses: tuple[Guess, ...]) -> None:
    """Draw them. A class that is not among them is chosen below."""
    if not guesses:
        return
    top = guesses[0].index
    named = {one.index: _told(one) for one in guesses}
    current = top if space.target is None else space.target
    key = f"likely-{space.source}-{space.photo}"
    shown = current if isinstance(current, int) and current in named else None
    if key not in st.session_state or st.session_state[key] != shown:
        st.session_state[key] = shown
    picture, chips = st.columns([1, 2], vertical_alignment="top")
    alt = f"The picture {text.plain(space.photo)}"
    picture.image(data_url(_pixels(space)), alt=alt, width="stretch")
    chips.pills(
        "Top classes",
        list(named),
        format_func=lambda index: text.plain(named[index]),
        key=key,
        on_change=_take,
        args=(space, key, top),
        label_visibility="collapsed",
        wrap=True,
    )


def _take(space: Workspace, key: str, top: int) -> None:
    chosen = st.session_state[key]
    if chosen is not None:  # a click on the chosen one leaves it chosen
        space.target = None if chosen == top else chosen


def _told(one: Guess) -> str:
    """A class without a name is its number, once."""
    name = str(one.index) if one.label == f"class {one.index}" else one.label
    short = name if len(name) <= MOST else f"{name[: MOST - 1]}…"
    return f"{short} · {one.probability:.0%}"


def _pixels(space: Workspace) -> np.ndarray:
    """As the model sees it, small."""
    run = space.run
    if (run.model, run.picture) == (space.source, space.photo):
        pixels = tiles.cut(run)
    else:
        spec = backend.spec_of(space.sources[space.source])
        pixels = decoding.prepared(str(space.photos[space.photo].path), spec).picture
    step = max(1, min(pixels.shape[:2]) // SIDE)
    return pixels[::step, ::step]
