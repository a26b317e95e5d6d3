"""Workers by Ray, here or on a cluster: an actor is the host, and its child holds the model.

Ray itself cannot be caged: actors get paths and settings, and give numbers back. Without an address
it listens on loopback only, for this job, and ends with it.
"""

from __future__ import annotations

import importlib.util
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from xai_core.base.errors import InputError, WorkerError, first_line
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.studies.engines.base import ENGINES, Crew, Engine, Staff
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.host import Host
from xai_core.studies.host.ray_seats import part_of_card, seats_of_cluster
from xai_core.studies.host.ray_session import connected
from xai_core.studies.host.shares import shares_of
from xai_core.studies.host.task import Task
from xai_core.studies.shards.keys import Keys
from xai_core.worker.process.budget import Budget

INSTALL = "pip install 'pedestal[ray]'"
START_SECONDS = 300.0  # without one worker: a cluster may have to start a machine first
STARTS = 5  # that fail in a row


@ENGINES.register
class Ray(Engine):
    """Needs the package `ray`."""

    name = "ray"
    title = "Ray"
    summary = "Ray Core, on this machine or, with an address, on a cluster; needs the extra `ray`."
    order = 20

    def lacking(self) -> str:
        """As of `Engine`."""
        return "" if importlib.util.find_spec("ray") else INSTALL

    def start(self, task: Task, known: Keys, staff: Staff) -> Crew:
        """As of `Engine`."""
        if self.lacking():
            raise InputError("Ray is not installed here.", self.lacking())
        return RayCrew(task, known, staff)


class Actor:
    """A host in a process of Ray's."""

    def __init__(self, task: Task, known: Keys, share: Budget, cores: dict[str, int]) -> None:
        if cores:  # by node: nobody knew which one it would be
            import ray

            node = ray.get_runtime_context().get_node_id()
            share = replace(share, cores=cores.get(node, share.cores))
        if task.folder is not None:
            backgrounds.read_beside(task.folder)  # another machine has no other copy of them
        self._host = Host(task, known, share)

    def ready(self) -> None:
        """Returns once there was room for it, and it has started."""

    def compute(self, chunk: Chunk) -> Outcome:
        """As of `Host`."""
        return self._host.compute(chunk)


@dataclass(eq=False)
class _Seat:
    """One worker's place.

    Attributes:
        actor: the one that sits there now. coming: its answer, until it has started.
        at: what it is computing.
    """

    share: Budget
    actor: Any = None
    coming: Any = None
    at: dict[Any, Chunk] = field(default_factory=dict)


class RayCrew(Crew):
    """An actor for each worker, each with its part of a machine."""

    def __init__(self, task: Task, known: Keys, staff: Staff) -> None:
        self._stack = ExitStack()
        try:
            shares = None if staff.address else shares_of(staff.workers)
            self._ray = self._stack.enter_context(connected(staff.address, shares))
            cores: dict[str, int] = {}
            if shares is None:
                shares, cores = seats_of_cluster(self._ray.nodes(), staff.workers)
                self._part = 0.0 if shares[0].gpu is None else 1.0
            else:
                self._part = part_of_card(shares)
            self._given, self._cores = (self._ray.put(task), self._ray.put(known)), cores
            self._seats = [_Seat(share) for share in shares]
            for seat in self._seats:
                self._start(seat)
        except BaseException:
            self._stack.close()
            raise
        self.workers = len(self._seats)
        self._waiting: deque[Chunk] = deque()
        self._failed, self._alone_since = 0, time.monotonic()

    def hand(self, chunk: Chunk) -> None:
        """As of `Crew`."""
        self._waiting.append(chunk)
        self._seat()

    def outcomes(self, seconds: float) -> Sequence[Outcome]:
        """As of `Crew`."""
        self._seat()
        under_way = [one for seat in self._seats for one in seat.at]
        coming = {seat.coming: seat for seat in self._seats if seat.coming is not None}
        waited = [*under_way, *coming]
        ready, _ = self._ray.wait(waited, timeout=seconds) if waited else ([], [])
        for one in ready:
            if one in coming:
                self._came(coming[one])
        self._check_that_some_are_there()
        found = [
            outcome
            for seat in self._seats
            for one in [one for one in seat.at if one in ready]
            for outcome in self._ended(seat, one)
        ]
        self._seat()
        return found

    def close(self) -> None:
        """As of `Crew`."""
        for seat in self._seats:
            with suppress(Exception):  # the connection may be gone with what it led to
                self._ray.kill(seat.actor)
        self._stack.close()

    def _seat(self) -> None:
        """Hand on what waits, to whoever has least to do of those that have started."""
        there = [seat for seat in self._seats if seat.coming is None]
        while self._waiting and there:
            seat = min(there, key=lambda one: len(one.at))
            if len(seat.at) >= self.hands:
                return
            chunk = self._waiting.popleft()
            seat.at[seat.actor.compute.remote(chunk)] = chunk

    def _ended(self, seat: _Seat, one: Any) -> list[Outcome]:
        """A chunk's outcome; where its actor has died, that of all that it was at."""
        from ray.exceptions import RayActorError, RayError

        if one not in seat.at:  # told already with its actor's death
            return []
        try:
            outcome = self._ray.get(one)
        except RayActorError as error:
            died = f"The process that holds its model has ended: {first_line(error)}"
            lost, seat.at = list(seat.at.values()), {}
            with suppress(Exception):  # it may be gone, or only out of reach
                self._ray.kill(seat.actor)
            self._start(seat)
            return [Outcome(chunk, died=died) for chunk in lost]
        except RayError as error:
            raise WorkerError(
                f"Ray has failed: {first_line(error)}",
                "What is finished is kept: go on with --resume.",
            ) from error
        del seat.at[one]
        return [outcome]

    def _came(self, seat: _Seat) -> None:
        """It has started; or it could not, and another one tries."""
        from ray.exceptions import RayError

        try:
            self._ray.get(seat.coming)
        except RayError as error:
            self._failed += 1
            if self._failed >= STARTS:
                raise WorkerError(
                    f"Ray cannot start a worker: {first_line(error)}",
                    "Check that Pedestal is installed on each machine of the cluster.",
                ) from error
            self._start(seat)
            return
        seat.coming, self._failed = None, 0

    def _check_that_some_are_there(self) -> None:
        now = time.monotonic()
        if any(seat.coming is None for seat in self._seats):
            self._alone_since = now
        elif now - self._alone_since > START_SECONDS:
            raise WorkerError(
                f"Ray has started none of {self.workers} workers in {START_SECONDS:.0f} seconds.",
                "See with `ray status` what takes its cores and GPUs, then go on with --resume.",
            )

    def _start(self, seat: _Seat) -> None:
        options: dict[str, Any] = {"num_cpus": 1, "max_concurrency": self.hands}
        if self._part:
            options["num_gpus"] = self._part
        own = replace(seat.share, gpu=None)  # Ray gives it to the actor, by that machine's names
        made = self._ray.remote(Actor).options(**options)
        seat.actor = made.remote(*self._given, own, self._cores)
        seat.coming = seat.actor.ready.remote()
