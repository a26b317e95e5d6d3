"""Which pictures are behind a scale: those that share it, and those of good parts."""

from __future__ import annotations

import re
from collections.abc import Mapping

import streamlit as st

from components.session import choice, run_source, text
from components.session.state.workspace import Photo, Workspace
from xai_core.maps.colour_scale import Scope
from xai_core.studies.kept_maps import SHORT

MOST = 100
WORDS = GROUP, REFERENCES = "pictures", "reference"  # of an address
ID = re.compile(rf"\b[0-9a-f]{{{SHORT}}}\b")


def offered(space: Workspace) -> dict[str, Photo]:
    """The session's pictures by the first digits of their SHA-256, those of the study too."""
    photos = (*space.photos.values(), *space.study_state.uploaded.values())
    found: dict[str, Photo] = {}
    for photo in photos:
        if photo.path.exists():
            found.setdefault(id_of(photo), photo)
    return found


def id_of(photo: Photo) -> str:
    """The first digits of a picture's SHA-256."""
    return run_source.sha256_of(str(photo.path))[:SHORT]


def group(space: Workspace) -> list[str]:
    """The pictures that share a scale: as chosen, else those of the page of many pictures."""
    if space.scaling.group is not None:
        return space.scaling.group
    study_state = space.study_state
    chosen = [space.photos[name] for name in study_state.photos if name in space.photos]
    return list(dict.fromkeys(id_of(one) for one in (*chosen, *study_state.uploaded.values())))[
        :MOST
    ]


def choose_group(space: Workspace, label: str) -> None:
    """Draw the choice of the pictures that share the scale."""
    before = group(space)
    found = _chosen(space, label, before, "scale-group")
    if found != before:  # until then it follows the page of many pictures
        space.scaling.group = found


def choose_reference(space: Workspace) -> None:
    """Draw the choice of the good parts."""
    space.scaling.reference = _chosen(
        space, "Reference pictures (good parts)", space.scaling.reference, "scale-reference"
    )


def words(space: Workspace, scope: Scope) -> dict[str, str]:
    """What an address says of the pictures behind a scale, and beside it."""
    if scope not in ("set", "reference"):
        return {}
    reference = space.scaling.reference if scope == "reference" else []
    return {GROUP: ",".join(group(space)), REFERENCES: ",".join(reference)}


def take(space: Workspace, given: Mapping[str, str]) -> None:
    """Choose the pictures that an address names."""
    group, reference = (ID.findall(given.get(name, ""))[:MOST] for name in WORDS)
    if group:
        space.scaling.group = group
    if reference:
        space.scaling.reference = reference


def name_of(space: Workspace, which: str) -> str:
    """Of a picture, also of one that only a link brought."""
    return _name(offered(space), which)


def _chosen(space: Workspace, label: str, current: list[str], key: str) -> list[str]:
    known = offered(space)
    options = list(dict.fromkeys([*known, *current]))
    return choice.several(
        st.multiselect,
        text.plain(label),
        options,
        current,
        key=key,
        format_func=lambda which: _name(known, which),
        max_selections=MOST,
        placeholder="Choose pictures of this session",
    )


def _name(known: Mapping[str, Photo], which: str) -> str:
    return known[which].name if which in known else f"picture {which[:8]}… (not in this session)"
