"""The processes that the cases of a benchmark run in."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from typing import Any, TypeVar

from xai_core.worker.process.launch import SETTINGS

T = TypeVar("T")


class Processes:
    """A process with the settings that a worker of the dashboard has, and one as anybody has it.

    Both are fresh for each benchmark: what one leaves open or in memory is nothing to the next.
    """

    def __init__(self) -> None:
        self._after = ExitStack()
        self._started: dict[bool, ProcessPoolExecutor] = {}

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self._after.close()

    def run(self, as_worker: bool, function: Callable[..., T], *args: Any) -> T:
        """`function(*args)` in one of them."""
        if as_worker not in self._started:
            pool = ProcessPoolExecutor(1, get_context("spawn"))
            self._started[as_worker] = self._after.enter_context(pool)
            with ExitStack() as afterwards:
                for key, value in SETTINGS.items() if as_worker else ():
                    os.environ[key] = value
                    afterwards.callback(os.environ.pop, key)
                pool.submit(os.getpid).result()
        return self._started[as_worker].submit(function, *args).result()
