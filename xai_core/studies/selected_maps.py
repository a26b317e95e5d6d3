"""Maps of a study that are worth a look: of some pictures by name, kept beside its shards.

A study keeps no maps by itself: those of a million pictures would fill a disk. They are computed
again, bit for bit what was scored, for the pictures that are named or that the scores point at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.base.errors import InputError, XaiError
from xai_core.base.progress import Progress
from xai_core.models.peek.digest import digest
from xai_core.studies.chunk import LARGEST
from xai_core.studies.computation import Borrow, Subject, conduct
from xai_core.studies.maps.files import StudyMaps as StudyMaps
from xai_core.studies.maps.listing import MapsList
from xai_core.studies.sources import Listed, Source
from xai_core.studies.store import Methods
from xai_core.studies.summary import StudySummary
from xai_core.worker.decoding import Decoder

MOST = 1000  # pictures


def most_complex(
    summary: StudySummary, method: str, count: int, *, least: bool = False
) -> list[str]:
    """Names of the pictures whose maps by a method have the highest Complexity after removal.

    Args:
        least: the lowest instead.

    Raises:
        InputError: the study has no such method, or the count is not from 1 to 1,000.
    """
    scores = summary.scores[:, _column(summary, method)] * (1 if least else -1)
    return _first(summary, scores, count)


def clearest_reversals(summary: StudySummary, front: str, back: str, count: int) -> list[str]:
    """Names of the pictures on which `back` scores below `front`, the clearest first.

    Raises:
        InputError: as `most_complex`.
    """
    columns = [_column(summary, one) for one in (back, front)]
    ahead = summary.scores[:, columns[0]] - summary.scores[:, columns[1]]
    return _first(summary, np.where(ahead < 0, ahead, np.nan), count)


def keep_maps(
    maps: StudyMaps,
    source: Source,
    names: Collection[str] | None,
    methods: Methods,
    borrow: Borrow,
    progress: Progress | None = None,
) -> dict[str, str]:
    """Compute and keep the maps of these pictures; returns why others were refused, by name.

    What is kept is listed in `maps.csv` beside them.

    Args:
        names: as the source lists them; None takes all, however many.
        borrow: gives a worker with the study's model. progress: in pictures; of all of them the
            total is what has come so far.

    Raises:
        XaiError: the model's process fails, or the disk.
    """
    refused = dict.fromkeys(names or (), "It is not in the source.")
    listed = source.pictures() if names is None else _listed(source, names)
    done, total = 0, len(refused)
    with closing(Decoder()) as decoder, MapsList(maps.folder) as listing:
        while part := list(islice(listed, LARGEST)):
            with tempfile.TemporaryDirectory() as folder:
                subjects = _fetched(source, part, Path(folder), refused)
                refused |= conduct(maps, subjects, methods, borrow, decode=decoder.prepared)
            maps.tell(listing, [(one.name, one.sha256) for one in subjects], methods)
            done += len(part)
            if progress is not None:
                progress(done, max(total, done))
    return refused


def _listed(source: Source, names: Collection[str]) -> Iterator[Listed]:
    wanted = set(names)
    for one in source.pictures():
        if one.name in wanted:
            wanted.discard(one.name)
            yield one
            if not wanted:
                return


def _fetched(
    source: Source, part: Sequence[Listed], folder: Path, refused: dict[str, str]
) -> list[Subject]:
    """Those that are there; why others are not is told in `refused`."""
    subjects: list[Subject] = []
    for listed in part:
        try:
            if listed.cause is not None:
                raise InputError(listed.cause)
            path = source.local(listed, folder)
            subjects.append(Subject(listed.name, path, digest(path).sha256))
            refused.pop(listed.name, None)
        except XaiError as error:
            refused[listed.name] = str(error)
    return subjects


def _column(summary: StudySummary, method: str) -> int:
    if method not in summary.methods:
        raise InputError(
            f"The study has no method {method!r}.", f"It has: {list(summary.methods)}."
        )
    return summary.methods.index(method)


def _first(summary: StudySummary, values: np.ndarray[Any, Any], count: int) -> list[str]:
    """The rows with the lowest values, NaN left out, by name."""
    if not 1 <= count <= MOST:
        raise InputError(f"From 1 to {MOST:,} pictures can be asked for, not {count}.")
    known = np.flatnonzero(np.isfinite(values))
    order: Sequence[int] = known[np.argsort(values[known], kind="stable")][:count].tolist()
    return summary.names(order)
