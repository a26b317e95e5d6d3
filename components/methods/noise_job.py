"""Measuring how much noise the chosen model bears: start, watch, cancel."""

from __future__ import annotations

import threading
from collections.abc import Hashable

import numpy as np

from components.maps import progress
from components.session import backend
from components.session.jobs.job import Job
from components.session.processes import Access, file_of
from components.session.state.workspace import NoiseState, Workspace
from xai_core.attribution.noise.rule import NoiseLevel, NoiseType
from xai_core.base.errors import XaiError
from xai_core.base.progress import Progress


def photos(space: Workspace) -> list[str]:
    """Names of the photos that it is measured on."""
    chosen = space.noise_state.pictures
    known = [name for name in chosen or () if name in space.photos]
    return [space.photo] if chosen is None else known


def classes(space: Workspace) -> list[int] | None:
    """The true class of each of them; None where not all are known."""
    given = space.noise_state.classes
    found = [given[name] for name in photos(space) if name in given]
    return found if found and len(found) == len(photos(space)) else None


def key_of(space: Workspace, noise_type: NoiseType) -> Hashable:
    """What a measurement depends on."""
    source, truth = space.sources[space.source], classes(space)
    paths = tuple(space.photos[name].path for name in photos(space))
    labels = None if truth is None else tuple(truth)
    return file_of(source), source.spec, paths, labels, noise_type, space.seed


def start(space: Workspace, noise_type: NoiseType) -> None:
    """Measure in a thread."""
    noise_state, source = space.noise_state, space.sources[space.source]
    noise_state.clear()
    truth, seed = classes(space), space.seed
    try:
        inputs = np.concatenate(
            [backend.inputs_of(source, space.photos[name]) for name in photos(space)]
        )
    except XaiError as error:
        noise_state.failure = str(error)
        return
    access = Access(noise_state.turn)

    def work(tick: Progress, cancel: threading.Event) -> NoiseLevel:
        access.cancel = cancel
        with access.model(source) as held:
            return held.worker.noise_level(
                inputs, truth, noise_type, seed, progress=tick, cancel=cancel
            )

    noise_state.asked = key_of(space, noise_type)
    noise_state.begin("noise level", work)


def watch(space: Workspace, job: Job[NoiseLevel], *, key: str) -> None:
    """Draw how far it is, until it ends."""
    progress.watch(
        space.noise_state,
        job,
        key=key,
        finish=lambda found: _finish(space.noise_state, found),
        describe=lambda: f"{job.done} of at most {job.total} predictions",
    )


def _finish(noise_state: NoiseState, found: NoiseLevel) -> None:
    noise_state.found[noise_state.asked] = found
