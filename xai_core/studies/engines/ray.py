"""Workers by Ray, here or on a cluster: an actor is the host, and its child holds the model.

Ray itself cannot be caged: actors get paths and settings, and give numbers back. Without an address
it listens on loopback only, for this job, and ends with it.
"""

from __future__ import annotations

import importlib.util
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from xai_core.base.errors import InputError, WorkerError, first_line
from xai_core.studies.engines.base import ENGINES, Crew, Engine, Staff
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.host import Host
from xai_core.studies.host.ray_session import connected
from xai_core.studies.host.shares import MOST, shares_of
from xai_core.studies.host.task import Task
from xai_core.studies.shards.keys import Keys
from xai_core.worker.process.budget import Budget

INSTALL = "pip install 'pedestal[ray]'"


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

    def __init__(self, task: Task, known: Keys, share: Budget) -> None:
        self._host = Host(task, known, share)

    def compute(self, chunk: Chunk) -> Outcome:
        """As of `Host`."""
        return self._host.compute(chunk)


@dataclass(eq=False)
class _Seat:
    """One worker's place. actor: the one that sits there now. at: what it is computing."""

    share: Budget
    actor: Any = None
    at: dict[Any, Chunk] = field(default_factory=dict)


class RayCrew(Crew):
    """An actor for each worker, each with its part of a machine."""

    def __init__(self, task: Task, known: Keys, staff: Staff) -> None:
        self._stack = ExitStack()
        try:
            shares = None if staff.address else shares_of(staff.workers)
            self._ray = self._stack.enter_context(connected(staff.address, shares))
            seats = shares or _shares_of_cluster(self._ray.cluster_resources(), staff.workers)
            self._given = (self._ray.put(task), self._ray.put(known))
            self._seats = [_Seat(share) for share in seats]
            for seat in self._seats:
                seat.actor = self._actor(seat.share)
        except BaseException:
            self._stack.close()
            raise
        self.workers = len(self._seats)
        self._waiting: deque[Chunk] = deque()

    def hand(self, chunk: Chunk) -> None:
        """As of `Crew`."""
        self._waiting.append(chunk)
        self._seat()

    def outcomes(self, seconds: float) -> Sequence[Outcome]:
        """As of `Crew`."""
        self._seat()
        under_way = [one for seat in self._seats for one in seat.at]
        ready, _ = self._ray.wait(under_way, timeout=seconds) if under_way else ([], [])
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
        """Hand on what waits, to whoever has least to do."""
        while self._waiting:
            seat = min(self._seats, key=lambda one: len(one.at))
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
            seat.actor = self._actor(seat.share)
            return [Outcome(chunk, died=died) for chunk in lost]
        except RayError as error:
            raise WorkerError(
                f"Ray has failed: {first_line(error)}",
                "What is finished is kept: go on with --resume.",
            ) from error
        del seat.at[one]
        return [outcome]

    def _actor(self, share: Budget) -> Any:
        options: dict[str, Any] = {"num_cpus": max(1, share.cores), "max_concurrency": self.hands}
        if share.gpu is not None:
            options["num_gpus"] = 1
        own = replace(share, gpu=None)  # Ray gives it to the actor, by that machine's names
        made = self._ray.remote(Actor).options(**options)
        return made.remote(*self._given, own)


def _shares_of_cluster(resources: dict[str, float], workers: int | None) -> list[Budget]:
    """One worker for each GPU of a cluster, or for each core where it has none."""
    cards, cores = int(resources.get("GPU", 0)), int(resources.get("CPU", 0))
    count = workers or cards or cores
    if not 1 <= count <= MOST * MOST:
        raise InputError(
            f"The cluster has {cores} cores and {cards} GPUs to give.", "Say --workers."
        )
    usual = Budget.configured()
    each = max(1, cores // count) if cores else 1
    return [replace(usual, cores=each, gpu="" if cards else None) for _ in range(count)]
