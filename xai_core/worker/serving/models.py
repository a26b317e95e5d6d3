"""The open models of a server: a bounded number of processes for any number of users."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xai_core.base.limits import Limits
from xai_core.base.progress import Progress
from xai_core.models.formats.base import LoadOptions
from xai_core.worker.card import ModelCard
from xai_core.worker.host import Worker
from xai_core.worker.serving.pool import Pool
from xai_core.worker.serving.spare import Spare

SCORER, INSPECTOR = "scorer", "inspector"
INSPECTION_SECONDS = 60.0
LINGER_SECONDS = 1.0
Cancel = threading.Event | None


@dataclass(frozen=True)
class ModelFile:
    """Which model, and how it is opened: files that differ in either never share a process.

    name: what the user calls it; another user's name for the same bytes is not told to him.
    """

    path: Path
    options: LoadOptions
    name: str | None = None


@dataclass(frozen=True)
class HeldModel:
    """A model that a worker holds."""

    worker: Worker
    card: ModelCard


class Models(Pool[ModelFile, HeldModel]):
    """The pool of all open models, and a started process in waiting for the next one."""

    def __init__(self, limits: Limits) -> None:
        self._spare = Spare()
        super().__init__(
            max(1, int(limits.workers)),
            self._open,
            lambda held: held.worker.close(),
            idle=limits.idle_minutes * 60,
            linger=LINGER_SECONDS,
        )

    def prepare(self) -> None:
        """Have a process wait from now on, whose start nobody will see; returns at once."""
        self._spare.prepare()

    def close(self) -> None:
        """End all workers, and let nobody borrow again."""
        self._spare.close()
        super().close()

    def told(self, progress: Progress) -> Callable[[ModelFile, Cancel], HeldModel]:
        """For `borrow`: opens a model and tells the steps of loading."""
        return lambda model, cancel: self._open(model, cancel, progress)

    def _open(
        self, model: ModelFile, cancel: Cancel, progress: Progress | None = None
    ) -> HeldModel:
        worker = self._spare.take()
        how: dict[str, Any] = {"cancel": cancel, "name": model.name, "progress": progress}
        try:
            card = worker.load(model.path, model.options, **how)
            return HeldModel(worker, card)
        except BaseException:
            worker.close()
            raise


def helper_pool(limits: Limits) -> Pool[str, Worker]:
    """Two workers without a model: `SCORER` scores maps, `INSPECTOR` looks into files.

    They are apart, so that a file that takes long to look into keeps nobody from a score. Each file
    is looked into by a process of its own: what one leaves there, no other user's file meets.
    """
    idle = limits.idle_minutes * 60
    return Pool(2, _start_helper, Worker.close, idle=idle, once={INSPECTOR})


def _start_helper(name: str, cancel: threading.Event | None) -> Worker:
    if name == INSPECTOR:
        return Worker(time_limit=INSPECTION_SECONDS)
    worker = Worker()
    worker.warm("score")
    return worker
