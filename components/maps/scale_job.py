"""The maps of other pictures that a scale needs: what is missing, start, watch, cancel."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from components.maps import progress, scale_pictures
from components.session import backend, decoding, run_source
from components.session.processes import Access
from components.session.state.scale import ScaleState
from components.session.state.workspace import Source, Workspace
from xai_core.base.errors import InputError, XaiError
from xai_core.base.progress import Progress
from xai_core.studies.computation import Subject, conduct
from xai_core.studies.kept_maps import SHORT, KeptMaps, origin_of

Parameters = Mapping[str, Mapping[str, Any]]


def kept(space: Workspace) -> KeptMaps | None:
    """The kept maps that those on screen can be set beside; None where the run does not say."""
    origin = origin_of(space.run, space.recipe.channels)
    return KeptMaps(origin) if origin else None


def own(space: Workspace, maps: KeptMaps, pictures: Sequence[str], methods: Parameters) -> None:
    """The maps on screen need not be computed again; those under autocast are of another kind."""
    run, which = space.run, space.run.picture_sha256
    if which[:SHORT] not in pictures:
        return
    for name, given in methods.items():
        narrow = run.attributions[name].pace.autocast
        if not narrow and not maps.knows(which, name, given):
            maps.keep(which, name, given, maps.of_map(run.attributions[name], run.content))


def missing(maps: KeptMaps, pictures: Sequence[str], methods: Parameters) -> list[str]:
    """The pictures of which a map is not known."""
    return [
        which
        for which in pictures
        if not all(maps.knows(which, name, given) for name, given in methods.items())
    ]


def show(
    space: Workspace, maps: KeptMaps, pictures: Sequence[str], methods: Parameters, *, key: str
) -> None:
    """Draw what is missing with a button, or the progress of what runs."""
    scaling, job = space.scaling, space.scaling.job
    if job is not None:
        progress.watch(scaling, job, key=key, finish=lambda refused: _finish(scaling, refused))
        return
    progress.ended(scaling, "Cancelled. The maps that were done by then are kept.")
    left_over = missing(maps, pictures, methods)
    if not left_over or space.job is not None:  # other maps are about to be on screen
        return
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.info(
        f"The maps of {len(left_over)} of {len(pictures)} pictures are not computed yet; until "
        "then each map is scaled by itself.",
        icon=":material/hourglass_empty:",
    )
    text = "Compute their maps"
    if progress.start_button(right, text, key=key, first=True) or scaling.at_once:
        scaling.at_once = False
        start(space, maps, left_over, methods)
        st.rerun()


def start(space: Workspace, maps: KeptMaps, pictures: Sequence[str], methods: Parameters) -> None:
    """Compute them, in a thread."""
    scaling = space.scaling
    scaling.clear()
    try:
        source, subjects = _source(space, maps), _subjects(space, pictures)
    except XaiError as error:
        scaling.failure = str(error)
        return
    access, decode = Access(scaling.turn), decoding.decoding()

    def work(tick: Progress, cancel: threading.Event) -> dict[str, str]:
        access.cancel = cancel
        return conduct(
            maps,
            subjects,
            methods,
            access.lender(source),
            decode=decode,
            progress=tick,
            cancel=cancel,
        )

    scaling.begin("scale", work)


def _source(space: Workspace, maps: KeptMaps) -> Source:
    title = run_source.model_of(space)
    if title is None:
        raise InputError(
            "The model of the maps on screen is not in this session.", "Open its file first."
        )
    source = space.sources[title]
    backend.opened(source)
    if backend.spec_of(source) != maps.spec:
        raise InputError(
            "Pictures become inputs in another way now than for the maps on screen.",
            "Compute the maps on screen again.",
        )
    return source


def _subjects(space: Workspace, pictures: Sequence[str]) -> list[Subject]:
    known = scale_pictures.offered(space)
    gone = [which for which in pictures if which not in known]
    if gone:
        raise InputError(
            f"{len(gone)} of the pictures are not in this session.",
            "Upload them, or choose others.",
        )
    return [
        Subject(known[which].name, known[which].path, run_source.sha256_of(str(known[which].path)))
        for which in pictures
    ]


def _finish(scaling: ScaleState, refused: Mapping[str, str]) -> None:
    scaling.failure = " ".join(f"{name}: {why}" for name, why in refused.items())
