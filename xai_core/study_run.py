"""Computes what a study does not know yet, picture by picture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xai_core.comparison import Explainer
from xai_core.errors import Cancelled, InputError, MethodError
from xai_core.images import InputSpec, Prepared, open_picture, prepare
from xai_core.methods.base import METHODS
from xai_core.methods.parameters import build
from xai_core.resolution import target_of
from xai_core.study import Methods, Study, complete
from xai_core.study_entry import failed, measured
from xai_core.types import Progress

Borrow = Callable[[], AbstractContextManager[Explainer]]
"""Called for every picture, so that others who use the model get their turn in between."""


@dataclass(frozen=True)
class Subject:
    """A picture file of a study. sha256: of its bytes."""

    name: str
    path: Path
    sha256: str


def decoded(path: Path, spec: InputSpec) -> Prepared:
    """A picture file as a model gets it. Raises `InputError`."""
    return prepare(open_picture(path), spec)


def conduct(
    study: Study,
    subjects: Sequence[Subject],
    methods: Methods,
    borrow: Borrow,
    *,
    decode: Callable[[Path, InputSpec], Prepared] = decoded,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> dict[str, str]:
    """Compute and keep every entry that is missing; returns why pictures were refused, by name.

    A method that is not defined for the model is kept as an entry with its cause.

    Args:
        progress: in samples over all pictures and methods that are missing.

    Raises:
        Cancelled: as asked; all entries but the one in progress are kept.
        XaiError: what the worker raises; the same holds.
    """
    wanted = complete(methods)
    missing = {
        one: {name: given for name, given in wanted.items() if not _known(study, one, name, given)}
        for one in {subject.sha256: subject for subject in subjects}.values()
    }
    meter = _Meter(study.setting.spec, missing.values(), progress)
    refused: dict[str, str] = {}
    for subject, names in missing.items():
        if not names:
            continue
        if cancel is not None and cancel.is_set():
            raise Cancelled
        try:
            prepared = decode(subject.path, study.setting.spec)
        except InputError as error:
            refused[subject.name] = str(error)
            meter.skip(names)
            continue
        with borrow() as explainer:
            _measure(study, subject, prepared, names, explainer, meter, cancel)
    return refused


def _measure(
    study: Study,
    subject: Subject,
    prepared: Prepared,
    methods: Methods,
    explainer: Explainer,
    meter: _Meter,
    cancel: threading.Event | None,
) -> None:
    setting = study.setting
    recipe = replace(setting.recipe, crop=prepared.content)
    prediction = explainer.predict(prepared.inputs)
    target = target_of(explainer, prepared.inputs, prediction, setting.target)
    for name, given in methods.items():
        try:
            attribution = explainer.explain(
                prepared.inputs,
                target,
                name,
                setting.seed,
                given,
                progress=meter.within,
                cancel=cancel,
            )
            entry = measured(attribution, recipe)
        except MethodError as error:  # the others may still be defined for this model
            entry = failed(target.index, str(error))
        study.keep(subject.sha256, name, given, entry)
        meter.skip([name])


def _known(study: Study, subject: Subject, name: str, given: Mapping[str, Any]) -> bool:
    return study.entry(subject.sha256, name, given) is not None


class _Meter:
    """One progress in samples over all that is missing."""

    def __init__(
        self, spec: InputSpec, missing: Collection[Methods], progress: Progress | None
    ) -> None:
        self._costs = {
            name: METHODS[name].samples(build(METHODS[name].Parameters, given), spec.shape)
            for methods in missing
            for name, given in methods.items()
        }
        self._total = sum(self._costs[name] for methods in missing for name in methods)
        self._done = 0
        self._progress = progress

    def within(self, done: int, total: int) -> None:
        """So much of the entry in progress is through."""
        if self._progress is not None:
            self._progress(self._done + done, self._total)

    def skip(self, names: Iterable[str]) -> None:
        """These entries need nothing more."""
        self._done += sum(self._costs[name] for name in names)
        if self._progress is not None:
            self._progress(self._done, self._total)
