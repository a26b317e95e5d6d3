"""From the browser to the disk: uploads leave the server's memory as soon as they have arrived."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.session import problem
from components.session.settings import limits
from components.session.state.workspace import Workspace
from components.session.visitor import visit
from xai_core.base.errors import InputError, XaiError
from xai_core.base.limits import MB
from xai_core.base.storage.bundle import bundle_name, bundled
from xai_core.base.storage.files import keep, keep_code
from xai_core.base.storage.quota import Item, Storage
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.runs.store import RunStore

Arrival = tuple[str, bytes]  # the user's name for it, which is never a path, and the bytes


@st.cache_resource(show_spinner=False)
def storage() -> Storage:
    """What all sessions have on disk."""
    found = Storage(limits(), RunStore().pinned_files)
    threading.Thread(target=found.sweep, name="old uploads go", daemon=True).start()
    return found


def attend(space: Workspace) -> None:
    """Hold what this session has chosen or could choose, until its visit ends."""
    here, files = visit.current(), storage()
    here.at_end("files", lambda: files.leave(here))
    photos = (*space.photos.values(), *space.study_state.uploaded.values())
    paths = [path for photo in photos for path in photo.files]
    paths += [backgrounds.file_of(one) for one in backgrounds.named_in(space.settings)]
    for source in space.sources.values():
        others = (one.file for one in source.options.other_inputs if one.file is not None)
        paths += [source.path, *source.options.code, *others]
    if space.pending is not None:
        paths += [space.pending.path, *space.pending.files.values()]
    for path in paths:
        files.hold(here, path)


def arrived(
    key: str, megabytes: float, accept: Callable[[Arrival], None], *, as_one: bool = False
) -> None:
    """Give what has come through the uploader `key` to `accept`, and let the server forget it.

    To be called before `uploader` draws it. An error of `accept` is shown there.

    Args:
        as_one: files that come at once belong together and are given as one archive.
    """
    turn = st.session_state.setdefault(f"{key}-turn", 0)
    value = st.session_state.get(f"{key}-{turn}")
    given = [one for one in _listed(value) if isinstance(one, UploadedFile)]
    if not given:
        return
    # A new key is a new, empty uploader: the value of the old one goes with the old one.
    st.session_state[f"{key}-turn"] = turn + 1
    st.session_state[f"{key}-problem"] = None
    arrivals = [_taken(file) for file in given]
    for arrival in [_together(arrivals)] if as_one else arrivals:
        try:
            _check_size(arrival, megabytes)
            accept(arrival)
        except XaiError as error:
            st.session_state[f"{key}-problem"] = error


def uploader(label: str, *, key: str, **options: Any) -> None:
    """Draw an uploader whose file `arrived` takes, and why it did not take the last one."""
    st.file_uploader(
        problem.plain(label),
        key=f"{key}-{st.session_state.setdefault(f'{key}-turn', 0)}",
        **options,
    )
    error = st.session_state.get(f"{key}-problem")
    if error is not None:
        problem.show(error)


def clear_problems(*keys: str) -> None:
    """Say no longer why these uploaders did not take the last file."""
    for key in keys:
        st.session_state[f"{key}-problem"] = None


def kept(data: bytes, area: str) -> Path:
    """The path of a file with these bytes. Raises `XaiError` where a cap is reached."""
    return storage().take(visit.current(), len(data), lambda: keep(data, area))


def kept_code(files: dict[str, bytes]) -> tuple[Path, ...]:
    """The paths of Python files. Raises `XaiError` where a cap is reached."""
    if not files:
        return ()
    paths: list[Path] = []

    def write() -> Path:
        paths.extend(keep_code(files))
        return paths[0]

    storage().take(visit.current(), sum(map(len, files.values())), write)
    return tuple(paths)


def held() -> tuple[Item, ...]:
    """What this session has on disk."""
    return storage().held(visit.current())


def dropped(path: Path) -> None:
    """This session does not need the file any more."""
    storage().drop(visit.current(), path)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _taken(file: UploadedFile) -> Arrival:
    arrival = (file.name, file.getvalue())
    _forget(file)
    return arrival


def _together(arrivals: list[Arrival]) -> Arrival:
    """One archive of them; of two files of one name the later one is taken."""
    files = dict(arrivals)
    return arrivals[0] if len(files) == 1 else (bundle_name(files), bundled(files))


def _forget(file: UploadedFile) -> None:
    """Streamlit itself would keep the bytes until long after the session's end."""
    context = get_script_run_ctx()
    remove = getattr(getattr(context, "uploaded_file_mgr", None), "remove_file", None)
    if context is not None and remove is not None:  # its interface does not promise it
        remove(session_id=context.session_id, file_id=file.file_id)


def _check_size(arrival: Arrival, megabytes: float) -> None:
    name, data = arrival
    if len(data) > megabytes * MB:
        raise InputError(
            f"{name} has {len(data) / MB:.1f} MB; at most {megabytes:g} MB are taken here.",
            "Choose a smaller file.",
        )
