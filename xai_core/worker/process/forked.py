"""A worker that was forked, as its host sees it: the part of `subprocess.Popen` that is used."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import threading
import weakref
from collections.abc import Callable
from typing import Any, BinaryIO

from xai_core.worker.process.fork_server import MESSAGE


class Forked:
    """A child of the fork server.

    Attributes:
        stdin, stdout, stderr: this end of its pipes.
    """

    def __init__(self, server: Forks, number: int, pipes: tuple[BinaryIO, ...]) -> None:
        self.stdin, self.stdout, self.stderr = pipes
        self._server, self._number = server, number
        self._known, self._over = threading.Event(), threading.Event()
        self._pid = 0
        self._status: int | None = None

    @property
    def pid(self) -> int:
        """Waits until it was forked. 0: it could not be."""
        self._known.wait()
        return self._pid

    def poll(self) -> int | None:
        """As `subprocess.Popen.poll`: minus the signal, where one ended it."""
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """As `subprocess.Popen.wait`. Raises `subprocess.TimeoutExpired`."""
        if not self._over.wait(timeout):
            raise subprocess.TimeoutExpired("worker", timeout or 0.0)
        return self._status if self._status is not None else -signal.SIGKILL

    def kill(self) -> None:
        """End it, with all processes of its session. Its number is free again only after that."""
        self._server.order({"kill": self._number})
        if not self._known.is_set():  # the server is busy with its imports
            self.ended(-signal.SIGKILL)

    def started(self, pid: int) -> None:
        """The server has forked it."""
        self._pid = pid
        self._known.set()

    def ended(self, status: int) -> None:
        """The server has reaped it, or is gone."""
        self._status = status
        self._known.set()
        self._over.set()


class Forks:
    """The host's end of one fork server.

    Args:
        server: its process. channel: to it. tidy: called when it has ended.

    Attributes:
        has_forked: at least one child.
    """

    def __init__(
        self, server: subprocess.Popen[bytes], channel: socket.socket, tidy: Callable[[], object]
    ) -> None:
        self._server, self._channel, self._tidy = server, channel, tidy
        self.has_forked = False
        self._sending = threading.Lock()
        self._numbers = itertools.count(1)
        self._children: weakref.WeakValueDictionary[int, Forked] = weakref.WeakValueDictionary()
        threading.Thread(target=self._listen, name="worker-forks", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._server.poll() is None

    def start(self, plan: str, folder: str, *, ahead: bool = True) -> Forked:
        """A child with that plan as text, in that folder; returns before it was forked.

        `ahead`: more kinds of work may follow, for which the server gets ready when it is idle.

        Raises:
            OSError: no pipe is left.
        """
        inner, outer = _pipes()
        child = Forked(self, next(self._numbers), outer)
        self._children[child._number] = child
        order = {"start": child._number, "plan": plan, "folder": folder, "ahead": ahead}
        if not self.order(order, inner):
            child.ended(-signal.SIGKILL)
        for pipe in inner:
            os.close(pipe)
        return child

    def order(self, order: dict[str, Any], pipes: tuple[int, ...] = ()) -> bool:
        """Whether the server could be told."""
        with self._sending, contextlib.suppress(OSError):
            socket.send_fds(self._channel, [json.dumps(order).encode()], pipes)
            return True
        return False

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while text := self._channel.recv(MESSAGE):
                told = json.loads(text)
                child = self._children.get(told.get("started") or told["ended"])
                self.has_forked |= "started" in told
                if child is not None and "started" in told:
                    child.started(told["pid"])
                elif child is not None:
                    child.ended(told["status"])
        self._server.wait()
        for child in list(self._children.values()):
            if child.poll() is None:  # the kernel ends them with the server
                child.ended(-signal.SIGKILL)
        self._tidy()


def _pipes() -> tuple[tuple[int, ...], tuple[BinaryIO, ...]]:
    """The child's ends and this end of its input, output and log."""
    (input_in, input_out), (output_in, output_out), (log_in, log_out) = (os.pipe() for _ in "iol")
    outer = (os.fdopen(input_out, "wb"), os.fdopen(output_in, "rb"), os.fdopen(log_in, "rb"))
    return (input_in, output_out, log_out), outer
