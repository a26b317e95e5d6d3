"""Computes what a study does not know yet, picture by picture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xai_core.attribution.autocast import suited
from xai_core.base.errors import Cancelled, InputError, MethodError
from xai_core.base.progress import Progress
from xai_core.pictures.preprocessing import InputSpec, Prepared, open_picture, prepare
from xai_core.runs.computation import samples_of
from xai_core.runs.explainer import Explainer
from xai_core.studies.records import Records, flushed
from xai_core.studies.result import StudyResult
from xai_core.studies.store import Methods, Study, complete
from xai_core.targets.resolution import target_of

Borrow = Callable[[], AbstractContextManager[Explainer]]
"""Called for every picture, so that others who use the model get their turn in between."""


@dataclass(frozen=True)
class Subject:
    """A picture file of a study. sha256: of its bytes."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class Place:
    """The map that is being computed: of a picture (SHA-256) by a method.

    Attributes:
        before: samples that were through when it began. samples: that it takes at most.
    """

    picture: str
    method: str
    before: int
    samples: int


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
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    at: Callable[[Place], None] = lambda place: None,
) -> dict[str, str]:
    """Compute and keep every entry that is missing; returns why pictures were refused, by name.

    A method that is not defined for the model is kept as an entry with its cause.

    Args:
        progress: in samples over all pictures and methods that are missing.
        at: told of each map before it is computed.

    Raises:
        Cancelled: as asked; all entries but the one in progress are kept.
        XaiError: what the worker raises; the same holds.
    """
    wanted = complete(methods)
    missing = {
        one: {
            name: given
            for name, given in wanted.items()
            if not records.knows(one.sha256, name, given)
        }
        for one in {subject.sha256: subject for subject in subjects}.values()
    }
    meter = _Meter(records.spec, missing.values(), progress, at)
    refused: dict[str, str] = {}
    for subject, names in missing.items():
        if not names:
            continue
        if cancel is not None and cancel.is_set():
            raise Cancelled
        try:
            prepared = decode(subject.path, records.spec)
        except InputError as error:
            refused[subject.name] = str(error)
            meter.skip(names)
            continue
        with borrow() as explainer:
            _measure(records, subject, prepared, names, explainer, meter, cancel)
    return refused


def _measure(
    records: Records[Any],
    subject: Subject,
    prepared: Prepared,
    methods: Methods,
    explainer: Explainer,
    meter: _Meter,
    cancel: threading.Event | None,
) -> None:
    prediction = explainer.predict(prepared.inputs)
    target = target_of(explainer, prepared.inputs, prediction, records.target)
    samples = samples_of(methods, prepared.inputs.shape[1:])
    for name, given in methods.items():
        meter.enter(subject.sha256, name)
        try:
            attribution = explainer.explain(
                prepared.inputs,
                target,
                name,
                records.seed,
                given,
                pace=suited(records.pace, name, samples[name]),
                progress=meter.within,
                cancel=cancel,
            )
            entry = records.of_map(attribution, prepared.content)
        except MethodError as error:  # the others may still be defined for this model
            entry = records.of_failure(target.index, str(error))
        records.keep(subject.sha256, name, given, entry)
        meter.skip([name])


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


class _Meter:
    """One progress in samples over all that is missing."""

    def __init__(
        self,
        spec: InputSpec,
        missing: Collection[Methods],
        progress: Progress | None,
        at: Callable[[Place], None],
    ) -> None:
        self._costs: dict[str, int] = {}
        for methods in missing:
            self._costs |= samples_of(methods, spec.shape)
        self._total = sum(self._costs[name] for methods in missing for name in methods)
        self._done = 0
        self._progress, self._at = progress, at

    def enter(self, picture: str, name: str) -> None:
        """This entry is next."""
        self._at(Place(picture, name, self._done, self._costs[name]))

    def within(self, done: int, total: int) -> None:
        """So much of the entry in progress is through."""
        if self._progress is not None:
            self._progress(self._done + done, self._total)

    def skip(self, names: Iterable[str]) -> None:
        """These entries need nothing more."""
        self._done += sum(self._costs[name] for name in names)
        if self._progress is not None:
            self._progress(self._done, self._total)
