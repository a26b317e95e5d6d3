"""What is asked of a model while it is opened, in the thread that opens it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from components.session import backend
from components.session.decoding import Decode
from components.session.jobs.cache import ResultCache
from components.session.processes import file_of
from components.session.state.opening import Judged, Opened
from components.session.state.workspace import Photo, Source
from xai_core.attribution.methods.base import METHODS
from xai_core.base.arrays import Inputs
from xai_core.base.errors import Cancelled, InputError, WorkerError, XaiError
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness.checks.base import step_of
from xai_core.readiness.result import Verdict
from xai_core.readiness.steps import Step
from xai_core.targets.labels import check_count
from xai_core.worker.serving.models import HeldModel

T = TypeVar("T")


def question_of(source: Source, what: Hashable) -> str:
    """A hash of all that a verdict depends on, the same after a restart of the server."""
    told = repr((file_of(source), source.proof_seconds, what, METHODS.names()))
    return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Asking:
    """One model's questions. enter: told each step that begins. kept: its verdict of before."""

    held: HeldModel
    source: Source
    cache: ResultCache
    cancel: threading.Event
    enter: Callable[[Step], None]
    kept: Judged | None = None

    def opened(self, photo: Photo, decode: Decode, *, proven: bool, new: bool) -> Opened:
        """Predicts and judges; finds a size on which it runs where the picture's does not fit."""
        self._known("card", lambda: backend.card_of(self.held))
        self.enter("run")
        spec = self.source.spec or self.held.card.input_spec
        inputs = self._predicted(photo, spec, decode)
        if not proven:
            return Opened(self.source, None)
        verdict = self._judged(photo, spec, inputs)
        source = self.source
        if source.spec is None and (inputs is None or verdict.level == "rejected"):
            source, verdict = self._fitted(photo, decode, verdict)
        shape = verdict.output_shape
        if new and source.labels and shape and len(shape) > 1:
            check_count(source.labels, shape[1])  # names that are not as many would all be wrong
        return Opened(source, verdict, self._question(photo, source.spec or spec, decode))

    def _question(self, photo: Photo, spec: InputSpec, decode: Decode) -> str:
        try:
            decode(photo.path, spec)
        except InputError:
            return question_of(self.source, "own-verdict")
        return question_of(self.source, ("verdict", (photo.path, spec)))

    def _fitted(self, photo: Photo, decode: Decode, verdict: Verdict) -> tuple[Source, Verdict]:
        """With an input size that the model was seen to run on, if there is one."""
        found = self._judged(photo, self.held.card.input_spec, None).input_shape
        if found is None or len(found) != 4 or found[1:] == self.held.card.input_spec.shape:
            return self.source, verdict
        spec = InputSpec.for_shape(found[1], found[2], found[3])
        inputs = self._predicted(photo, spec, decode)
        return replace(self.source, spec=spec), self._judged(photo, spec, inputs)

    def _predicted(self, photo: Photo, spec: InputSpec, decode: Decode) -> Inputs | None:
        """The picture as the model gets it, once it ran on it; None where it has not its form."""
        try:
            inputs = decode(photo.path, spec).inputs
        except InputError:
            return None
        try:
            what = ("prediction", (photo.path, spec))
            ask = self.held.worker.predict
            self._known(what, lambda: ask(inputs, cancel=self.cancel))
        except (Cancelled, WorkerError):
            raise
        except XaiError:
            pass  # the verdict says why
        return inputs

    def _judged(self, photo: Photo, spec: InputSpec, inputs: Inputs | None) -> Verdict:
        what = "own-verdict" if inputs is None else ("verdict", (photo.path, spec))
        how: dict[str, Any] = {
            "cancel": self.cancel,
            "proof_limit": self.source.proof_seconds,
            "progress": lambda done, total: self.enter(step_of(done)),
        }

        def ask() -> Verdict:
            kept = self.kept
            same = kept is not None and kept.verdict.sha256 == self.held.card.sha256
            if kept is not None and same and kept.question == question_of(self.source, what):
                return kept.verdict
            return self.held.worker.assess(inputs, **how)

        return self._known(what, ask)

    def _known(self, what: Hashable, ask: Callable[[], T]) -> T:
        return self.cache.get((file_of(self.source), what), ask)
