"""The files that this session has uploaded, and a way to remove each."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.session import problem, text, upload
from components.session.processes import file_of, models
from components.session.settings import limits
from components.session.state.workspace import Workspace
from xai_core.base.limits import MB


def show(space: Workspace) -> None:
    """Draw the list, where there is something in it."""
    # Its place is there also while it is empty: what stands below would fold up when it comes.
    with st.container(), problem.guarded():
        _list(space)


def _list(space: Workspace) -> None:
    held = upload.held()
    named = _named(space)
    files = [item for item in held if item.path in named]
    if not files:
        return
    with st.expander("Files of this session", icon=":material/folder:"):
        most = limits()
        room = int(most.session_megabytes * MB)
        total = sum(item.size for item in held)
        st.caption(
            f"{len(held)} of {most.session_files:g} files, "
            f"{text.file_size(total)} of {text.file_size(room)}. They stay on the "
            "server while this page is open, and some time after."
        )
        for item in files:
            left, right = st.columns([5, 1], vertical_alignment="center")
            left.markdown(f"{problem.plain(named[item.path])} · {text.file_size(item.size)}")
            if right.button("Remove", key=f"remove-{item.path.name}", icon=":material/delete:"):
                _remove(space, item.path)
                st.rerun()


def _named(space: Workspace) -> dict[Path, str]:
    named = {source.path: source.title for source in space.sources.values()}
    named |= {photo.path: photo.name for photo in space.photos.values()}
    if space.pending is not None:
        named.setdefault(space.pending.path, space.pending.name)
    return named


def _remove(space: Workspace, path: Path) -> None:
    for source in space.sources.values():
        if source.path == path:
            models().discard(file_of(source))  # whoever else uses it gets it opened again
            others = (one.file for one in source.options.other_inputs if one.file is not None)
            for file in (*source.options.code, *others):
                upload.dropped(file)
    upload.dropped(path)
    space.remove(path)
