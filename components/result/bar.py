"""The result bar: whose result is on screen, whether it is what is chosen, and *Share*.

It stands directly above the result on every page that has one, and stays in sight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import streamlit as st

from components.maps import growing
from components.methods import compute
from components.result import facts as whose
from components.result import note, share, state
from components.result.facts import Facts
from components.result.share import Offer
from components.result.state import State
from components.session import text
from components.session.state import chosen
from components.session.state.workspace import Workspace
from components.tuning import quantile
from xai_core.maps.colours import data_url

# Keys of containers, which assets/result.css knows.
NOTE, BAR, CHANGED = "result-note", "result-bar", "result-changed"
Badge = Literal["current", "changed", "kept", "computing"]
BADGES: dict[Badge, str] = {
    "current": ":green-badge[:material/check: up to date]",
    "changed": ":orange-badge[:material/sync_problem: not what is chosen now]",
    "kept": ":blue-badge[:material/visibility: kept result]",
    "computing": ":blue-badge[:material/hourglass_top: being computed]",
}


def show(
    space: Workspace, *, page: str, raw: bool = False, computes: bool = True, grows: bool = False
) -> None:
    """Draw it for the run on screen.

    Args:
        page: its name in the address; empty for the first one. raw: maps are shown before removal.
        computes: offer *Compute*; a page that has that button itself says False.
        grows: while a run is computed the page shows that one as it comes, not the one before.
    """
    level = quantile.DEFAULT if space.quantile is None else space.quantile
    if grows and space.growing is not None and growing.underway(space):
        coming = whose.of_run(space.growing.run, None if raw else level)
        if space.growing.run.explained is None:
            coming = replace(coming, target="…")  # the model has not been asked yet
        draw(coming, "computing", None, key=page or "start", run_id=None)
        return
    found = state.of(space)
    badge: Badge = "computing" if space.job is not None else _badge(found)
    told = whose.of_run(space.run, None if raw else level)
    draw(
        told,
        badge,
        lambda: share.of_run(space, page, level),
        key=page or "start",
        run_id=space.run_id,
        changed=(lambda: _changed(space, found, page, computes)) if found.stale else None,
    )


def draw(
    told: Facts,
    badge: Badge,
    offer: Callable[[], Offer] | None,
    *,
    key: str,
    run_id: str | None,
    changed: Callable[[], None] | None = None,
) -> None:
    """Draw note, bar and what has changed, each in a place of its own.

    Args:
        badge: of the state. offer: what can be shared; None before there is anything.
        changed: draws what has changed; what stands below is pale then.
    """
    with st.container(key=NOTE):
        note.shown(run_id)
    with st.container(key=BAR, horizontal=True, wrap=False, vertical_alignment="center"):
        if told.thumbnail is not None:
            alt = f"The picture {text.plain(told.picture)}"
            st.image(data_url(told.thumbnail), width=44, alt=alt)
        # In parts, which assets/result.css sets in lines where there is no room for one.
        first = f"**{text.plain(told.model)}**"
        if told.beside:
            first += f"] :small[and **{text.plain(told.beside)}**"
        st.markdown(
            f":small[{first} on **{text.plain(told.picture)}** ·] "
            f":small[{text.plain(told.target)} ·] :small[{text.plain(told.seen)}] "
            f"{BADGES[badge]}",
            width="stretch",
        )
        if offer is not None:
            share.show(offer, key=key)
    if changed is None:
        st.container()  # what stands below keeps its place on the page
        return
    with st.container(key=CHANGED, horizontal=True, vertical_alignment="center"):
        changed()


def _badge(found: State) -> Badge:
    if found.stale:
        return "changed"
    return "kept" if found.kept else "current"


def _changed(space: Workspace, found: State, page: str, computes: bool) -> None:
    listed = "; ".join(text.plain(one.told) for one in found.changes)
    st.markdown(f"Chosen since these maps were computed: {listed}.")
    if space.job is not None:
        return
    with st.container(horizontal=True, width="content"):  # both in one line, also below the words
        _ways(space, page or "start", computes)


def _ways(space: Workspace, key: str, computes: bool) -> None:
    lacking = chosen.lacking(space)
    if computes and st.button(
        "Compute",
        type="primary",
        icon=":material/play_arrow:",
        key=f"{key}-mend",
        disabled=lacking is not None,
        help=lacking,
    ):
        compute.start(space)
        st.rerun()
    if st.button("Put back the selection", icon=":material/undo:", key=f"{key}-put-back"):
        state.put_back(space)
        st.rerun()
