"""What a worker process says on its standard output and error: the last lines."""

from __future__ import annotations

import contextlib
import os
from typing import BinaryIO

LOG_BYTES = 16_384
LOG_LINES = 40
EXTENSIONS = "Extension modules:"


class Log:
    """The end of what a process wrote to its standard output and error."""

    def __init__(self) -> None:
        self._tail = b""

    def drain(self, stream: BinaryIO) -> None:
        """Read until the end; keeps the last pieces only."""
        with stream, contextlib.suppress(OSError, ValueError):
            while piece := os.read(stream.fileno(), LOG_BYTES):
                self._tail = (self._tail + piece)[-LOG_BYTES:]

    def lines(self) -> list[str]:
        """The last lines, as text."""
        text = self._tail.decode("utf-8", "replace")
        # The interpreter ends its report on a crash with all modules that it had loaded.
        lines = [line for line in text.splitlines() if line and not line.startswith(EXTENSIONS)]
        return [line[:500] for line in lines[-LOG_LINES:]]
