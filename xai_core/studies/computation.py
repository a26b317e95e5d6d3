"""Computes what a study does not know yet, in chunks of pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from xai_core.base.errors import Cancelled, InputError
from xai_core.base.progress import Progress
from xai_core.pictures.preprocessing import InputSpec, Prepared, open_picture, prepare
from xai_core.runs.explainer import ManyExplainer
from xai_core.studies.chunk import LARGEST, Found, chunk_size, explained, groups
from xai_core.studies.figures.measured import Figures, Truth, needs_masks
from xai_core.studies.figures.truth import truth_in
from xai_core.studies.meter import Meter
from xai_core.studies.meter import Place as Place
from xai_core.studies.overlap import Ahead, Behind, parted
from xai_core.studies.records import Records, flushed
from xai_core.studies.result import StudyResult
from xai_core.studies.store import Methods, Study, complete

Borrow = Callable[[], AbstractContextManager[ManyExplainer]]
"""Called for every chunk, so that others who use the model get their turn in between."""


@dataclass(frozen=True)
class Subject:
    """A picture file of a study.

    Attributes:
        sha256: of its bytes. mask: the file of its ground truth. mask_sha256: of that one's bytes;
            whoever needs it looks for it where it is None.
    """

    name: str
    path: Path
    sha256: str
    mask: Path | None = None
    mask_sha256: str | None = None


def read_truth(subject: Subject, spec: InputSpec) -> Truth:
    """What the maps of a picture should show, by its mask."""
    return None if subject.mask is None else truth_in(subject.mask, subject.path, spec)


def decoded(path: Path, spec: InputSpec) -> Prepared:
    """A picture file as a model gets it. Raises `InputError`."""
    return prepare(open_picture(path, spec), spec)


@flushed
def conduct(
    records: Records[Any],
    subjects: Sequence[Subject],
    methods: Methods,
    borrow: Borrow,
    *,
    decode: Callable[[Path, InputSpec], Prepared] = decoded,
    truth: Callable[[Subject, InputSpec], Truth] = read_truth,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    at: Callable[[Place], None] = lambda place: None,
) -> dict[str, str]:
    """Compute and keep every entry that is missing; returns why pictures were refused, by name.

    Pictures come in chunks. While the model runs one, the next is decoded and the last is scored,
    each in a thread of its own. A method that is not defined for the model is kept as an entry
    with its cause.

    Args:
        decode, truth: how a picture, and for metrics that need it what its maps should show, are
            read; in this process unless said otherwise: only for files that you trust.
        progress: in samples over all pictures and methods that are missing.
        at: told of each chunk before it is computed.

    Raises:
        Cancelled: as asked; all entries but those of the chunk in progress are kept.
        XaiError: what the worker raises; the same holds.
    """
    wanted = complete(methods)
    records.take_over(subjects, wanted)
    missing = _missing(records, subjects, wanted)
    meter = Meter(records.spec, missing.values(), progress, at)
    refused: dict[str, str] = {}
    read = partial(_read, decode, records.spec)
    with Ahead(read, _chunks(missing)) as chunks, Behind() as behind:
        for (_, names), (pictures, broken) in chunks:
            refused |= broken
            meter.skip(names, len(broken))
            for part, group in _calls(records, pictures, names):
                found = _explained(records, part, group, borrow, truth, meter, cancel)
                behind.do(partial(_keep, records, part, group, *found))
    return refused


Pictured = tuple[Subject, Prepared]


def _missing(
    records: Records[Any], subjects: Sequence[Subject], methods: Methods
) -> dict[Subject, Methods]:
    """What is not known of each picture, the same bytes once."""
    return {
        one: {
            name: given
            for name, given in methods.items()
            if not records.knows(one.sha256, name, given)
        }
        for one in {subject.sha256: subject for subject in subjects}.values()
    }


def _calls(
    records: Records[Any], pictures: Sequence[Pictured], methods: Methods
) -> Iterator[tuple[Sequence[Pictured], Methods]]:
    """The pictures and methods of each call for a chunk."""
    for group in groups(methods, records.spec.shape):
        for part in parted(pictures, chunk_size(group, records.spec.shape)):
            yield part, group


def _chunks(missing: Mapping[Subject, Methods]) -> list[tuple[list[Subject], Methods]]:
    """Pictures that lack the same methods, as many as the largest chunk has."""
    found: list[tuple[list[Subject], Methods]] = []
    for subject, names in missing.items():
        if not names:
            continue
        if not found or found[-1][1] != names or len(found[-1][0]) == LARGEST:
            found.append(([], names))
        found[-1][0].append(subject)
    return found


def _read(
    decode: Callable[[Path, InputSpec], Prepared],
    spec: InputSpec,
    chunk: tuple[list[Subject], Methods],
) -> tuple[list[Pictured], dict[str, str]]:
    """The pictures of a chunk, and why others are none."""
    found: list[Pictured] = []
    refused: dict[str, str] = {}
    for subject in chunk[0]:
        try:
            found.append((subject, decode(subject.path, spec)))
        except InputError as error:
            refused[subject.name] = str(error)
    return found, refused


def _explained(
    records: Records[Any],
    pictures: Sequence[Pictured],
    methods: Methods,
    borrow: Borrow,
    truth: Callable[[Subject, InputSpec], Truth],
    meter: Meter,
    cancel: threading.Event | None,
) -> tuple[Sequence[Found], Sequence[Mapping[str, Figures]]]:
    """The maps, and what is measured of them beside the score."""
    if cancel is not None and cancel.is_set():
        raise Cancelled
    names = [one.sha256 for one, _ in pictures]
    meter.enter(names, methods)
    metrics = records.lacking(names, methods)
    masks = needs_masks(metrics)
    truths = [truth(one, records.spec) if masks else None for one, _ in pictures]
    with borrow() as explainer:
        found = explained(
            explainer,
            [one for _, one in pictures],
            methods,
            seed=records.seed,
            target=records.target,
            pace=records.pace,
            progress=meter.within,
            cancel=cancel,
        )
        prepared = [one for _, one in pictures]
        figures = records.measured(explainer, prepared, truths, found, metrics, cancel)
    meter.skip(methods, len(pictures))
    return found, figures


def _keep(
    records: Records[Any],
    pictures: Sequence[Pictured],
    methods: Methods,
    found: Sequence[Found],
    figures: Sequence[Mapping[str, Figures]],
) -> None:
    entries = records.of_chunk([one for _, one in pictures], found, figures)
    for (subject, _), one in zip(pictures, entries, strict=True):
        for name, given in methods.items():
            records.keep(subject.sha256, name, given, one[name])


def filled(draft: StudyResult, study: Study, refused: Mapping[str, str]) -> StudyResult:
    """The draft with all that a study knows of its pictures; refused ones are left out."""
    pictures = [one for one in draft.pictures if one.name not in refused]
    table = study.table([one.sha256 for one in pictures], draft.methods)
    entries = (
        study.entry(one.sha256, name, given)
        for one in pictures
        for name, given in draft.methods.items()
    )
    return replace(
        draft,
        pictures=tuple(replace(one, target=table.targets.get(n)) for n, one in enumerate(pictures)),
        table=table,
        refused={**draft.refused, **refused},
        pace=study.pace,
        seconds=sum(one.seconds for one in entries if one is not None),
    )
