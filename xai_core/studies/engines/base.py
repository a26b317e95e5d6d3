"""What an engine is: it starts workers, hands them chunks of pictures, and gives back rows.

What is lost, done twice, retried or cancelled is the business of `xai_core.studies.jobs`, so that
it is the same by every engine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar, Self

from xai_core.base.registry import Registry
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.processes import Processes
from xai_core.studies.host.task import Task
from xai_core.studies.shards.keys import Keys


@dataclass(frozen=True)
class Staff:
    """The workers that are asked for.

    Attributes:
        workers: how many; None takes what the machine, or the cluster, bears.
        address: of a cluster, for an engine that has one; None stays on this machine.
        begun: the first one's processes, with its part of this machine and the open model; whoever
            started them ends them, too.
    """

    workers: int | None = None
    address: str | None = None
    begun: Processes | None = None


class Crew(ABC):
    """Started workers. For one thread; a context manager.

    Attributes:
        workers: how many there are. hands: chunks that each of them can be at: it decodes and
            scores one while the model runs for the other.
    """

    workers: int
    hands: ClassVar[int] = 2

    @abstractmethod
    def hand(self, chunk: Chunk) -> None:
        """Let whoever is free next compute it; returns at once."""

    @abstractmethod
    def outcomes(self, seconds: float) -> Sequence[Outcome]:
        """What has ended, after at most so long; a worker that died is replaced already.

        Raises:
            XaiError: the engine itself has failed, and nothing more will come.
        """

    @abstractmethod
    def close(self) -> None:
        """End all workers, also in the middle of a chunk; what they were at is lost."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Engine(ABC):
    """One way to compute a study. title, summary: for a person. order: in lists.

    takes_over: it has a use for `Staff.begun`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    order: ClassVar[int] = 100
    takes_over: ClassVar[bool] = False

    def lacking(self) -> str:
        """What has to be installed before it can be used here; empty where nothing is."""
        return ""

    @abstractmethod
    def start(self, task: Task, known: Keys, staff: Staff) -> Crew:
        """Workers for a task; they open the model at their first chunk.

        `known`: keys of the rows that there are already.

        Raises:
            InputError: it is not installed, or has no use for what was asked for.
            XaiError: no worker can be started.
        """


ENGINES: Registry[Engine] = Registry("xai_core.studies.engines", "engine")
