"""The memory that one call takes, whatever else goes on in the process of the tests."""

from __future__ import annotations

import multiprocessing
import tracemalloc
from collections.abc import Callable
from multiprocessing.connection import Connection

PATIENCE = 300.0  # seconds: a lock that another thread held stays locked in the fork
FORK = multiprocessing.get_context("fork")


def peak(call: Callable[[], object]) -> int:
    """Bytes that Python's allocators gave out at most, at a time, within the call.

    In a fork, which has this one thread: those of earlier tests go on allocating. The call's
    assertions and its own `pytest.raises` hold there, too: where they don't, nothing is returned.
    """
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_measure, args=(call, sender))
    process.start()
    sender.close()
    process.join(PATIENCE)
    process.kill()
    assert process.exitcode == 0, "the call failed; its traceback is in the output"
    return int(receiver.recv())


def _measure(call: Callable[[], object], sender: Connection) -> None:
    tracemalloc.start()
    call()
    sender.send(tracemalloc.get_traced_memory()[1])
