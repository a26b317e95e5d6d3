"""Kills a worker process that takes more memory, disk or threads than its budget.

Memory and disk are looked at by a thread each: a folder that takes long to count must not keep
anybody from looking at the memory. A process that cannot be looked at is killed as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from xai_core.base.errors import WorkerError
from xai_core.cage.plan import GIB
from xai_core.worker.process.budget import MEMORY, Budget
from xai_core.worker.process.disk import DEPTH, written
from xai_core.worker.process.launch import Started

INTERVAL = 0.1  # seconds; at several GB a second a process can pass its limit by a few hundred MB
DISK_INTERVAL = 0.5
FAILURES = 20  # looks in a row that may fail: it may be ending, or this program short of files
STRANGE = "No usual model does that: find out where the file came from."


def watch_memory(
    popen: Started,
    budget: Budget,
    over: threading.Event,
    exceeded: list[WorkerError],
) -> None:
    """Look until the process ends or `over` is set; what it exceeded goes into `exceeded`."""

    def look() -> WorkerError | None:
        import psutil

        process = psutil.Process(popen.pid)
        memory = process.memory_info().rss
        if memory == 0:  # its first thread has ended, and its others hide behind that
            raise psutil.NoSuchProcess(popen.pid)
        return excess(memory, process.num_threads(), budget)

    _watch(popen, over, exceeded, INTERVAL, look)


def watch_disk(
    popen: Started,
    home: Path,
    budget: Budget,
    over: threading.Event,
    exceeded: list[WorkerError],
) -> None:
    """As `watch_memory`, for what the process has written."""

    def look() -> WorkerError | None:
        found = written(home, popen.pid, budget.entries)
        if found.bytes > budget.disk:
            return _too_much(f"wrote {found.bytes:,} bytes to disk", found.bytes, budget.disk)
        if not found.complete:
            told = f"made more than {budget.entries:,} files and folders, or more than {DEPTH} "
            return _too_much(f"{told}folders in each other", found.entries, budget.entries)
        return None

    _watch(popen, over, exceeded, DISK_INTERVAL, look)


def _watch(
    popen: Started,
    over: threading.Event,
    exceeded: list[WorkerError],
    interval: float,
    look: Callable[[], WorkerError | None],
) -> None:
    failures, took = 0, 0.0
    while not over.wait(max(interval, took)) and popen.poll() is None:
        start = time.monotonic()
        try:
            error, failures = look(), 0
        except Exception:  # whatever it is, somebody has to go on looking
            failures += 1
            error = _hidden() if failures >= FAILURES else None
        took = time.monotonic() - start
        if error is not None and popen.poll() is None:
            exceeded.append(error)
            popen.kill()
            return


def excess(memory: int, threads: int, budget: Budget) -> WorkerError | None:
    """The error for a process that holds so many bytes and has so many threads; None within."""
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
    if threads > budget.threads:
        return _too_much(f"started {threads:,} threads", threads, budget.threads)
    return None


def _too_much(what: str, taken: int, limit: int) -> WorkerError:
    return WorkerError(
        f"The model's process {what}; the limit is {limit:,}. It was stopped.",
        STRANGE,
        code="resource-limit",
        taken=taken,
        limit=limit,
    )


def _hidden() -> WorkerError:
    return WorkerError(
        "The model's process could not be looked at any more. It was stopped.",
        STRANGE,
        code="resource-limit",
    )
