"""The process behind a worker: started when needed, and its model opened again after a death."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from xai_core.base.errors import Cancelled, InputError, WorkerError
from xai_core.base.progress import Progress
from xai_core.cage.protection import Protection
from xai_core.worker.call import Call
from xai_core.worker.counting import Counted, Counting, Told
from xai_core.worker.operations.base import answer_of
from xai_core.worker.process.budget import Budget
from xai_core.worker.process.process import Process
from xai_core.worker.start import await_start
from xai_core.worker.wire.codec import decode
from xai_core.worker.wire.pictures import with_pictures
from xai_core.worker.wire.protocol import Array, Frame, lie

T = TypeVar("T")
F = TypeVar("F", bound=Told)
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
        self.time_limit, self._silence = time_limit, silence
        self.protection: Protection | None = None  # None: the process has not started yet
        self._lock = threading.RLock()
        self._closed = False
        self.counted: Counted | None = None  # the file that is open, as the host knows it
        self._holds_model = False
        self._python: Path | None = None  # the interpreter; None takes this process' own

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
                limit = limit or self.time_limit
                answer = answer_of(operation, params, arrays)
                how = (progress, cancel, preview, self._silence, answer)
                return Call(self.process, limit, *how).run(
                    operation, *with_pictures(params, arrays)
                )
            except WorkerError as error:
                if self._closed:
                    raise _closed() from error
                raise

    def ask_of_file(
        self,
        kind: type[F],
        operation: str,
        path: str,
        cancel: threading.Event | None = None,
        name: str | None = None,
        **params: Any,
    ) -> F:
        """The answer to a call about a file that is not to stay open, and is not run.

        `name`: what the user calls it. A SHA-256 in the answer that is not the file's ends the
        process.
        """
        with self._lock:
            self.started(cancel)
            (lent,) = self.process.passing.lend((Path(path),), name)
            try:
                limit, counting = min(LOOK_LIMIT, self.time_limit), Counting(lent)
                told = {"path": str(lent), **params}
                found = self.ask(kind, operation, told, limit=limit, cancel=cancel)
                self.believe(found, counting.result())
                return found
            finally:
                self.process.passing.clear()

    def believe(self, told: Told, counted: Counted | None = None) -> None:
        """End a process that says of a file, of the open one by default, what it is not.

        Raises:
            WorkerError: it did.
        """
        counted = counted or self.counted
        wrong = "an answer of no file" if counted is None else counted.contradicts(told)
        if wrong is not None:
            self.distrust(wrong)

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

    def _reopen(self, cancel: threading.Event | None) -> None:
        """Open the model again, where the process has none; overridden by who knows models."""
        raise InputError("No model is open in this worker.", "Load one first.")


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
