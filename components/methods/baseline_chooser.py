"""Pictures that a method starts from or covers with: those of the session, or uploaded ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from components.session import backend, choice, decoding, problem, text, upload
from components.session.state.workspace import Photo, Workspace
from xai_core.base.errors import XaiError
from xai_core.base.parameters import describe
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.backgrounds import names
from xai_core.pictures.backgrounds.files import PICTURE

FILE_MB = 50
LATER = "Choose at least one picture: until then the method has no map."


def wanted(parameters: type, given: Mapping[str, Any]) -> bool:
    """Whether a method is set to start from or to cover with pictures."""
    infos = describe(parameters)
    takes = any(info.holds == backgrounds.HOLDS for info in infos)
    return takes and any(
        given.get(info.name) == PICTURE for info in infos if PICTURE in info.choices
    )


def show(space: Workspace, method: str) -> str:
    """Draw the choice; the text that names the chosen pictures, as this model gets them."""
    key = f"baseline-{method}"
    _arrived(space, key)
    before = str(space.parameters(method)[backgrounds.PARAMETER])
    if before != st.session_state.get(f"{key}-made", before):  # a run or a link brought its own
        st.session_state[f"{key}-names"] = []
        choice.renew(f"{key}-chosen")
    taken = names_of(key)
    st.session_state[f"{key}-names"] = choice.several(
        st.multiselect,
        "Baseline pictures",
        [name for name in space.photos if name != space.photo],
        taken,
        key=f"{key}-chosen",
        later=True,
        placeholder="Pictures of this session",
        help="Pictures of the training set, or one that stands for nothing. The map is the mean "
        "over all of them.",
    )
    left_out = "" if taken else before
    found = _held(space, names_of(key)) if names_of(key) else left_out
    st.session_state[f"{key}-made"] = found
    if before not in ("", found):
        upload.dropped(backgrounds.file_of(before))  # held again where another method names it
    if found:
        called = names_by_text(space, {method: {backgrounds.PARAMETER: found}}).get(found, ())
        st.caption(f"In use: {text.plain(names.shown(found, called))}.")
    else:
        st.info(LATER, icon=":material/add_photo_alternate:")
    upload.uploader(
        "Upload baseline pictures",
        key=f"{key}-file",
        accept_multiple_files=True,
        max_upload_size=FILE_MB,
    )
    return found


def names_of(key: str) -> list[str]:
    """What is chosen now."""
    found: list[str] = st.session_state[f"{key}-names"]
    return found


def names_by_text(
    space: Workspace, methods: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[str]]:
    """What the pictures of baselines are called, by the text that names them: as they were chosen
    here, else as the run on screen has them.
    """
    run = ((one.parameters, one.chosen) for one in space.run.attributions.values())
    found = names.known_in(run)
    for method, given in methods.items():
        key, named = f"baseline-{method}", given.get(backgrounds.PARAMETER)
        if named and st.session_state.get(f"{key}-made") == named and names_of(key):
            found[named] = names.file_names(names_of(key))
    return found


def _held(space: Workspace, photos: list[str]) -> str:
    """The pictures as the model gets them, kept on the server as uploads are."""
    try:
        spec = backend.spec_of(space.sources[space.source])
        paths = [str(space.photos[name].path) for name in photos]
        found = backgrounds.hold(
            np.concatenate([decoding.prepared(path, spec).inputs for path in paths])
        )
        if backgrounds.file_of(found).exists():  # it counts once against what a session may hold
            return found
        return backgrounds.kept(found, lambda data: upload.kept(data, backgrounds.AREA))
    except XaiError as error:
        problem.show(error)
        return ""


def _arrived(space: Workspace, key: str) -> None:
    def accept(arrival: upload.Arrival) -> None:
        name, data = arrival
        decoding.looked_at(data)  # it is decoded once, so that a broken one is told here
        photo = Photo(name, upload.kept(data, "pictures"))
        here, explained = space.target, space.photo
        space.add_photo(photo)
        st.session_state[f"{key}-names"] = [*names_of(key), space.photo]
        space.photo, space.target = explained, here

    st.session_state.setdefault(f"{key}-names", [])
    upload.arrived(f"{key}-file", FILE_MB, accept)
