"""Kept runs as cards: search, open, rename, tag, pin, delete."""

from __future__ import annotations

import numpy as np
import streamlit as st

from components.runs import clock, study_link, thumbnails
from components.runs.thumbnails import Digest
from components.session import kept_runs, problem, text
from components.session.state.workspace import Workspace
from xai_core.maps.colours import jpeg_url
from xai_core.runs.entry import Kept
from xai_core.runs.index.queries import Page, RunFilter

PAGE, WIDTH = 20, 60  # cards at a time; pixels of a picture
PAGE_KEY, WIDE = "runs-page", 220


def disk(space: Workspace) -> None:
    """Say how much is kept, and beforehand what the next run will delete."""
    store, mine = kept_runs.store(), kept_runs.mine(space)
    going = store.would_delete(store.largest(mine))
    line = f"{text.file_size(store.used())} of {text.file_size(store.cap)} on this server."
    named = [one.title for one in going if one.label.owner == mine.owner or one.id in space.linked]
    if named:
        line += f" The next run of the largest size here deletes {', '.join(named[:3])}"
        line += f" and {len(named) - 3} more of yours." if len(named) > 3 else "."
    elif going:
        line += " The next run deletes the oldest of other people."
    else:
        line += " The next run deletes none."
    st.caption(
        problem.plain(line) + " Whoever has a run's link can open it; a pinned run is never "
        "deleted to make room."
    )


def show(space: Workspace, wanted: RunFilter) -> None:
    """Draw the runs that are wanted as cards, the newest first, one page of them."""
    found = _page(wanted)
    if not found.entries:
        st.info(_none(wanted), icon=":material/inventory_2:")
    elif found.more:
        st.caption(f"More than {found.total:,d} runs match; the newest are listed.")
    elif found.total > PAGE:
        st.caption(f"{found.total:,d} runs" + (" match." if not wanted.plain else "."))
    me = kept_runs.owner()
    for one in found.entries:
        with st.container(border=True), problem.guarded():
            _card(space, one, own=one.label.owner == me)


def _none(wanted: RunFilter) -> str:
    if kept_runs.store().unread():
        return "None of those that are read so far."
    if not wanted.plain:
        return "No run matches."
    return (
        "No run yet. Every finished computation is kept here: *Compute* on Heatmaps, Many pictures "
        "or Two models."
    )


def _page(wanted: RunFilter) -> Page:
    """The runs of the page that is chosen; the choice stands where there are several."""
    store, place = kept_runs.store(), int(st.session_state.get(PAGE_KEY, 1))
    found = store.page(wanted, (place - 1) * PAGE, PAGE)
    pages = max(1, -(-found.total // PAGE))
    if place > pages:  # fewer match by now
        place = st.session_state[PAGE_KEY] = pages
        found = store.page(wanted, (place - 1) * PAGE, PAGE)
    if pages > 1:
        st.number_input(f"Page, of {pages:d}", 1, pages, key=PAGE_KEY, width=WIDE)
    return found


def _card(space: Workspace, one: Kept, *, own: bool) -> None:
    found = thumbnails.of(one)
    pictures, facts, actions = st.columns([5, 6, 2], vertical_alignment="center")
    with pictures, st.container(horizontal=True, gap="xsmall"):
        for picture, alt in found.pictures:
            st.image(jpeg_url(picture), width=WIDTH, alt=alt)
    facts.markdown(_facts(space, one, found, own=own))
    with actions:
        if st.button(
            "Open run", key=f"open-{one.id}", icon=":material/open_in_new:", width="stretch"
        ):
            _open(space, one)
        if own:
            with st.popover("Change", icon=":material/edit:", width="stretch"):
                _changes(space, one)


def _facts(space: Workspace, one: Kept, found: Digest, *, own: bool) -> str:
    """The lines of a card, in Markdown."""
    pin = ":material/keep: " if one.label.pinned else ""
    tags = " ".join(f":gray-badge[{problem.plain(tag)}]" for tag in one.label.tags)
    shown = " · **on screen**" if one.id in (space.run_id, space.study_state.run_id) else ""
    of = f"{problem.plain(one.model)} on {problem.plain(one.picture)} for "
    lead = of if one.label.name else "Explained: "  # else the title says it already
    last = [
        clock.told(one.created),
        text.file_size(one.size),
        *([] if own else ["opened by a link"]),
    ]
    if found.more:
        noun = "picture" if one.study else "map"
        last.append(f"{found.more} more {noun}{'s' if found.more > 1 else ''}")
    return (
        f"{pin}**{problem.plain(one.title)}**{shown} {tags}  \n"
        f"{lead}{problem.plain(one.target)}  \n"
        f"{_scores(found, study=one.study)}  \n"
        f":small[{problem.plain(' · '.join(last))}]"
    )


def _scores(found: Digest, *, study: bool) -> str:
    """Every method with its score, the lowest first and in bold."""
    known = sorted((one for one in found.scores if np.isfinite(one[1])), key=lambda one: one[1])
    without = [name for name, score in found.scores if not np.isfinite(score)]
    if not found.scores:
        return "No map."
    first = "".join([f"**{text.title_of(name)} {score:.3f}**" for name, score in known[:1]])
    rest = "".join([f" · {text.title_of(name)} {score:.3f}" for name, score in known[1:]])
    none = "".join([f" · {text.title_of(name)} without a score" for name in without])
    mean = "mean Complexity" if study else "Complexity"
    at = "" if found.quantile is None else f" after removal at {found.quantile:.2f}"
    return f"{first}{rest}{none} :small[nats, {mean}{at}]"


def _open(space: Workspace, one: Kept) -> None:
    if one.study:
        study_link.open_(space, one.id)
        st.switch_page("pages/compare/pictures.py")
    kept_runs.open_(space, one.id)
    st.switch_page("pages/compare/tune.py")


def _changes(space: Workspace, one: Kept) -> None:
    store = kept_runs.store()
    with st.form(f"label-{one.id}", border=False):
        name = st.text_input("Name", one.label.name, max_chars=120)
        tags = st.text_input("Tags, with commas between", ", ".join(one.label.tags))
        pinned = st.checkbox(
            "Pinned", one.label.pinned, help="It stays, and so do its model's and picture's files."
        )
        if st.form_submit_button("Save", type="primary"):
            store.change(one.id, name=name, tags=tuple(tags.split(",")), pinned=pinned)
            st.rerun()
    sure = st.checkbox("Delete it for everybody who has its link", key=f"sure-{one.id}")
    if st.button(
        "Delete",
        key=f"delete-{one.id}",
        icon=":material/delete:",
        disabled=not sure,
        help=None if sure else "Tick the box above first.",
    ):
        store.delete(one.id)
        if space.run_id == one.id:
            space.run_id = None
        if space.study_state.run_id == one.id:
            space.study_state.opened = space.study_state.run_id = None
        space.study_state.kept.clear()
        st.rerun()
