"""The process behind a worker: started when needed, and its model opened again after a death."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from xai_core.base.errors import Cancelled, InputError, ModelError, WorkerError
from xai_core.base.patience import CALL_SECONDS
from xai_core.base.progress import Progress
from xai_core.cage.protection import Protection
from xai_core.models.formats.base import LoadOptions
from xai_core.models.other_inputs import lent_inputs
from xai_core.worker.call import Call, await_start
from xai_core.worker.card import ModelCard
from xai_core.worker.process.budget import Budget
from xai_core.worker.process.environments import interpreter_for
from xai_core.worker.process.process import Process
from xai_core.worker.process.unguarded import ours, refuse_unguarded
from xai_core.worker.wire.codec import decode, encode
from xai_core.worker.wire.protocol import Array, Frame, lie

T = TypeVar("T")
# Seconds to look into a file: some libraries never come back from a damaged one (HDF5).
LOOK_LIMIT = 60.0


class Connection:
    """One call at a time to a process that is replaced when it dies.

    Args:
        time_limit: seconds for a call that names no limit of its own.
        budget: of each process; None takes the configured one.
        silence: seconds that any call may go on without a sign of progress.
    """

    def __init__(
        self, time_limit: float, budget: Budget | None = None, silence: float = math.inf
    ) -> None:
        self.budget = budget or Budget.configured()
        self.process = Process(budget=self.budget)
        self._time_limit, self._silence = time_limit, silence
        self.protection: Protection | None = None  # None: the process has not started yet
        self._lock = threading.RLock()
        self._closed = False
        self._opened: tuple[str, LoadOptions, str, str | None] | None = None  # with SHA-256, name
        self._holds_model = False
        self._python: Path | None = None

    def ask(
        self,
        kind: type[T],
        operation: str,
        params: Mapping[str, Any],
        arrays: tuple[Array, ...] = (),
        **call: Any,
    ) -> T:
        """The answer to one call, as `kind`."""
        frame = self.exchange(operation, params, arrays, **call)
        try:
            return decode(kind, frame.header.get("data"), frame.arrays)
        except WorkerError:
            self.process.kill()
            raise

    def exchange(
        self,
        operation: str,
        params: Mapping[str, Any],
        arrays: tuple[Array, ...] = (),
        *,
        model: bool = False,
        limit: float | None = None,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
        preview: tuple[int, ...] | None = None,
    ) -> Frame:
        """The answer to one call, as it came.

        Args:
            model: the call needs the open model. preview: as for `Call`, and so are the others.
        """
        with self._lock:
            if self._closed:
                raise _closed()
            try:
                if model:
                    self._reopen(cancel)
                self.started(cancel)
                limit = limit or self._time_limit
                call = Call(self.process, limit, progress, cancel, preview, self._silence)
                return call.run(operation, params, arrays)
            except WorkerError as error:
                if self._closed:
                    raise _closed() from error
                raise

    def ask_of_file(
        self,
        kind: type[T],
        operation: str,
        path: str,
        cancel: threading.Event | None = None,
        name: str | None = None,
        **params: Any,
    ) -> T:
        """The answer to a call about a file that is not to stay open, and is not run.

        `name`: what the user calls it.
        """
        with self._lock:
            self.started(cancel)
            (lent,) = self.process.passing.lend((Path(path),), name)
            try:
                limit = min(LOOK_LIMIT, self._time_limit)
                told = {"path": str(lent), **params}
                return self.ask(kind, operation, told, limit=limit, cancel=cancel)
            finally:
                self.process.passing.clear()

    def load(
        self,
        path: str,
        options: LoadOptions,
        cancel: threading.Event | None = None,
        name: str | None = None,
    ) -> ModelCard:
        """Open a model, in place of the one that was open. `name`: what the user calls it."""
        with self._lock:
            self._opened, self._holds_model = None, False
            try:
                card = self._load(path, options, cancel, name)
            except ModelError as error:
                self._change_environment(error)
                card = self._load(path, options, cancel, name)
            self._opened = (path, options, card.sha256, name)
            return card

    def distrust(self, what: str) -> NoReturn:
        """End a process that sent something that cannot be an answer."""
        self.process.kill()
        raise lie(what)

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self.process.kill()

    def started(self, cancel: threading.Event | None = None) -> Protection:
        """The cage of the process, which can serve now."""
        with self._lock:
            if self._closed:
                raise _closed()
            if cancel is not None and cancel.is_set():
                raise Cancelled
            if not self.process.alive:
                self.protection, self._holds_model = None, False
                self.process = Process(self._python, self.budget)
            if self.protection is None:
                self.protection = await_start(self.process, cancel)
            return self.protection

    def _change_environment(self, error: ModelError) -> None:
        """Let the next process have the environment that `error` asks for, else raise it."""
        python = interpreter_for(error)
        if python is None or python == self._python:
            raise error
        self._python = python
        self.process.kill()

    def _reopen(self, cancel: threading.Event | None) -> None:
        if self._opened is None:
            raise InputError("No model is open in this worker.", "Load one first.")
        if self._holds_model and self.process.alive:
            return
        path, options, sha256, name = self._opened
        if self._load(path, options, cancel, name).sha256 != sha256:
            self._holds_model = False
            told = f"{name or Path(path).name} has changed since it was opened."
            raise ModelError(told, "Open the file again.")

    def _load(
        self, path: str, options: LoadOptions, cancel: threading.Event | None, name: str | None
    ) -> ModelCard:
        protection = self.started(cancel)
        if options.trust and not ours(path, *options.code):
            refuse_unguarded(protection)
        code = tuple(Path(absolute(file)) for file in options.code)
        self._holds_model = False
        files = [one.file for one in options.other_inputs if one.file is not None]
        given = (*code, *(Path(absolute(file)) for file in files))
        lent, *places = self.process.model.lend((Path(path), *given), name)
        found = replace(options, code=tuple(places[: len(code)]))
        found = replace(found, other_inputs=lent_inputs(options.other_inputs, places[len(code) :]))
        plain = encode(found, [])
        limit = max(self._time_limit, CALL_SECONDS * options.patience)
        params = {"path": str(lent), "options": plain}
        card = self.ask(ModelCard, "load", params, limit=limit, cancel=cancel)
        self._holds_model = True
        return card


def absolute(path: Path | str) -> str:
    """A path as the process needs it, which has a working directory of its own."""
    text = str(Path(path).expanduser().absolute())
    try:
        text.encode()
    except UnicodeEncodeError as cause:
        raise InputError("The file's name is not valid text.", "Rename the file.") from cause
    return text


def _closed() -> WorkerError:
    return WorkerError("This worker is closed.", "Open the model again.", code="closed")
