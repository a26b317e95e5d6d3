"""The open models of a server: a bounded number of processes for any number of users."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from xai_core.formats.base import LoadOptions
from xai_core.limits import Limits
from xai_core.worker.card import ModelCard
from xai_core.worker.host import Worker
from xai_core.worker.pool import Pool

SCORER, INSPECTOR = "scorer", "inspector"
INSPECTION_SECONDS = 60.0
LINGER_SECONDS = 1.0


@dataclass(frozen=True)
class ModelFile:
    """Which model, and how it is opened: files that differ in either never share a process."""

    path: Path
    options: LoadOptions


@dataclass(frozen=True)
class HeldModel:
    """A model that a worker holds."""

    worker: Worker
    card: ModelCard


def model_pool(limits: Limits) -> Pool[ModelFile, HeldModel]:
    """The pool of all open models."""
    return Pool(
        max(1, int(limits.workers)),
        _open,
        lambda held: held.worker.close(),
        idle=limits.idle_minutes * 60,
        linger=LINGER_SECONDS,
    )


def helper_pool(limits: Limits) -> Pool[str, Worker]:
    """Two workers without a model: `SCORER` scores maps, `INSPECTOR` looks into files.

    They are apart, so that a file that takes long to look into keeps nobody from a score.
    """
    return Pool(2, _start_helper, Worker.close, idle=limits.idle_minutes * 60)


def _open(model: ModelFile, cancel: threading.Event | None) -> HeldModel:
    worker = Worker()
    try:
        return HeldModel(worker, worker.load(model.path, model.options, cancel=cancel))
    except BaseException:
        worker.close()
        raise


def _start_helper(name: str, cancel: threading.Event | None) -> Worker:
    if name == INSPECTOR:
        return Worker(time_limit=INSPECTION_SECONDS)
    worker = Worker()
    worker.warm("score")
    return worker
