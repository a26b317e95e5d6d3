"""Kills a worker process that takes more memory, disk or threads than its budget."""

from __future__ import annotations

import threading
from pathlib import Path

from xai_core.base.errors import WorkerError
from xai_core.cage.plan import GIB
from xai_core.worker.process.budget import MEMORY, Budget
from xai_core.worker.process.disk import written
from xai_core.worker.process.launch import Started

INTERVAL = 0.1  # seconds; at several GB a second a process can pass its limit by a few hundred MB
DISK_TURNS = 5  # the folder is walked at every fifth look


def watch(
    popen: Started,
    home: Path,
    budget: Budget,
    over: threading.Event,
    exceeded: list[WorkerError],
) -> None:
    """Look until the process ends or `over` is set; what it exceeded goes into `exceeded`."""
    import psutil

    turn = 0
    try:
        process = psutil.Process(popen.pid)
        while not over.wait(INTERVAL) and popen.poll() is None:
            disk = written(home, popen.pid) if turn % DISK_TURNS == 0 else 0
            error = _excess(process.memory_info().rss, disk, process.num_threads(), budget)
            if error is not None:
                exceeded.append(error)
                popen.kill()
                return
            turn += 1
    except psutil.Error:  # it has just ended
        return


def _excess(memory: int, disk: int, threads: int, budget: Budget) -> WorkerError | None:
    if memory > budget.memory:
        return WorkerError(
            f"The model's process took {memory / GIB:.2f} GiB of memory; "
            f"the limit is {budget.memory / GIB:.2f} GiB. It was stopped.",
            "Use smaller pictures or fewer samples at once, a smaller model, "
            f"or a higher limit ({MEMORY}). The model is opened again at the next call.",
            code="memory-limit",
            bytes=memory,
            limit=budget.memory,
        )
    for what, taken, limit in (
        ("bytes to disk", disk, budget.disk),
        ("threads", threads, budget.threads),
    ):
        if taken > limit:
            verb = "wrote" if what.startswith("bytes") else "started"
            return WorkerError(
                f"The model's process {verb} {taken:,} {what}; the limit is {limit:,}. "
                "It was stopped.",
                "No usual model does that: find out where the file came from.",
                code="resource-limit",
                taken=taken,
                limit=limit,
            )
    return None
