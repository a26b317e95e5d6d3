"""Workers of this machine, each a caged process of its own with the model."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence

from xai_core.base.errors import InputError
from xai_core.studies.engines.base import ENGINES, Crew, Engine, Staff
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.host import Host
from xai_core.studies.host.shares import shares_of
from xai_core.studies.host.task import Task
from xai_core.studies.shards.keys import Keys

LEAVING_SECONDS = 10.0  # that a thread gets to see that its worker has ended


@ENGINES.register
class Local(Engine):
    """Needs nothing but this program."""

    name = "local"
    title = "This machine"
    summary = "A process for each worker; by default as many as cores, memory or GPUs allow."
    order = 10
    takes_over = True

    def start(self, task: Task, known: Keys, staff: Staff) -> Crew:
        """As of `Engine`."""
        if staff.address is not None:
            raise InputError("The local engine stays on this machine.", "Leave out --address.")
        first, *others = shares_of(staff.workers)
        hosts = [Host(task, known, first, staff.begun)]
        try:
            for share in others:
                hosts.append(Host(task, known, share))  # noqa: PERF401 - those there are end below
        except BaseException:
            for host in hosts:
                host.close()
            raise
        return LocalCrew(hosts)


class LocalCrew(Crew):
    """Two threads for each worker; what they do takes place in processes."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self.workers = len(hosts)
        self._hosts = hosts
        self._waiting: list[queue.SimpleQueue[Chunk | None]] = [queue.SimpleQueue() for _ in hosts]
        self._at, self._counting = [0] * len(hosts), threading.Lock()
        self._ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, args=(seat,), name="study-worker", daemon=True)
            for seat in range(len(hosts))
            for _ in range(self.hands)
        ]
        for thread in self._threads:
            thread.start()

    def hand(self, chunk: Chunk) -> None:
        """As of `Crew`; whoever has least to do gets it: few chunks are for many workers."""
        with self._counting:
            seat = self._at.index(min(self._at))
            self._at[seat] += 1
        self._waiting[seat].put(chunk)

    def outcomes(self, seconds: float) -> Sequence[Outcome]:
        """As of `Crew`."""
        found = []
        try:
            found.append(self._ended.get(timeout=seconds))
            while True:
                found.append(self._ended.get_nowait())
        except queue.Empty:
            return found

    def close(self) -> None:
        """As of `Crew`."""
        for host in self._hosts:
            host.close()
        for waiting in self._waiting:
            for _ in range(self.hands):
                waiting.put(None)
        deadline = time.monotonic() + LEAVING_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _serve(self, seat: int) -> None:
        host = self._hosts[seat]
        while (chunk := self._waiting[seat].get()) is not None and not host.closed:
            outcome = host.compute(chunk)
            with self._counting:
                self._at[seat] -= 1
            self._ended.put(outcome)
