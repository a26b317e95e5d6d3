"""The clean process from which workers are forked: torch is imported once, not for each of them.

It reads no file of a user and keeps nothing of a worker, so that each child starts as empty as a
process of its own would; a child closes its cage before it is told of any file. What all children
share is where libraries lie in memory. Only one thread runs Python here, and no parallel region of
OpenMP has run: a child may compute. Linux only. It ends when its host closes the channel, and its
children end with it.

The host speaks in datagrams of JSON. `{"start": N, "plan": …, "folder": …, "ahead": …}` comes with
the child's three pipes and is answered by `{"started": N, "pid": …}`, later by `{"ended": N,
"status": …}` as `subprocess` tells it; `{"kill": N}` ends a child with all processes of its
session.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

MESSAGE = 2**17  # bytes; a plan has two paths of at most 4,096 signs
PIPES = 3
IDLE_SECONDS = 0.1
Child = Callable[[str, int], None]


class ForkServer:
    """Forks and reaps, for one host.

    Args:
        channel: to the host; its end is the end of this process, and of all children.
        child: what a child does with its plan and the number of this process, which must outlive
            it; its pipes are at 0, 1 and 2.
    """

    def __init__(self, channel: socket.socket, child: Child) -> None:
        self._channel, self._child = channel, child
        self._selector = selectors.DefaultSelector()
        self._selector.register(channel, selectors.EVENT_READ)
        self._many = 0
        self._pids: dict[int, int] = {}  # of those that have not been reaped, by their number

    def serve(self, spare_time: Iterable[None] = ()) -> None:
        """Until the host is gone.

        `spare_time` is taken a step further whenever nothing is asked, once a second child was that
        more may follow: a host that starts one, as the command line does, needs little and soon
        ends, and the workers of a study all do the same.
        """
        work: Iterator[None] | None = iter(spare_time)
        while True:
            idle = work is not None and self._many > 1
            events = self._selector.select(IDLE_SECONDS if idle else None)
            if work is not None and not events and next(work, self) is self:
                work = None
            for key, _ in events:
                if key.fileobj is self._channel:
                    if not self._obey():
                        return
                else:
                    self._reap(key.fd, key.data)

    def _obey(self) -> bool:
        text, pipes, _, _ = socket.recv_fds(self._channel, MESSAGE, PIPES)
        if not text:
            return False
        order = json.loads(text)
        if "start" in order:
            self._start(order, pipes)
        elif (pid := self._pids.get(order["kill"])) is not None:
            _kill(pid)
        return True

    def _start(self, order: dict[str, Any], pipes: list[int]) -> None:
        number, server = order["start"], os.getpid()
        try:
            pid: int | None = os.fork()
        except OSError:  # no process or no memory is left
            pid = None
        if pid == 0:
            self._become(order, pipes, server)
        for pipe in pipes:
            os.close(pipe)
        if pid is None:
            self._tell({"ended": number, "status": -signal.SIGKILL})
            return
        self._pids[number] = pid
        self._many += bool(order.get("ahead", True))
        self._selector.register(os.pidfd_open(pid), selectors.EVENT_READ, number)
        self._tell({"started": number, "pid": pid})

    def _become(self, order: dict[str, Any], pipes: list[int], server: int) -> None:
        """The child's whole life; never returns."""
        status = 1
        try:
            os.setsid()
            for place, pipe in enumerate(pipes):
                os.dup2(pipe, place)
                os.close(pipe)
            self._forget()
            _settle(order["folder"])
            self._child(order["plan"], server)
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _forget(self) -> None:
        """Nothing of the host or of another child stays open."""
        for key in list(self._selector.get_map().values()):
            os.close(self._channel.detach() if key.fileobj is self._channel else key.fd)
        self._selector.close()

    def _reap(self, descriptor: int, number: int) -> None:
        self._selector.unregister(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(self._pids.pop(number), 0)
        self._tell({"ended": number, "status": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the host is gone: the next order is its end
            self._channel.send(json.dumps(message).encode())


def _kill(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:  # it has no session yet
        os.kill(pid, signal.SIGKILL)


def _settle(folder: str) -> None:
    """Be at home in a folder; what libraries noted of the server's own home leads there, too."""
    home = os.environ["HOME"]
    os.chdir(folder)
    for name, value in os.environ.items():
        os.environ[name] = value.replace(home, folder)
    tempfile.tempdir = None  # it may have been asked for while libraries were imported


def serve(descriptor: int, child: Child) -> None:
    """Import what every worker needs, then fork until the host is gone."""
    from xai_core.cage.calls import lacking
    from xai_core.worker.process.child import prepare

    prepare()
    lacking()  # looks for libseccomp by a process of its own: once, not in each child
    _keep()
    ForkServer(socket.socket(fileno=descriptor), child).serve(_import_the_rest())


def _import_the_rest() -> Iterator[None]:
    from xai_core.worker.operations.base import HEAVY_IMPORTS, warm_in_steps

    for name in HEAVY_IMPORTS:
        for _ in warm_in_steps(name):
            _keep()
            yield


def _keep() -> None:
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page
