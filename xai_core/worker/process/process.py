"""One worker process as its caller sees it: frames in and out, a bounded log, a certain end."""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from xai_core.base.errors import WorkerError
from xai_core.cage.plan import Plan
from xai_core.worker.process.budget import Budget, protection_wanted
from xai_core.worker.process.folder import Folder
from xai_core.worker.process.launch import Started, launch, stop
from xai_core.worker.process.lending import LentFiles
from xai_core.worker.process.log import Log
from xai_core.worker.process.reading import REAPED_SECONDS, Message, read_messages
from xai_core.worker.process.watchdog import watch_disk, watch_memory
from xai_core.worker.wire.gate import Gate
from xai_core.worker.wire.protocol import Frame, write_frame

WAITING_FRAMES = 4  # a worker that sends faster than its caller reads has to wait


class Process:
    """A started worker process. Ends with `kill`, with this object, or with this program.

    Args:
        python: the interpreter; None takes this process' own.
        budget: above which it is killed; None takes the configured one.

    Attributes:
        model: the files of the open model, as the process may read them. passing: those of a
            call that needs no model.

    Raises:
        WorkerError: it cannot be started.
    """

    def __init__(self, python: Path | None = None, budget: Budget | None = None) -> None:
        budget = budget or Budget.configured()
        with _starting():
            folder = Folder()
        self.home, lent = folder.path / "home", folder.path / "lent"
        self.model, self.passing = LentFiles(lent / "model"), LentFiles(lent / "passing")
        try:
            with _starting():
                self._popen = launch(
                    _plan(self.home, lent, budget), python, budget.settings, ahead=budget.ahead
                )
        except BaseException:
            folder.remove()
            raise
        self._log = Log()
        self._inbox: queue.Queue[Message] = queue.Queue(WAITING_FRAMES)
        self._over, self._judged, self._gate = threading.Event(), threading.Event(), Gate()
        self._writing = threading.Lock()
        self.kill = weakref.finalize(self, _end, self._popen, folder, self._over)
        self._exceeded: list[WorkerError] = []
        watched = (budget, self._over, self._exceeded)
        _daemon("worker-memory", watch_memory, self._popen, *watched)
        _daemon("worker-disk", watch_disk, self._popen, self.home, *watched)
        self._threads = (
            _daemon("worker-log", self._log.drain, _pipe(self._popen.stderr)),
            _daemon(
                *("worker-reader", read_messages, self._popen),
                *(self._gate, self._inbox, self._over, self._judged),
            ),
        )

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._popen.poll() is None

    def send(self, frame: Frame, limit: float) -> None:
        """Write one frame; the process is killed where it does not read within `limit` seconds.

        What it may send from now on is what the frame expects.

        Raises:
            OSError: it is dead.
        """
        if frame.expected is not None:
            self._gate.open(frame.expected)
        watchdog = threading.Timer(max(limit, 0.0), self.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            with self._writing:
                write_frame(_pipe(self._popen.stdin), frame)
        except ValueError as cause:  # the pipe was closed by `kill`
            raise BrokenPipeError("the worker process was stopped") from cause
        finally:
            watchdog.cancel()

    def receive(self, timeout: float) -> Frame | None:
        """The next frame; None where there is none yet.

        Raises:
            WorkerError: it died, or sent something else than a frame (then it is killed).
        """
        try:
            message = self._inbox.get(timeout=timeout)
        except queue.Empty:
            awaited = self._judged.is_set() and not self._over.is_set()
            if self.alive or awaited or not self._inbox.empty():
                return None
            message = None  # the stream's end may never come: a grandchild can hold the pipe
        if isinstance(message, Frame):
            return message
        if message is None or message.facts.get("cut"):  # it may die in the middle of a message
            raise self.death()
        self.kill()
        raise message

    def death(self) -> WorkerError:
        """Why the process ended, for a person; ends it where it still runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=REAPED_SECONDS)
        code = self._popen.poll()
        self.kill()
        self._threads[0].join(timeout=0.5)
        if self._exceeded:
            return self._exceeded[0]
        name = _signal_name(code)
        how = "closed its connection" if code is None else name or f"exit code {code}"
        return WorkerError(
            f"The process of the model died ({how}).",
            "The model or a library below it crashed. The model is opened again at the next call.",
            code="crashed",
            signal=name,
            exit_code=code,
            log=self._log.lines(),
        )


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise WorkerError(
            f"A worker process cannot be started: {cause.strerror}.",
            "Close other models, free memory or room for temporary files, then try again.",
            code="start-failed",
        ) from cause


def _plan(home: Path, lent: Path, budget: Budget) -> Plan:
    home.mkdir()
    lent.mkdir()
    return Plan(
        str(home), str(lent), budget.memory, file_size=budget.disk, wanted=protection_wanted()
    )


def _end(popen: Started, folder: Folder, over: threading.Event) -> None:
    """Kill the process and delete its folder. Never raises: nobody would do the rest."""
    over.set()
    for step in (_kill, _wait, _hang_up):
        with contextlib.suppress(Exception):
            step(popen)
    folder.remove()


def _kill(popen: Started) -> None:
    if popen.poll() is None:
        stop(popen)


def _wait(popen: Started) -> None:
    popen.wait(timeout=5.0)


def _hang_up(popen: Started) -> None:
    _pipe(popen.stdin).close()


def _daemon(name: str, target: object, *args: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, name=name, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


def _pipe(stream: object) -> BinaryIO:
    return stream  # type: ignore[return-value] # Popen was given PIPE for all three


def _signal_name(code: int | None) -> str | None:
    if code is None or code >= 0:
        return None
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
