"""Who ended is told as ended, and who lied as a liar, however late the word of it comes."""

from __future__ import annotations

import io
import queue
import signal
import subprocess
import threading
from typing import Any

import pytest

from xai_core.base.errors import WorkerError
from xai_core.worker.process.reading import Message, read_messages
from xai_core.worker.wire.gate import Gate

GARBAGE = b"PDL2" + bytes(12)


class Late:
    """A process that said something; its end is known once somebody has stopped it."""

    def __init__(self, said: bytes, status: int) -> None:
        self.stdout, self.status, self.stopped = io.BytesIO(said), status, False

    def kill(self) -> None:
        self.stopped = True

    def wait(self, timeout: float) -> int:
        if not self.stopped:
            raise subprocess.TimeoutExpired("worker", timeout)
        return self.status


@pytest.mark.parametrize(
    ("said", "status", "lied"),
    [
        (GARBAGE, -signal.SIGKILL, True),  # by who stopped it
        (GARBAGE, -signal.SIGSEGV, False),
        (GARBAGE, 3, False),
        (b"PDL1", -signal.SIGKILL, False),  # the stream ends in the middle
    ],
)
def test_a_process_that_ended_by_itself_is_not_told_as_a_liar(
    said: bytes, status: int, lied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xai_core.worker.process.reading.stop", Late.kill)
    inbox: queue.Queue[Message] = queue.Queue()
    popen: Any = Late(said, status)
    judged = threading.Event()
    read_messages(popen, Gate(), inbox, threading.Event(), judged)
    assert judged.is_set() is (said == GARBAGE)
    told = inbox.get_nowait()
    assert (isinstance(told, WorkerError) and not told.facts.get("cut")) is lied
